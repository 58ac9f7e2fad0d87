package org.p2psim.run.flow;

import java.util.List;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.timing.Timings;
import org.p2psim.topology.*;
import org.p2psim.unit.*;

class QuickBench {
    public static void main(String[] a) { if (a.length > 0) { for (int i = 0; i < 12; i++) one(Fidelity.valueOf(a[0]), Integer.parseInt(a[1]), Direction.valueOf(a[2]), 256 * Bytes.MIB); return; }
        for (int r = 0; r < 4; r++) {
            for (Fidelity f : Fidelity.values())
                for (int flows : new int[] {1, 2}) for (Direction d : Direction.values()) one(f, flows, d, (f == Fidelity.L0 ? 32 : f == Fidelity.L1 ? 256 : 1024) * Bytes.MIB);
        }
    }
    static long cpu() { return java.lang.management.ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime(); }
    static void one(Fidelity f, int flows, Direction d, long bytes) {
        Machine m = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        Link l = new Link(5, 16);
        PciFunction up = m.upstreamPort(m.rootPort(l));
        PciFunction[] nic = new PciFunction[flows];
        for (int i = 0; i < flows; i++) nic[i] = m.endpoint(m.downstreamPort(up, l));
        PciFunction gpu = m.endpoint(m.downstreamPort(up, l));
        Run run = new Run(m.fabric(), Timings.DEFAULT, f);
        for (int i = 0; i < flows; i++) {
            PciFunction n = nic[i];
            DmaRequest q = new DmaRequest("d" + i, n, gpu, d, List.of(new Segment((1L << 40) + (i * bytes), bytes / flows)), AddressKind.BUS_ADDRESS, x -> true, 256, 256, 512, 64);
            run.engine.at(0, () -> run.network.start(q, new DmaListener() { public void landed(long at, long ad, int b, long is) {} public void done() {} public boolean takesRepeats() { return true; } public void repeated(boolean c, long at, long p, long n, int b, long l) {} }));
        }
        long t = cpu();
        List<?> use = run.run();
        t = cpu() - t;
        long tl = bytes / 256;
        System.out.printf("%s %d %s: %.1f ns/TLP, %.1f events/TLP %.1f Mev/s  %.2f GB/s%n", f, flows, d, (double) t / tl, (double) run.engine.events() / tl, run.engine.events() * 1e3 / t, bytes * 16000.0 / run.engine.now());
    }
}
