package org.p2psim.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.dmabuf.Bug;
import org.p2psim.outcome.Note;
import org.p2psim.platform.KernelRelease;
import org.p2psim.timing.Timings;
import org.p2psim.topology.Fabric;
import org.p2psim.virtual.VirtualMachine;

/**
 * One variant of a scenario, ready to run: every name resolved, every address given, ACS as the booted kernel left it.
 *
 * @param scenario name of the scenario: the file's name without its ending
 * @param digest SHA-256 of the file, hexadecimal
 * @param settings overrides of the command line, as typed
 * @param seed of everything random in the run
 * @param kernel the kernel that runs on the host
 * @param timings what its parts cost
 * @param devices the functions that the scenario names, by name, with defaults filled in
 * @param addresses where each of them is on the host
 * @param classCodes of the functions whose class the file says, 24 bits
 * @param lifetimes what the kernel that decides does about dma-bufs
 * @param timeline in order of time; equal times in the order of the file
 * @param notes what was assumed because the file doesn't say it
 */
public record Plan(
        String scenario,
        String title,
        Optional<String> source,
        String digest,
        String variant,
        List<String> settings,
        long seed,
        KernelRelease kernel,
        String cmdline,
        Fabric fabric,
        Timings timings,
        Map<String, Device> devices,
        Map<String, Bdf> addresses,
        Map<Bdf, Integer> classCodes,
        Optional<VirtualMachine> virtualMachine,
        Lifetimes lifetimes,
        List<Operation> timeline,
        List<Expected> expectations,
        List<Note> notes) {
    public Plan {
        settings = ImmutableList.copyOf(settings);
        devices = ImmutableMap.copyOf(devices);
        addresses = ImmutableMap.copyOf(addresses);
        classCodes = ImmutableMap.copyOf(classCodes);
        timeline = ImmutableList.copyOf(timeline);
        expectations = ImmutableList.copyOf(expectations);
        notes = ImmutableList.copyOf(notes);
    }

    /** The same machine with functions of it passed through to a virtual machine. */
    public Plan with(VirtualMachine guest) {
        return with(settings, Optional.of(guest), lifetimes, timeline, notes);
    }

    /** The same machine with other operations, in order of time, or in another order at equal times. */
    public Plan withTimeline(List<Operation> operations) {
        return with(settings, virtualMachine, lifetimes, operations, notes);
    }

    /**
     * The same with exactly these mistakes, whatever the file says and the drivers have.
     *
     * @param setting what was typed for it
     */
    public Plan withBugs(Set<Bug> bugs, String setting) {
        String text = bugs.isEmpty()
                ? "the command line takes every mistake away"
                : "the command line lets the kernel make these mistakes and no other: "
                        + bugs.stream().map(Bug::effect).collect(Collectors.joining("; "));
        return with(
                ImmutableList.<String>builder().addAll(settings).add(setting).build(),
                virtualMachine,
                lifetimes.withBugs(bugs),
                timeline,
                ImmutableList.<Note>builder()
                        .addAll(notes)
                        .add(new Note(Note.Kind.CAUTION, text, ""))
                        .build());
    }

    private Plan with(
            List<String> newSettings,
            Optional<VirtualMachine> newVirtualMachine,
            Lifetimes newLifetimes,
            List<Operation> newTimeline,
            List<Note> newNotes) {
        return new Plan(
                scenario,
                title,
                source,
                digest,
                variant,
                newSettings,
                seed,
                kernel,
                cmdline,
                fabric,
                timings,
                devices,
                addresses,
                classCodes,
                newVirtualMachine,
                newLifetimes,
                newTimeline,
                expectations,
                newNotes);
    }

    /**
     * A device that the timeline lets import another's memory.
     *
     * @param owner the MR or attachment that comes of it
     */
    public record Import(String owner, String dmaBuf, String importer, String exporter) {}

    /**
     * The imports of the timeline, in its order. Those of a dma-buf that it never exports are left out, and those of RDMA
     * in software, which reaches no memory by DMA.
     */
    public List<Import> imports() {
        Map<String, String> exporters = new LinkedHashMap<>();
        ImmutableList.Builder<Import> imports = ImmutableList.builder();
        for (Operation operation : timeline) {
            if (operation instanceof DmaBufOperation.Export op) {
                exporters.put(op.dmaBuf(), op.from());
            } else if (operation instanceof RdmaOperation.RegisterMr op
                    && exporters.containsKey(op.dmaBuf())
                    && isFunction(op.nic())) {
                imports.add(new Import(op.mr(), op.dmaBuf(), op.nic(), exporters.get(op.dmaBuf())));
            } else if (operation instanceof DmaBufOperation.Attach op
                    && exporters.containsKey(op.dmaBuf())
                    && isFunction(op.importer())) {
                imports.add(new Import(op.attachment(), op.dmaBuf(), op.importer(), exporters.get(op.dmaBuf())));
            }
        }
        return imports.build();
    }

    private boolean isFunction(String device) {
        return Optional.ofNullable(devices.get(device))
                .filter(Device::isFunction)
                .isPresent();
    }

    /** A line of {@code expect}, as written in the file's {@code line}. */
    public record Expected(Expectation expectation, String text, int line) {}
}
