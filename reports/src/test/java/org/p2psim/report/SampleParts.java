package org.p2psim.report;

import static org.p2psim.report.SampleMachines.GEN4;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Latency;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.Provenance;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.unit.Ticks;

/** Parts that sample outcomes have in common. */
final class SampleParts {
    private SampleParts() {}

    static LinkUse use(String port, String name, LinkUse.Direction direction, long payload, int percent) {
        long slice = us(25);
        return new LinkUse(
                Bdf.parse(port),
                name,
                GEN4,
                direction,
                262_144,
                payload,
                payload + payload / 10 + 5_000_000,
                slice * 97 * percent / 100,
                52_428,
                0,
                0,
                slice,
                LongStream.range(0, 97)
                        .mapToObj(i -> slice * (i % 10 == 9 ? percent / 3 : percent) / 100)
                        .toList());
    }

    static Latency latency(long count, long min, long max) {
        List<Latency.Point> points = new ArrayList<>();
        double[] percentiles = {0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.99, 100};
        for (int i = 0; i < percentiles.length; i++) {
            points.add(new Latency.Point(percentiles[i], min + (max - min) * i * i / 100));
        }
        return new Latency(count, min, max, points);
    }

    static Provenance provenance() {
        return new Provenance(
                "0.1.0", "gaudi-dmabuf", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 1, "");
    }

    static List<Note> notes() {
        return List.of(
                new Note(Note.Kind.ASSUMED, "Max Payload Size is 256 bytes on every link.", ""),
                new Note(Note.Kind.SOURCE, "Switch latency 105 ns.", "data sheet of the PEX 8796, table 1-1"),
                new Note(Note.Kind.NOT_MODELLED, "Retrained links and correctable errors.", ""),
                new Note(Note.Kind.CAUTION, "A dump without extended configuration space hides ACS.", ""));
    }

    static RouteHop hop(RouteHop.Kind kind, String port, String name) {
        return new RouteHop(kind, Optional.of(Bdf.parse(port)), name);
    }

    static long ns(long nanoseconds) {
        return Ticks.ofNanoseconds(nanoseconds);
    }

    static long us(long microseconds) {
        return microseconds * Ticks.PER_MICROSECOND;
    }
}
