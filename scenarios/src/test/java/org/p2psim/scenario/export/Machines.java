package org.p2psim.scenario.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.library.Library;
import org.p2psim.scenario.yaml.Problem;
import org.p2psim.scenario.yaml.ScenarioFile;
import org.p2psim.scenario.yaml.ScenarioReader;
import org.p2psim.topology.PciFunction;
import org.p2psim.virtual.VirtualMachine;
import org.p2psim.virtual.VirtualMachine.MachineType;

/** Machines to export. */
final class Machines {
    static final Cpu SKYLAKE = new Cpu("GenuineIntel", 6, 85);
    /** Root ports on one root complex of {@link #gpus}: bus numbers are a byte. */
    private static final int ROOT_PORTS = 30;

    private Machines() {}

    static Plan shipped(String scenario, String variant) {
        return read(scenario, Library.text(scenario), variant);
    }

    static Plan read(String name, String yaml, String variant) {
        ScenarioFile file = ScenarioReader.read(name + ".yaml", yaml.getBytes(StandardCharsets.UTF_8), List.of());
        assertThat(file.problems().stream().map(Problem::render)).isEmpty();
        return file.plans().stream()
                .filter(plan -> plan.variant().equals(variant))
                .findFirst()
                .orElseThrow();
    }

    /** GPUs d0, d1, ..., each below a root port of its own. */
    static Plan gpus(int count) {
        StringBuilder yaml = new StringBuilder("""
                p2psim: 1
                title: GPUs
                kernel: { release: "6.1" }
                fabric:
                  sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6, model: 85 } } ]
                  root-complexes:
                """);
        for (int i = 0; i < count; i++) {
            if (i % ROOT_PORTS == 0) {
                yaml.append("    - { id: rc%d, socket: s0, bus: \"%04x:16\", root-ports: [\n".formatted(i, i));
            }
            yaml.append("        { id: p%d, device: d%d },\n".formatted(i, i));
            if (i % ROOT_PORTS == ROOT_PORTS - 1 || i == count - 1) {
                yaml.append("      ] }\n");
            }
        }
        String devices = IntStream.range(0, count)
                .mapToObj("  d%d: { type: gpu, bars: { 0: { size: 16MiB, prefetchable: true } } }\n"::formatted)
                .collect(Collectors.joining());
        yaml.append("devices:\n").append(devices).append("variants: { host: {} }\ntimeline: []\nexpect: {}\n");
        return read("gpus", yaml.toString(), "host");
    }

    /** The plan with every endpoint passed through to a guest with the host's CPU. */
    static Plan allPassedThrough(Plan plan, MachineType type) {
        return withGuest(plan, type, plan.fabric().bootCpu());
    }

    static Plan withGuest(Plan plan, MachineType type, Cpu vcpu) {
        List<Bdf> all =
                plan.fabric().endpoints().stream().map(PciFunction::address).toList();
        return plan.with(new VirtualMachine(type, all, vcpu, KernelRelease.parse("6.1")));
    }

    static Plan titled(Plan plan, String title) {
        return new Plan(
                title,
                title,
                plan.source(),
                plan.digest(),
                title,
                plan.settings(),
                plan.seed(),
                plan.kernel(),
                plan.cmdline(),
                plan.fabric(),
                plan.timings(),
                plan.devices(),
                plan.addresses(),
                plan.classCodes(),
                plan.virtualMachine(),
                plan.lifetimes(),
                plan.timeline(),
                plan.expectations(),
                plan.notes());
    }
}
