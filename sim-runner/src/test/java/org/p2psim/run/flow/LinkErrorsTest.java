package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.Run.What;
import org.p2psim.timing.PortTiming;
import org.p2psim.timing.Timings;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bytes;

/** Links that damage TLPs: Nak and replay (PCIe base specification 5.0, 3.6). */
class LinkErrorsTest {
    private static final long ONE_IN_TEN = PortTiming.BILLION / 10;

    private static Run.Log write(long errorsPerBillion, Fidelity fidelity, long bytes) {
        return write(new Link(4, 16), errorsPerBillion, fidelity, bytes);
    }

    private static Run.Log write(Link link, long errorsPerBillion, Fidelity fidelity, long bytes) {
        Machine machine = new Machine().socket().hostBridge(IommuMode.OFF, 64);
        List<PciFunction> below = machine.belowASwitch(2, link);
        PciFunction nic = below.get(0);
        PciFunction gpu = below.get(1);
        PortTiming noisy =
                new PortTiming(Optional.empty(), OptionalInt.empty(), OptionalLong.of(errorsPerBillion), 1, false);
        Timings timings = Timings.of(Map.of(nic.address(), noisy), Map.of(), Map.of(), Map.of());
        Run run = new Run(machine.fabric(), timings, fidelity);
        Run.Log log =
                run.start(DmaLike.usual(nic, gpu, Direction.WRITE).bytes(bytes).request());
        run.run();
        return log;
    }

    @Test
    void everyByteLandsOnceAndInOrderWhateverIsDamaged() {
        Run.Log log = write(ONE_IN_TEN, Fidelity.L1, Bytes.MIB);
        assertThat(log.bytes(What.LANDED)).isEqualTo(Bytes.MIB);
        assertThat(log.told).extracting(Run.Told::address).isSorted();
    }

    /**
     * A damaged TLP of 280 bytes costs its time on the link, 8.91 ns, and the Nak: its 8 bytes, 0.25 ns, and 115 symbol
     * times of 0.5 ns. With one in ten damaged there is a failure in nine TLPs: 7.4 ns more for each.
     */
    @Test
    void damagedTlpsCostTheirTimeAndTheNaks() {
        double clean = write(0, Fidelity.L1, 4 * Bytes.MIB).doneAt;
        double noisy = write(ONE_IN_TEN, Fidelity.L1, 4 * Bytes.MIB).doneAt;
        double perTlp = 280 * 8 * 130.0 / 128 / 16 / 16 * 1538 / 1534;
        double nak = 8 * 8 * 130.0 / 128 / 16 / 16 + 115 * 0.5;
        assertThat(noisy / clean).isCloseTo(1 + (perTlp + nak) / 9 / perTlp, within(0.03));
    }

    /**
     * Base specification 6.0, 4.2.3.4: a TLP of 272 bytes takes 272/236 of the 2 ns of a FLIT of 16 lanes; when its FLIT is
     * damaged, that time again, a FLIT back with the Nak, and 115 symbol times of 32 GT/s, 28.75 ns.
     */
    @Test
    void aDamagedFlitIsSentAgainAfterTheFlitThatBringsItsNak() {
        Link generation6 = new Link(6, 16);
        double clean = write(generation6, 0, Fidelity.L1, 4 * Bytes.MIB).doneAt;
        double noisy = write(generation6, ONE_IN_TEN, Fidelity.L1, 4 * Bytes.MIB).doneAt;
        double perTlp = 272 * 2.0 / 236;
        assertThat(noisy / clean).isCloseTo(1 + (perTlp + 2 + 28.75) / 9 / perTlp, within(0.03));
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void errorsAreTheSameInAllFidelities(int generation) {
        Link link = new Link(generation, 16);
        List<Run.Told> everyEvent = write(link, ONE_IN_TEN, Fidelity.L0, 64 * Bytes.KIB).told;
        assertThat(write(link, ONE_IN_TEN, Fidelity.L1, 64 * Bytes.KIB).told).isEqualTo(everyEvent);
        assertThat(write(link, ONE_IN_TEN, Fidelity.L2, 64 * Bytes.KIB).told).isEqualTo(everyEvent);
    }
}
