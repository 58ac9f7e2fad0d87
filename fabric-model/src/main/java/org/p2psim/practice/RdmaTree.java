package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableListMultimap;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedMap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.p2psim.address.Bdf;

/** The functions of a machine by kind and by place; lists are in the order of addresses. */
final class RdmaTree {
    private final ImmutableSortedMap<Bdf, RdmaFunction> functions;
    private final ImmutableMap<Bdf, Kind> kinds;
    private final ImmutableListMultimap<Bdf, RdmaFunction> below;

    /**
     * Sorts the functions of a machine.
     *
     * @throws Unrecognised if the kind of a function hangs on something that was not captured
     */
    RdmaTree(RdmaMachine machine) throws Unrecognised {
        ImmutableSortedMap.Builder<Bdf, RdmaFunction> sorted = ImmutableSortedMap.naturalOrder();
        machine.functions().forEach(function -> sorted.put(function.address(), function));
        functions = sorted.buildOrThrow();
        ImmutableMap.Builder<Bdf, Kind> known = ImmutableMap.builder();
        ImmutableListMultimap.Builder<Bdf, RdmaFunction> children = ImmutableListMultimap.builder();
        List<Bdf> unnamed = new ArrayList<>();
        for (RdmaFunction function : functions.values()) {
            Kind.of(function)
                    .ifPresentOrElse(
                            kind -> known.put(function.address(), kind), () -> unnamed.add(function.address()));
            function.upstreamBridge().ifPresent(bridge -> children.put(bridge, function));
        }
        if (!unnamed.isEmpty()) {
            throw Unrecognised.notKnown("vendor, device or class of %d functions is not known, first %s"
                    .formatted(unnamed.size(), unnamed.get(0)));
        }
        kinds = known.buildOrThrow();
        below = children.build();
    }

    Iterable<RdmaFunction> all() {
        return functions.values();
    }

    Kind kind(RdmaFunction function) {
        return kinds.getOrDefault(function.address(), Kind.OTHER);
    }

    ImmutableList<RdmaFunction> ofKind(Kind kind) {
        return functions.values().stream()
                .filter(function -> kind(function) == kind)
                .collect(ImmutableList.toImmutableList());
    }

    boolean has(Kind kind) {
        return kinds.containsValue(kind);
    }

    Optional<RdmaFunction> parent(RdmaFunction function) {
        return function.upstreamBridge().map(functions::get);
    }

    ImmutableList<RdmaFunction> children(RdmaFunction bridge) {
        return below.get(bridge.address());
    }

    /** The bridges above, nearest first. */
    ImmutableList<RdmaFunction> upstream(RdmaFunction function) {
        ImmutableList.Builder<RdmaFunction> bridges = ImmutableList.builder();
        for (Optional<RdmaFunction> at = parent(function); at.isPresent(); at = parent(at.get())) {
            bridges.add(at.get());
        }
        return bridges.build();
    }

    /** The last bridge above, or the function itself on a root bus. */
    RdmaFunction top(RdmaFunction function) {
        RdmaFunction top = function;
        for (Optional<RdmaFunction> at = parent(top); at.isPresent(); at = parent(top)) {
            top = at.get();
        }
        return top;
    }

    /** The nearest bridges above, as many as there are kinds; empty if they are of other kinds. */
    Optional<ImmutableList<RdmaFunction>> climb(RdmaFunction from, Kind... bridgeKinds) {
        ImmutableList<RdmaFunction> bridges = upstream(from);
        if (bridges.size() < bridgeKinds.length) {
            return Optional.empty();
        }
        for (int i = 0; i < bridgeKinds.length; i++) {
            if (kind(bridges.get(i)) != bridgeKinds[i]) {
                return Optional.empty();
            }
        }
        return Optional.of(bridges.subList(0, bridgeKinds.length));
    }

    /** Everything below a bridge; a bridge comes right before what is below it. */
    ImmutableList<RdmaFunction> downstream(RdmaFunction bridge) {
        ImmutableList.Builder<RdmaFunction> found = ImmutableList.builder();
        Deque<RdmaFunction> next = new ArrayDeque<>();
        children(bridge).reverse().forEach(next::push);
        while (!next.isEmpty()) {
            RdmaFunction function = next.pop();
            found.add(function);
            children(function).reverse().forEach(next::push);
        }
        return found.build();
    }
}
