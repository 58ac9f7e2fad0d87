package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Multimap;
import com.google.common.collect.MultimapBuilder;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeSet;
import org.p2psim.topology.AcsPattern;

/** NICs and GPUs of one NUMA node, each below a root port of its own. */
record NumaComplex(int node, ImmutableList<RdmaFunction> nics, ImmutableList<RdmaFunction> gpus, IommuGroups groups)
        implements Complex {

    /** One for each NUMA node that any function is on: a node without a NIC or without a GPU is not expected. */
    static ImmutableList<Complex> all(RdmaMachine machine, RdmaTree tree) throws Unrecognised {
        TreeSet<Integer> nodes = new TreeSet<>();
        tree.all().forEach(function -> function.numaNode().ifPresent(nodes::add));
        if (nodes.isEmpty()) {
            throw machine.captured().contains(RdmaMachine.Fact.NUMA_NODE)
                    ? Unrecognised.notSupported("no function is on a NUMA node")
                    : Unrecognised.notKnown(
                            "NUMA nodes were not captured; they say which NICs and GPUs belong together");
        }
        Map<Integer, Collection<RdmaFunction>> nics =
                byNode(tree, Kind.CONNECTX).asMap();
        Map<Integer, Collection<RdmaFunction>> gpus = byNode(tree, Kind.GPU).asMap();
        ImmutableList.Builder<Complex> complexes = ImmutableList.builder();
        for (int node : nodes) {
            if (!nics.containsKey(node) || !gpus.containsKey(node)) {
                throw Unrecognised.unexpected("NUMA node %d has no %s"
                        .formatted(node, (nics.containsKey(node) ? Kind.GPU : Kind.CONNECTX).label()));
            }
            complexes.add(new NumaComplex(
                    node,
                    ImmutableList.copyOf(nics.get(node)),
                    ImmutableList.copyOf(gpus.get(node)),
                    IommuGroups.of(machine)));
        }
        return complexes.build();
    }

    private static Multimap<Integer, RdmaFunction> byNode(RdmaTree tree, Kind kind) {
        Multimap<Integer, RdmaFunction> functions =
                MultimapBuilder.hashKeys().arrayListValues().build();
        for (RdmaFunction function : tree.ofKind(kind)) {
            function.numaNode().ifPresent(node -> functions.put(node, function));
        }
        return functions;
    }

    @Override
    public SupportedTopology topology() {
        return new SupportedTopology(
                Layout.NUMA,
                nics.stream().map(RdmaFunction::address).toList(),
                Optional.empty(),
                gpus.stream().map(RdmaFunction::address).toList(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                ImmutableList.of(),
                OptionalInt.of(node));
    }

    @Override
    public RdmaFunction nic() {
        return nics.get(0);
    }

    @Override
    public ImmutableMap<RdmaFunction, AcsPattern> expectedAcs(Use use) {
        return ImmutableMap.of();
    }

    @Override
    public ImmutableList<PracticeCheck> checks(Use use) {
        ImmutableList.Builder<PracticeCheck> checks = ImmutableList.builder();
        nics.forEach(nic -> checks.add(PracticeCheck.ats(nic, false)));
        ImmutableList<RdmaFunction> all =
                ImmutableList.<RdmaFunction>builder().addAll(nics).addAll(gpus).build();
        return checks.add(groups.apart("NICs and GPUs of NUMA node " + node, all))
                .build();
    }
}
