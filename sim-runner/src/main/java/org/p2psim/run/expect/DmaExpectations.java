package org.p2psim.run.expect;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.run.replay.Fate;
import org.p2psim.run.replay.Replay;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.Expectation;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Ticks;

/** How DMA went, and what became of its bytes. */
final class DmaExpectations {
    private final Replay replay;
    private final Recorder recorder;

    DmaExpectations(Replay replay, Recorder recorder) {
        this.replay = replay;
        this.recorder = recorder;
    }

    Finding dma(Expectation.Dma expected) {
        Optional<TransferOutcome> transfer = recorder.transfers().stream()
                .filter(made -> made.name().equals(expected.dma()))
                .findFirst();
        Optional<Fate> fate = replay.landings().find(expected.dma());
        if (transfer.isEmpty() && fate.isEmpty() && !replay.kernel().isUnderWay(expected.dma())) {
            return new Finding().found("never asked for").require(false);
        }
        Finding finding = transfer.map(made -> transfer(expected, made))
                .orElseGet(() -> new Finding().is(expected.is(), Expectation.DmaState.UNFINISHED));
        fate.ifPresentOrElse(found -> fate(finding, expected, found), () -> fate(finding, expected, Fate.NONE));
        return finding;
    }

    private static Finding transfer(Expectation.Dma expected, TransferOutcome made) {
        Finding finding = new Finding().is(expected.is(), state(made)).errno(expected.errno(), made.errno());
        if (made.bytes() > 0) {
            finding.found(made.bandwidth().toString());
        }
        expected.minBandwidth().ifPresent(least -> finding.require(bytesPerSecond(made) >= least));
        expected.maxBandwidth().ifPresent(most -> finding.require(bytesPerSecond(made) <= most));
        expected.maxLatency()
                .ifPresent(most -> finding.found(
                                "latency up to " + Ticks.format(made.latency().max()))
                        .require(made.latency().max() <= most));
        expected.latency().forEach((percentile, most) -> {
            long found = made.latency().at(Double.parseDouble(percentile.substring(1)));
            finding.found(percentile + " " + Ticks.format(found)).require(found <= most.ticks());
        });
        return finding;
    }

    private static long bytesPerSecond(TransferOutcome transfer) {
        Bandwidth bandwidth = transfer.bandwidth();
        return bandwidth.gigabytesPerSecond().movePointRight(9).longValueExact();
    }

    private static Expectation.DmaState state(TransferOutcome transfer) {
        if (transfer.bytes() == transfer.requested()) {
            return Expectation.DmaState.COMPLETED;
        }
        return transfer.route().isEmpty() ? Expectation.DmaState.REFUSED : Expectation.DmaState.UNFINISHED;
    }

    private static void fate(Finding finding, Expectation.Dma expected, Fate fate) {
        expected.status()
                .ifPresent(status -> finding.found(
                                fate.status().map(found -> "IBV_WC_" + found).orElse("no completion"))
                        .require(fate.status().equals(expected.status())));
        amounts(finding, "landed", expected.landed(), fate.landed());
        amounts(finding, "landed in", expected.landedIn(), fate.landedIn());
        amounts(finding, "data of", expected.data(), fate.data());
        amount(finding, "dropped", expected.dropped(), fate.dropped());
        amount(finding, "blocked", expected.blocked(), fate.blocked());
    }

    private static void amounts(
            Finding finding, String what, Map<String, Expectation.Amount> expected, Map<String, Long> actual) {
        if (expected.isEmpty()) {
            return;
        }
        finding.found(actual.isEmpty() ? what + " nothing" : what + " " + actual);
        expected.forEach((name, amount) -> finding.require(actual.getOrDefault(name, 0L) == amount.bytes()));
    }

    private static void amount(Finding finding, String what, OptionalLong expected, long actual) {
        expected.ifPresent(
                bytes -> finding.found("%d bytes %s".formatted(actual, what)).require(bytes == actual));
    }
}
