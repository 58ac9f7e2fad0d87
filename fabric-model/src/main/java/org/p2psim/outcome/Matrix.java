package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.AbstractList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.Decision;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.Cpu;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;

/**
 * The verdict on every ordered pair of some functions of one variant, without a run. Pairs are decided when they are
 * asked for and not kept, so that a matrix of any size takes the memory of its functions.
 */
public final class Matrix {
    private final String scenario;
    private final String variant;
    private final String kernel;
    private final Fabric fabric;
    private final P2pdma p2pdma;
    private final ImmutableList<PciFunction> functions;
    private final int[] positions;
    private final boolean withItself;
    private final ImmutableList<Note> notes;

    /**
     * @param kernel release of the kernel that decides: the guest's in a VM
     * @param fabric as that kernel sees it
     * @param functions of it that are paired
     * @param withItself whether a function is paired with itself too
     * @param notes what a reader must know of the machine
     */
    public Matrix(
            String scenario,
            String variant,
            String kernel,
            Fabric fabric,
            P2pdma p2pdma,
            List<PciFunction> functions,
            boolean withItself,
            List<Note> notes) {
        this.scenario = scenario;
        this.variant = variant;
        this.kernel = kernel;
        this.fabric = fabric;
        this.p2pdma = p2pdma;
        this.functions = ImmutableList.copyOf(functions);
        this.withItself = withItself;
        this.notes = ImmutableList.copyOf(notes);
        Map<Bdf, Integer> all = new HashMap<>();
        fabric.functions().forEach(function -> all.put(function.address(), all.size()));
        ImmutableMap<Bdf, Integer> known = ImmutableMap.copyOf(all);
        this.positions = this.functions.stream()
                .mapToInt(function -> known.getOrDefault(function.address(), -1))
                .toArray();
    }

    public String scenario() {
        return scenario;
    }

    public String variant() {
        return variant;
    }

    public String kernel() {
        return kernel;
    }

    /** The CPU that the deciding kernel sees. */
    public Cpu cpu() {
        return fabric.bootCpu();
    }

    public Fabric fabric() {
        return fabric;
    }

    public ImmutableList<Note> notes() {
        return notes;
    }

    public ImmutableList<PciFunction> functions() {
        return functions;
    }

    /** Whether there is a pair of the functions at two positions of {@link #functions()}. */
    public boolean has(int provider, int client) {
        return withItself || provider != client;
    }

    /** The decision for the functions at two positions of {@link #functions()}. */
    public Decision decision(int provider, int client) {
        return p2pdma.decide(positions[provider], positions[client]);
    }

    /** The same with its reasons. */
    public PairOutcome pair(int provider, int client) {
        PciFunction from = functions.get(provider);
        PciFunction to = functions.get(client);
        return new PairOutcome(from.name(), to.name(), p2pdma.verdict(from.address(), to.address()));
    }

    /**
     * All pairs, provider by provider.
     *
     * @throws ArithmeticException if there are 2^31 or more
     */
    public List<PairOutcome> pairs() {
        int row = withItself ? functions.size() : Math.max(0, functions.size() - 1);
        int size = Math.multiplyExact(functions.size(), row);
        return new AbstractList<>() {
            @Override
            public PairOutcome get(int index) {
                int provider = index / row;
                int column = index % row;
                boolean skips = !withItself && column >= provider;
                return pair(provider, skips ? column + 1 : column);
            }

            @Override
            public int size() {
                return size;
            }
        };
    }
}
