package org.p2psim.scenario.assembly;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Iterables;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Device.BarSpec;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.FunctionSpec;
import org.p2psim.scenario.Lifetimes;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.Plan.Expected;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.Scenario.Variant;
import org.p2psim.scenario.Scenario.VirtualMachineSpec;
import org.p2psim.topology.Fabric;
import org.p2psim.virtual.GuestView;
import org.p2psim.virtual.VirtualMachine;
import org.p2psim.virtual.VirtualMachine.MachineType;

/** Makes the plan of one variant. */
public final class PlanAssembly {
    private static final long DEFAULT_SEED = 1;

    private final Timeline timeline;
    private final Scenario scenario;
    private final String name;
    private final Variant variant;
    private final Provision provision;
    private final List<Finding> findings;
    private final Assumptions assumptions = new Assumptions();

    private PlanAssembly(Scenario scenario, String name, Provision provision, List<Finding> findings) {
        this.timeline = new Timeline(scenario.timeline(), scenario.devices().keySet(), findings);
        this.scenario = scenario.withTimeline(timeline.operations());
        this.name = name;
        this.variant = Objects.requireNonNull(scenario.variants().get(name), name);
        this.provision = provision;
        this.findings = findings;
    }

    /**
     * The plan of a variant, or nothing and at least one finding.
     *
     * @param scenario with the variant's changes applied
     * @param findings grows by everything that is wrong
     */
    public static Optional<Plan> assemble(
            Scenario scenario, String variant, Provision provision, List<Finding> findings) {
        return new PlanAssembly(scenario, variant, provision, findings).plan();
    }

    private Optional<Plan> plan() {
        Names.check(scenario, findings);
        Map<String, Device> devices = devices();
        checkRelease(scenario.kernel().release(), "/kernel/release");
        Optional<VirtualMachineSpec> guest = variant.virtualMachine();
        guest.ifPresent(spec -> checkGuest(spec, devices));
        Lifetimes lifetimes = lifetimes(devices);
        scenario.devices()
                .forEach((device, spec) -> DeviceRules.checkLifetimes(
                        device, spec, Optional.ofNullable(lifetimes.drivers().get(device)), findings));
        new References(
                        scenario,
                        timeline,
                        devices,
                        lifetimes.drivers(),
                        guest.map(VirtualMachineSpec::passthrough),
                        findings)
                .check();
        String cmdline = scenario.kernel().cmdline().orElse("");
        Optional<MachineAssembly.Machine> machine = new MachineAssembly(
                        scenario.fabric(),
                        devices,
                        guest.isPresent(),
                        !scenario.timeline().isEmpty(),
                        assumptions,
                        findings)
                .assemble(scenario.kernel().release(), cmdline);
        if (!findings.isEmpty() || machine.isEmpty()) {
            return Optional.empty();
        }
        Map<String, Bdf> addresses = machine.get().addresses();
        Cpu hostCpu = machine.get().fabric().bootCpu();
        Optional<VirtualMachine> virtualMachine = guest.map(spec -> virtualMachine(spec, addresses, hostCpu));
        virtualMachine.ifPresent(fitting -> checkFits(machine.get().fabric(), fitting));
        if (!findings.isEmpty()) {
            return Optional.empty();
        }
        ProfileNotes.add(scenario, assumptions);
        List<Integer> order = order();
        return Optional.of(new Plan(
                provision.scenario(),
                scenario.title(),
                scenario.source(),
                provision.digest(),
                name,
                provision.settings(),
                scenario.seed().orElse(DEFAULT_SEED),
                scenario.kernel().release(),
                cmdline,
                machine.get().fabric(),
                machine.get().timings(),
                devices,
                addresses,
                classCodes(),
                virtualMachine,
                lifetimes,
                order.stream().map(scenario.timeline()::get).toList(),
                expectations(order),
                ImmutableList.<Note>builder()
                        .addAll(provision.notes())
                        .addAll(assumptions.notes())
                        .build()));
    }

    private Lifetimes lifetimes(Map<String, Device> devices) {
        KernelRelease decides = variant.virtualMachine()
                .flatMap(VirtualMachineSpec::kernel)
                .orElse(scenario.kernel().release());
        Set<String> exporters = scenario.timeline().stream()
                .filter(DmaBufOperation.Export.class::isInstance)
                .map(line -> ((DmaBufOperation.Export) line).from())
                .collect(Collectors.toSet());
        return new DriverAssembly(decides, assumptions, findings).lifetimes(scenario.kernel(), devices, exporters);
    }

    private Map<Bdf, Integer> classCodes() {
        Map<Bdf, Integer> codes = new LinkedHashMap<>();
        scenario.fabric()
                .functions()
                .forEach(function ->
                        function.classCode().ifPresent(code -> codes.put(function.at(), Integer.decode(code))));
        return codes;
    }

    private Map<String, Device> devices() {
        Defaults defaults = new Defaults(assumptions);
        Map<String, Device> complete = new LinkedHashMap<>();
        LifetimeDefaults lifetimes = new LifetimeDefaults(scenario.timeline(), scenario.devices(), assumptions);
        scenario.devices()
                .forEach((device, spec) ->
                        complete.put(device, defaults.complete(device, spec, bars(device, spec), lifetimes)));
        complete.forEach((device, spec) -> {
            DeviceRules.checkMaxSegmentSize(device, spec, findings);
            spec.dram().ifPresent(dram -> DeviceRules.checkDram(device, spec, dram, findings));
        });
        return ImmutableMap.copyOf(complete);
    }

    /** A listed function may say the BARs of the device that it is. */
    private Map<Integer, BarSpec> bars(String device, Device spec) {
        if (!spec.bars().isEmpty()) {
            return spec.bars();
        }
        return scenario.fabric().functions().stream()
                .filter(function -> function.device().equals(Optional.of(device)))
                .map(FunctionSpec::bars)
                .findFirst()
                .orElse(Map.of());
    }

    private void checkRelease(KernelRelease release, String pointer) {
        if (!release.atLeast(KernelRules.OLDEST)) {
            String message = "kernel release %s: the rules are known from %s on".formatted(release, KernelRules.OLDEST);
            findings.add(Finding.at(pointer, "kernel-release", message));
        }
    }

    private void checkGuest(VirtualMachineSpec spec, Map<String, Device> devices) {
        String pointer = "/variants" + Finding.step(name) + "/virtual-machine";
        spec.kernel().ifPresent(release -> checkRelease(release, pointer + "/kernel"));
        for (int i = 0; i < spec.passthrough().size(); i++) {
            String device = spec.passthrough().get(i);
            if (!devices.containsKey(device)
                    && !scenario.fabric().listedEndpoints().contains(device)) {
                String message =
                        "no device \"%s\" is declared%s".formatted(device, Finding.nearest(device, devices.keySet()));
                findings.add(Finding.at(pointer + "/passthrough/" + i, "unknown-device", message));
            }
        }
    }

    /** A guest has slots and addresses of its own, which may be too few for what it is given. */
    private void checkFits(Fabric host, VirtualMachine virtualMachine) {
        try {
            GuestView.of(host, virtualMachine);
        } catch (IllegalArgumentException e) {
            String pointer = "/variants" + Finding.step(name) + "/virtual-machine/passthrough";
            findings.add(Finding.at(pointer, "guest", String.valueOf(e.getMessage())));
        }
    }

    private VirtualMachine virtualMachine(VirtualMachineSpec spec, Map<String, Bdf> addresses, Cpu hostCpu) {
        if (spec.machine().isEmpty()) {
            assumptions.assume(name, "virtual machine of type q35");
        }
        if (spec.vcpu().isEmpty()) {
            assumptions.assume(name, "the guest sees the host's CPU");
        }
        if (spec.kernel().isEmpty()) {
            assumptions.assume(name, "the guest runs the host's kernel release");
        }
        return new VirtualMachine(
                spec.machine().orElse(MachineType.Q35),
                spec.passthrough().stream().map(addresses::get).toList(),
                spec.vcpu().map(MachineAssembly::cpu).orElse(hostCpu),
                spec.kernel().orElse(scenario.kernel().release()));
    }

    /** The lines of the timeline in order of time; lines of one time stay in the order of the file. */
    private List<Integer> order() {
        return IntStream.range(0, scenario.timeline().size())
                .boxed()
                .sorted(Comparator.comparingLong(
                        (Integer line) -> scenario.timeline().get(line).at()))
                .toList();
    }

    private List<Expected> expectations(List<Integer> order) {
        List<Expected> expected = new ArrayList<>();
        for (String key : List.of(Scenario.ALL_VARIANTS, name)) {
            List<Expectation> lines = scenario.expect().getOrDefault(key, List.of());
            for (int i = 0; i < lines.size(); i++) {
                Provision.Written written = provision.written().apply("/expect" + Finding.step(key) + "/" + i);
                expected.add(new Expected(inPlan(lines.get(i), order), written.text(), written.line()));
            }
        }
        expected.sort(Comparator.comparingInt(Expected::line));
        return expected;
    }

    private Expectation inPlan(Expectation expectation, List<Integer> order) {
        if (expectation instanceof Expectation.Line line) {
            return new Expectation.Line(
                    inPlan(line.operation(), order),
                    line.is(),
                    line.errno(),
                    line.gives(),
                    line.at(),
                    line.ends(),
                    line.endsAfter(),
                    line.endsBefore());
        } else if (expectation instanceof Expectation.Broken broken) {
            return new Expectation.Broken(
                    broken.broken(),
                    broken.at(),
                    broken.event(),
                    broken.operation().map(line -> inPlan(line, order)),
                    broken.enabledBy().map(line -> inPlan(line, order)));
        }
        return expectation;
    }

    private Expectation.LineName inPlan(Expectation.LineName line, List<Integer> order) {
        int inFile = line.number().isPresent()
                ? timeline.line(line.number().getAsInt()).orElseThrow()
                : Iterables.indexOf(
                        scenario.timeline(), operation -> operation.id().equals(line.id()));
        return new Expectation.LineName(OptionalInt.of(order.indexOf(inFile)), line.id());
    }
}
