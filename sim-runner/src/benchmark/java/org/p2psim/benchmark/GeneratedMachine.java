package org.p2psim.benchmark;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Matrix;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/**
 * A machine with a given number of endpoint functions: at least four host bridges, one in two of them in the kernel's
 * list, below each switches three deep with devices of one to eight functions; one downstream port in four redirects.
 */
final class GeneratedMachine {
    static final String KERNEL = "6.12";

    private static final int PER_HOST_BRIDGE = 128;
    private static final int HOST_BRIDGES_MIN = 4;
    private static final int DEPTH = 3;
    private static final Cpu CPU = new Cpu("GenuineIntel", 6, 85);
    private static final Acs REDIRECT = new Acs(0x1d, 0x1d);
    private static final Acs OFF = new Acs(0x1d, 0);

    private final SplittableRandom random;
    private final List<HostBridge> hostBridges = new ArrayList<>();
    private final List<PciFunction> functions = new ArrayList<>();
    private int domain;
    private int lastBus;
    private int left;

    private GeneratedMachine(long seed) {
        random = new SplittableRandom(seed);
    }

    static Fabric fabric(int endpoints, long seed) {
        return new GeneratedMachine(seed).build(endpoints);
    }

    static P2pdma p2pdma(Fabric fabric) {
        return new P2pdma(fabric, fabric.bootCpu(), KernelRules.of(KernelRelease.parse(KERNEL)));
    }

    static Matrix matrix(int endpoints, long seed) {
        Fabric fabric = fabric(endpoints, seed);
        return new Matrix(
                "generated",
                "seed " + seed,
                KERNEL,
                fabric,
                p2pdma(fabric),
                fabric.endpoints(),
                false,
                ImmutableList.of());
    }

    private Fabric build(int endpoints) {
        int share = Math.min(PER_HOST_BRIDGE, endpoints / HOST_BRIDGES_MIN);
        int rest = endpoints;
        while (rest > 0) {
            left = Math.min(share, rest);
            rest -= left;
            hostBridge();
            domain++;
        }
        return Fabric.of(List.of(new Socket("s0", CPU)), hostBridges, functions);
    }

    private void hostBridge() {
        lastBus = 0;
        hostBridges.add(new HostBridge("rc" + domain, "s0", domain, 0, IommuMode.OFF, 0, 256, List.of()));
        String id = domain % 2 == 0 ? "8086:2f00" : "8086:09a2";
        add(new Bdf(domain, 0, 0, 0), id, PortType.HOST_BRIDGE, Optional.empty(), -1);
        for (int device = 1; left > 0; device++) {
            Bdf rootPort = new Bdf(domain, 0, device, 0);
            int bus = ++lastBus;
            add(rootPort, "8086:2030", PortType.ROOT_PORT, Optional.empty(), bus);
            below(rootPort, bus, DEPTH);
        }
    }

    private void below(Bdf port, int bus, int depth) {
        if (depth == 0) {
            int count = Math.min(left, 1 + random.nextInt(8));
            left -= count;
            for (int function = 0; function < count; function++) {
                add(new Bdf(domain, bus, 0, function), "15b3:1021", PortType.ENDPOINT, Optional.of(port), -1);
            }
            return;
        }
        Bdf upstream = new Bdf(domain, bus, 0, 0);
        int inside = ++lastBus;
        add(upstream, "1000:c010", PortType.UPSTREAM_PORT, Optional.of(port), inside);
        int ports = 2 + random.nextInt(3);
        for (int device = 0; device < ports && left > 0; device++) {
            Bdf downstream = new Bdf(domain, inside, device, 0);
            int next = ++lastBus;
            add(downstream, "1000:c010", PortType.DOWNSTREAM_PORT, Optional.of(upstream), next);
            below(downstream, next, depth - 1);
        }
    }

    private void add(Bdf address, String id, PortType type, Optional<Bdf> above, int secondaryBus) {
        PciFunction function =
                PciFunction.of(address, DeviceId.parse(id), type, above, secondaryBus, Optional.empty());
        boolean downstream = type == PortType.DOWNSTREAM_PORT;
        functions.add(downstream ? function.withAcs(Optional.of(random.nextInt(4) == 0 ? REDIRECT : OFF)) : function);
    }
}
