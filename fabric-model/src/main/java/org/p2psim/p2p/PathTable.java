package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** The ways up of all functions in arrays, so that a pair takes a few steps and no memory. */
final class PathTable {
    static final int NONE = -1;

    private final List<PciFunction> functions;
    private final Map<Bdf, Integer> indices = new HashMap<>();
    private final int[] parent;
    private final int[] depth;
    private final int[] redirecting;
    private final int[] perhapsRedirecting;
    private final int[] hostBridge;

    PathTable(Fabric fabric) {
        functions = fabric.functions();
        int count = functions.size();
        parent = new int[count];
        depth = new int[count];
        redirecting = new int[count];
        perhapsRedirecting = new int[count];
        hostBridge = new int[count];
        Map<HostBridge, Integer> bridges = new HashMap<>();
        fabric.hostBridges().forEach(bridge -> bridges.put(bridge, bridges.size()));
        for (int i = 0; i < count; i++) {
            PciFunction function = functions.get(i);
            indices.put(function.address(), i);
            int above = function.upstreamBridge().map(indices::get).orElse(NONE);
            parent[i] = above;
            depth[i] = above == NONE ? 0 : depth[above] + 1;
            redirecting[i] = (above == NONE ? 0 : redirecting[above]) + (function.redirects() ? 1 : 0);
            boolean perhaps = !function.redirects() && function.mayRedirect();
            perhapsRedirecting[i] = (above == NONE ? 0 : perhapsRedirecting[above]) + (perhaps ? 1 : 0);
            hostBridge[i] = above == NONE
                    ? Optional.ofNullable(bridges.get(fabric.hostBridge(function)))
                            .orElseThrow()
                    : hostBridge[above];
        }
    }

    /** The position of a function among {@link Fabric#functions()}. */
    int index(Bdf address) {
        Integer index = indices.get(address);
        if (index == null) {
            throw new IllegalArgumentException("no function at " + address);
        }
        return index;
    }

    PciFunction function(int index) {
        return functions.get(index);
    }

    /** The position of a function's host bridge among {@link Fabric#hostBridges()}. */
    int hostBridge(int function) {
        return hostBridge[function];
    }

    /** The first function on both ways up, or {@link #NONE}. */
    int common(int a, int b) {
        int x = a;
        int y = b;
        while (x != y) {
            if (depth[x] > depth[y]) {
                x = parent[x];
            } else if (depth[y] > depth[x]) {
                y = parent[y];
            } else {
                x = parent[x];
                y = parent[y];
                if (x == NONE) {
                    return NONE;
                }
            }
        }
        return x;
    }

    int parent(int function) {
        return parent[function];
    }

    /** The function on the way from a bridge down to another function, just below the bridge; or {@link #NONE}. */
    int childBelow(int bridge, int function) {
        int child = NONE;
        for (int at = function; at != bridge; at = parent[at]) {
            child = at;
        }
        return child;
    }

    /** The functions that a released kernel examines: provider's side upwards with the common one, client's side. */
    ImmutableList<PciFunction> examined(int provider, int client, int common) {
        ImmutableList.Builder<PciFunction> examined = ImmutableList.builder();
        if (common == NONE) {
            return examined.build();
        }
        for (int at = provider; at != common; at = parent[at]) {
            examined.add(functions.get(at));
        }
        examined.add(functions.get(common));
        for (int at = client; at != common; at = parent[at]) {
            examined.add(functions.get(at));
        }
        return examined.build();
    }

    /**
     * Whether two functions without a common bridge hang from root ports of one host bridge that nobody saw: then a
     * switch may be above both.
     */
    boolean mayShareBridge(int a, int b) {
        return hostBridge[a] == hostBridge[b] && isUnseenPort(top(a)) && isUnseenPort(top(b));
    }

    private int top(int function) {
        int at = function;
        while (parent[at] != NONE) {
            at = parent[at];
        }
        return at;
    }

    private boolean isUnseenPort(int function) {
        PciFunction top = functions.get(function);
        return top.type() == PortType.ROOT_PORT && !top.id().isKnown();
    }

    int hops(int a, int b, int common) {
        return common == NONE ? depth[a] + depth[b] + 2 : depth[a] + depth[b] - 2 * depth[common];
    }

    /** Whether a function of either way redirects, the common one included. */
    Truth redirect(int a, int b, int common) {
        if (count(redirecting, a, b, common) > 0) {
            return Truth.YES;
        }
        return count(perhapsRedirecting, a, b, common) > 0 ? Truth.NOT_KNOWN : Truth.NO;
    }

    private int count(int[] upwards, int a, int b, int common) {
        int aboveCommon = parent[common] == NONE ? 0 : upwards[parent[common]];
        return upwards[a] + upwards[b] - upwards[common] - aboveCommon;
    }
}
