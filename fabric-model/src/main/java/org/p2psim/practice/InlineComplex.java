package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.topology.AcsPattern;

/**
 * A NIC and a GPU below one ConnectX switch. Of a NIC with several functions, the one with the lowest address; {@code
 * rdma_topo} takes any of them.
 *
 * @param nicPort the port of the shared switch that leads to the NIC
 * @param gpuPort the port of the shared switch that leads to the GPU's own switch
 */
record InlineComplex(
        RdmaFunction nic,
        RdmaFunction gpu,
        RdmaFunction nicPort,
        RdmaFunction gpuPort,
        RdmaFunction root,
        IommuGroups groups)
        implements Complex {
    /** The NIC sends translated requests, and they go straight to the GPU. */
    private static final AcsPattern ISOLATED_BUT_TRANSLATED = AcsPattern.parse("1x111x1");

    static final AcsPattern NO_REDIRECT = AcsPattern.parse("xx000x0");

    static ImmutableList<Complex> all(RdmaMachine machine, RdmaTree tree) throws Unrecognised {
        Map<RdmaFunction, InlineComplex> bySwitch = new HashMap<>();
        ImmutableList.Builder<Complex> complexes = ImmutableList.builder();
        for (RdmaFunction gpu : tree.ofKind(Kind.GPU)) {
            RdmaFunction shared = switchesAbove(tree, gpu)
                    .map(switches -> switches.get(3))
                    .orElseThrow(() -> Unrecognised.notSupported(
                            "GPU %s is not below two ConnectX switches".formatted(gpu.address())));
            InlineComplex known = bySwitch.get(shared);
            if (known == null) {
                known = of(machine, tree, shared, gpu);
                bySwitch.put(shared, known);
            }
            complexes.add(known.with(gpu));
        }
        return complexes.build();
    }

    /** Downstream and upstream port of the GPU's own switch, then those of the switch above it. */
    static Optional<ImmutableList<RdmaFunction>> switchesAbove(RdmaTree tree, RdmaFunction gpu) {
        return tree.climb(gpu, Kind.CONNECTX_SWITCH, Kind.CONNECTX_SWITCH, Kind.CONNECTX_SWITCH, Kind.CONNECTX_SWITCH);
    }

    private static InlineComplex of(RdmaMachine machine, RdmaTree tree, RdmaFunction shared, RdmaFunction gpu)
            throws Unrecognised {
        RdmaFunction root = tree.upstream(shared).stream()
                .filter(bridge -> tree.kind(bridge) == Kind.ROOT_PORT)
                .findFirst()
                .orElseThrow(() ->
                        Unrecognised.unexpected("no root port is above the switch at %s".formatted(shared.address())));
        RdmaFunction nic = tree.downstream(shared).stream()
                .filter(function -> tree.kind(function) == Kind.CONNECTX)
                .findFirst()
                .orElseThrow(
                        () -> Unrecognised.unexpected("no ConnectX is below the switch at %s, which leads to GPU %s"
                                .formatted(shared.address(), gpu.address())));
        return new InlineComplex(
                nic,
                gpu,
                onlyPort(tree, shared, Kind.CONNECTX),
                onlyPort(tree, shared, Kind.GPU),
                root,
                IommuGroups.of(machine));
    }

    /** The port of the shared switch that leads to a NIC or to a GPU: what comes first below a port decides. */
    private static RdmaFunction onlyPort(RdmaTree tree, RdmaFunction shared, Kind kind) throws Unrecognised {
        ImmutableList.Builder<RdmaFunction> found = ImmutableList.builder();
        for (RdmaFunction port : tree.children(shared)) {
            tree.downstream(port).stream()
                    .map(tree::kind)
                    .filter(below -> below == Kind.CONNECTX || below == Kind.GPU)
                    .findFirst()
                    .filter(first -> first == kind)
                    .ifPresent(first -> found.add(port));
        }
        ImmutableList<RdmaFunction> ports = found.build();
        if (ports.size() > 1) {
            throw Unrecognised.notSupported("%d ports of the switch at %s lead to a %s"
                    .formatted(ports.size(), shared.address(), kind.label()));
        }
        if (ports.isEmpty() || !tree.kind(ports.get(0)).isSwitch()) {
            throw Unrecognised.unexpected(
                    "no port of the switch at %s leads to a %s".formatted(shared.address(), kind.label()));
        }
        return ports.get(0);
    }

    private InlineComplex with(RdmaFunction otherGpu) {
        return new InlineComplex(nic, otherGpu, nicPort, gpuPort, root, groups);
    }

    @Override
    public SupportedTopology topology() {
        return new SupportedTopology(
                Layout.INLINE,
                ImmutableList.of(nic.address()),
                Optional.empty(),
                ImmutableList.of(gpu.address()),
                Optional.of(nicPort.address()),
                Optional.of(gpuPort.address()),
                Optional.of(root.address()),
                ImmutableList.of(),
                OptionalInt.empty());
    }

    @Override
    public ImmutableMap<RdmaFunction, AcsPattern> expectedAcs(Use use) {
        return switch (use) {
            case BARE_METAL -> ImmutableMap.of(nicPort, NO_REDIRECT, gpuPort, NO_REDIRECT, root, NO_REDIRECT);
            case VIRTUAL_MACHINES ->
                ImmutableMap.of(nicPort, ISOLATED_BUT_TRANSLATED, gpuPort, ISOLATED, root, ISOLATED);
        };
    }

    @Override
    public ImmutableList<PracticeCheck> checks(Use use) {
        String both = "ConnectX and GPU";
        return switch (use) {
            case BARE_METAL -> ImmutableList.of(PracticeCheck.ats(nic, false), groups.togetherOrNone(both, nic, gpu));
            case VIRTUAL_MACHINES ->
                ImmutableList.of(PracticeCheck.ats(nic, true), groups.apart(both, ImmutableList.of(nic, gpu)));
        };
    }
}
