package org.p2psim.practice;

import static com.google.common.collect.ImmutableList.toImmutableList;
import static com.google.common.collect.ImmutableListMultimap.toImmutableListMultimap;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Streams;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.topology.AcsPattern;

/**
 * A NIC whose Data Direct function shares a switch with its GPU.
 *
 * @param nics the functions of the same card, lowest address first
 * @param dataDirectPort the port of the shared switch that leads to the Data Direct function
 * @param gpuPort the port of the shared switch that leads to the GPU's own switch
 * @param root the topmost port
 */
record DataDirectComplex(
        ImmutableList<RdmaFunction> nics,
        RdmaFunction dataDirect,
        RdmaFunction gpu,
        RdmaFunction dataDirectPort,
        RdmaFunction gpuPort,
        RdmaFunction root,
        ImmutableList<RdmaFunction> nvmes,
        IommuGroups groups)
        implements Complex {
    /** Completions of the NIC's reads go up to the root complex, its requests straight to the GPU. */
    private static final AcsPattern TO_DATA_DIRECT = AcsPattern.parse("xx110x1");

    private static final AcsPattern TO_GPU = AcsPattern.parse("xx101x1");
    /** Without source validation at the root port the kernel puts all below it into one IOMMU group. */
    private static final AcsPattern ROOT = AcsPattern.parse("xx111x0");

    static ImmutableList<Complex> all(RdmaMachine machine, RdmaTree tree) throws Unrecognised {
        ImmutableListMultimap<String, RdmaFunction> cards = Streams.stream(tree.all())
                .filter(function -> tree.kind(function) == Kind.CONNECTX || tree.kind(function) == Kind.DATA_DIRECT)
                .filter(function -> function.cardId().isPresent())
                .collect(toImmutableListMultimap(function -> function.cardId().get(), function -> function));
        ImmutableListMultimap<RdmaFunction, RdmaFunction> nvmes =
                tree.ofKind(Kind.NVME).stream().collect(toImmutableListMultimap(tree::top, nvme -> nvme));
        ImmutableList.Builder<Complex> complexes = ImmutableList.builder();
        for (RdmaFunction dataDirect : tree.ofKind(Kind.DATA_DIRECT)) {
            if (dataDirect.cardId().isEmpty()) {
                throw noCardId(machine, dataDirect);
            }
            ImmutableList<RdmaFunction> card = cards.get(dataDirect.cardId().get()).stream()
                    .filter(function -> !function.equals(dataDirect))
                    .collect(toImmutableList());
            complexes.add(of(machine, tree, dataDirect, card, nvmes));
        }
        return complexes.build();
    }

    private static Unrecognised noCardId(RdmaMachine machine, RdmaFunction dataDirect) {
        String lacks =
                "the Data Direct function %s has no V3 field in its vital product data".formatted(dataDirect.address());
        return machine.captured().contains(RdmaMachine.Fact.CARD_ID)
                ? Unrecognised.unexpected(lacks)
                : Unrecognised.notKnown("vital product data was not captured; the V3 field of it says to which NIC"
                        + " the Data Direct function %s belongs".formatted(dataDirect.address()));
    }

    private static DataDirectComplex of(
            RdmaMachine machine,
            RdmaTree tree,
            RdmaFunction dataDirect,
            ImmutableList<RdmaFunction> nics,
            ImmutableListMultimap<RdmaFunction, RdmaFunction> nvmes)
            throws Unrecognised {
        ImmutableList<RdmaFunction> path = tree.climb(
                        dataDirect, Kind.CONNECTX_SWITCH, Kind.CONNECTX_SWITCH, Kind.GRACE_ROOT_PORT)
                .orElseThrow(() -> Unrecognised.unexpected(
                        "the Data Direct function %s is not one ConnectX switch below a Grace root port"
                                .formatted(dataDirect.address())));
        ImmutableList<RdmaFunction> belowRoot = tree.downstream(path.get(2));
        RdmaFunction gpu = onlyGpu(tree, dataDirect, belowRoot);
        ImmutableList<RdmaFunction> gpuPath = InlineComplex.switchesAbove(tree, gpu)
                .filter(switches -> switches.get(3).equals(path.get(1)))
                .orElseThrow(() -> Unrecognised.notSupported(
                        "GPU %s is not one switch further down than the Data Direct function %s"
                                .formatted(gpu.address(), dataDirect.address())));
        ImmutableSet<RdmaFunction> expected = ImmutableSet.<RdmaFunction>builder()
                .add(dataDirect, path.get(0), gpu)
                .addAll(gpuPath)
                .build();
        if (!expected.equals(ImmutableSet.copyOf(belowRoot)) || gpuPath.get(2).equals(path.get(0))) {
            throw Unrecognised.unexpected(
                    "there are more functions below root port %s than a Data Direct function, its GPU and two switches"
                            .formatted(path.get(2).address()));
        }
        if (nics.isEmpty()) {
            throw Unrecognised.unexpected(
                    "no other function has the V3 field of the Data Direct function " + dataDirect.address());
        }
        return new DataDirectComplex(
                nics,
                dataDirect,
                gpu,
                path.get(0),
                gpuPath.get(2),
                tree.top(dataDirect),
                nvmes.get(tree.top(nics.get(0))),
                IommuGroups.of(machine));
    }

    private static RdmaFunction onlyGpu(RdmaTree tree, RdmaFunction dataDirect, ImmutableList<RdmaFunction> belowRoot)
            throws Unrecognised {
        ImmutableList<RdmaFunction> gpus = belowRoot.stream()
                .filter(function -> tree.kind(function) == Kind.GPU)
                .collect(toImmutableList());
        if (gpus.size() != 1) {
            throw Unrecognised.unexpected("%d GPUs are below the root port of the Data Direct function %s; it takes one"
                    .formatted(gpus.size(), dataDirect.address()));
        }
        return gpus.get(0);
    }

    @Override
    public SupportedTopology topology() {
        return new SupportedTopology(
                Layout.DATA_DIRECT,
                nics.stream().map(RdmaFunction::address).toList(),
                Optional.of(dataDirect.address()),
                ImmutableList.of(gpu.address()),
                Optional.of(dataDirectPort.address()),
                Optional.of(gpuPort.address()),
                Optional.of(root.address()),
                nvmes.stream().map(RdmaFunction::address).toList(),
                OptionalInt.empty());
    }

    @Override
    public RdmaFunction nic() {
        return nics.get(0);
    }

    @Override
    public ImmutableMap<RdmaFunction, AcsPattern> expectedAcs(Use use) {
        return ImmutableMap.of(dataDirectPort, TO_DATA_DIRECT, gpuPort, TO_GPU, root, ROOT);
    }

    @Override
    public ImmutableList<PracticeCheck> checks(Use use) {
        return ImmutableList.of(groups.together("Data Direct function and GPU", dataDirect, gpu));
    }
}
