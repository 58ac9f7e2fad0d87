package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.address.Bdf;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.timing.IommuTiming;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.RootComplexTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.transaction.Credits;
import org.p2psim.unit.Bytes;

/** Whatever waits for whatever, all DMAs come to their end. */
class DeadlockFreedomTest {
    private static final Link GEN4_X16 = new Link(4, 16);
    private static final int MPS = 256;
    private static final int MPS_UNITS = MPS / Credits.DATA_UNIT;

    /** The least that a port may advertise; endpoints have no limit for completions. */
    private static Timings smallestCredits(Fabric fabric) {
        Map<Bdf, PortTiming> ports = new HashMap<>();
        for (PciFunction function : fabric.functions()) {
            boolean endpoint = function.type().isEndpoint();
            Credits credits = new Credits(
                    1, MPS_UNITS, 1, 1, endpoint ? Credits.INFINITE : 1, endpoint ? Credits.INFINITE : MPS_UNITS);
            PortTiming timing =
                    new PortTiming(Optional.of(credits), OptionalInt.empty(), OptionalLong.empty(), 1, false);
            ports.put(function.address(), timing);
        }
        return Timings.of(ports, Map.of(), Map.of(), Map.of());
    }

    /** Every function reads from and writes to every other one at once. */
    private static List<Run.Log> allToAll(Run run, List<PciFunction> functions, long bytes) {
        List<Run.Log> logs = new ArrayList<>();
        for (PciFunction initiator : functions) {
            for (PciFunction target : functions) {
                for (Direction direction : Direction.values()) {
                    if (!initiator.equals(target)) {
                        String name = "%s %s %s".formatted(initiator.address(), direction, target.address());
                        logs.add(run.start(DmaLike.usual(initiator, target, direction)
                                .name(name)
                                .segments(List.of(new Segment((logs.size() + 1L) << 33, bytes)))
                                .tags(32)
                                .mps(MPS)
                                .request()));
                    }
                }
            }
        }
        return logs;
    }

    private static void checkAllEnd(Fabric fabric, Timings timings, Fidelity fidelity, long bytes) {
        Run run = new Run(fabric, timings, fidelity);
        List<Run.Log> logs = allToAll(run, fabric.endpoints(), bytes);
        run.run();
        assertThat(logs).isNotEmpty().allMatch(log -> log.timesDone == 1);
        assertThat(logs).allMatch(log -> log.bytes(Run.What.LANDED) == bytes);
        assertThat(run.network.isAtRest()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(
            value = Fidelity.class,
            names = {"L0", "L1"})
    void readsAndWritesBothWaysThroughOneSwitchWithTheSmallestCredits(Fidelity fidelity) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 256);
        PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4_X16));
        for (int i = 0; i < 4; i++) {
            machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16));
        }
        checkAllEnd(machine.fabric(), smallestCredits(machine.fabric()), fidelity, 20 * Bytes.KIB);
    }

    @ParameterizedTest
    @EnumSource(
            value = Fidelity.class,
            names = {"L0", "L1"})
    void readsAndWritesBothWaysThroughTheRootComplexWithTheSmallestCredits(Fidelity fidelity) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        for (int i = 0; i < 2; i++) {
            PciFunction upstreamPort = machine.upstreamPort(machine.rootPort(GEN4_X16));
            machine.endpoint(machine.downstreamPort(upstreamPort, GEN4_X16, AcsBit.RR, AcsBit.CR));
            machine.endpoint(machine.downstreamPort(upstreamPort, new Link(1, 1)));
        }
        checkAllEnd(machine.fabric(), smallestCredits(machine.fabric()), fidelity, 20 * Bytes.KIB);
    }

    /** Each root complex forwards to the other through a narrow place, with buffers before and behind it. */
    @ParameterizedTest
    @EnumSource(
            value = Fidelity.class,
            names = {"L0", "L1"})
    void twoSocketsThatForwardToEachOther(Fidelity fidelity) {
        Machine machine = new Machine();
        for (int socket = 0; socket < 2; socket++) {
            machine.socket().hostBridge(IommuMode.OFF, 64);
            machine.endpoint(machine.rootPort(GEN4_X16));
            machine.endpoint(machine.rootPort(new Link(1, 1)));
        }
        Map<String, RootComplexTiming> rootComplexes = new HashMap<>();
        for (HostBridge bridge : machine.fabric().hostBridges()) {
            rootComplexes.put(
                    bridge.rootBus(),
                    new RootComplexTiming(
                            OptionalLong.of(10_000_000_000L),
                            OptionalLong.of(10_000_000_000L),
                            true,
                            true,
                            IommuTiming.DEFAULT,
                            OptionalLong.empty()));
        }
        Timings timings = Timings.of(Map.of(), rootComplexes, Map.of(), Map.of());
        checkAllEnd(machine.fabric(), timings, fidelity, 100 * Bytes.KIB);
    }
}
