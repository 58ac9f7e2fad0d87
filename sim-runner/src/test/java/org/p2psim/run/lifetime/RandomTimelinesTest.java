package org.p2psim.run.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.run.Simulation;
import org.p2psim.run.flow.Fidelity;
import org.p2psim.scenario.Plan;

/** Whatever users and devices do, in whatever order: a run ends, and without bugs it breaks nothing. */
class RandomTimelinesTest {
    private static final int TIMELINES = 60;
    private static final int STEPS = 30;

    private static String register(SplittableRandom random, int number, String dmaBuf) {
        String nic = List.of("x0", "x0", "x2", "x3").get(random.nextInt(4));
        return "do: register-mr, mr: mr%d, nic: %s, dma-buf: %s, access: [local-write, remote-write, remote-read]"
                .formatted(number, nic, dmaBuf);
    }

    /** Lines over three dma-bufs, of a BAR, of an accelerator and of a GPU, and regions over them. */
    private static List<String> timeline(SplittableRandom random, boolean byHand) {
        List<String> lines = new ArrayList<>(List.of(
                "at: 0us, do: export, dma-buf: d0, from: n0, region: 4",
                "at: 0us, do: open-device, device: h0, user: A",
                "at: 0us, do: export, dma-buf: d1, from: h0, address: 0x24000000, size: 1MiB",
                "at: 0us, do: allocate, handle: bo, from: g0, size: 1MiB, flags: [vram]",
                "at: 0us, do: export, dma-buf: d2, from: g0, handle: bo",
                "at: 0us, do: attach, attachment: a0, dma-buf: d0, importer: x0"));
        int regions = 0;
        int attachments = 1;
        long now = 1000;
        for (int i = 0; i < STEPS; i++) {
            now += random.nextInt(4) == 0 ? 0 : random.nextInt(40_000);
            String mr = "mr" + (regions == 0 ? 0 : random.nextInt(regions));
            String line = switch (random.nextInt(regions == 0 ? 3 : byHand ? 24 : 16)) {
                case 0, 1, 2 -> register(random, regions++, "d" + random.nextInt(3));
                case 3, 4 -> "id: w%d, do: rdma-write, mr: %s, size: %dKiB".formatted(i, mr, 1 + random.nextInt(64));
                case 5, 6 -> "id: r%d, do: rdma-read, mr: %s, size: %dKiB".formatted(i, mr, 1 + random.nextInt(64));
                case 7 ->
                    "id: l%d, do: local-access, mr: %s, size: 4KiB, write: %s".formatted(i, mr, random.nextBoolean());
                case 8 -> "do: deregister-mr, mr: " + mr;
                case 9 -> "do: reset, device: n0";
                case 10 -> "do: write-memory-enable, device: n0, enable: " + random.nextBoolean();
                case 11 -> "do: low-power, device: n0, enter: " + random.nextBoolean();
                case 12 -> "do: evict, handle: bo";
                case 13 -> "do: defragment, handle: bo";
                case 14 ->
                    random.nextInt(4) == 0
                            ? "do: close-device, device: n0"
                            : "do: close, dma-buf: d" + random.nextInt(3);
                case 16, 17 ->
                    "do: attach, attachment: a%d, dma-buf: d%d, importer: %s"
                            .formatted(attachments++, random.nextInt(3), random.nextBoolean() ? "x0" : "x1");
                case 18 -> "do: pin, attachment: a" + random.nextInt(attachments);
                case 19 -> "do: map, attachment: a" + random.nextInt(attachments);
                case 20 -> "do: unmap, attachment: a" + random.nextInt(attachments);
                case 21 -> "do: unpin, attachment: a" + random.nextInt(attachments);
                case 22 -> "do: detach, attachment: a" + random.nextInt(attachments);
                case 23 ->
                    "id: t%d, do: dma-write, attachment: a%d, size: %dKiB"
                            .formatted(i, random.nextInt(attachments), 1 + random.nextInt(64));
                default ->
                    random.nextInt(4) == 0 ? "do: open-device, device: n0, user: B" : "do: hot-reset, device: n0";
            };
            lines.add("at: %dns, %s".formatted(now, line));
        }
        for (int i = 0; i < regions; i++) {
            lines.add("at: 10ms, do: deregister-mr, mr: mr" + i);
        }
        for (int i = 0; i < 3; i++) {
            lines.add("at: 10ms, do: close, dma-buf: d" + i);
        }
        return lines;
    }

    private static Plan plan(long seed, String kernel, String vfio, boolean byHand) {
        List<String> lines = timeline(new SplittableRandom(seed), byHand);
        return Lifetime.on(kernel)
                .vfio("reset-time: 20us" + vfio)
                .does(lines.toArray(String[]::new))
                .expects("no-invariant-broken: true")
                .plan();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.19", "7.1"})
    void withoutBugsNothingBreaksAndNothingIsLeft(String release) {
        String kernel = "release: \"%s\", without-bugs: [disabled-before-revoked, dynamic-handed-pinned-vram]"
                .formatted(release);
        for (long seed = 0; seed < TIMELINES; seed++) {
            RunOutcome run = new Simulation("test").run(plan(seed, kernel, "", false));
            assertThat(Lifetime.broken(run))
                    .as("seed %d: %s", seed, Lifetime.describe(run))
                    .isEmpty();
            assertThat(run.waits()).as("seed %d", seed).allMatch(wait -> wait.finished());
        }
    }

    @Test
    void whateverDriversDoByHandARunEnds() {
        for (long seed = 0; seed < 3 * TIMELINES; seed++) {
            String bugs = "release: \"7.1\", bugs: [never-unmaps, unmaps-with-dma-in-flight, key-not-reserved]";
            RunOutcome run = new Simulation("test").run(plan(seed, bugs, "", true));
            assertThat(run.events()).as("seed %d", seed).isNotEmpty();
        }
    }

    @Test
    void withAllTheBugsOfTheRfcARunEndsAllTheSame() {
        for (long seed = 0; seed < TIMELINES; seed++) {
            RunOutcome run = new Simulation("test").run(plan(seed, "release: \"6.19\"", ", driver: vfio-rfc", true));
            assertThat(run.events()).as("seed %d", seed).isNotEmpty();
        }
    }

    @Test
    void howMuchOfTheNetworkIsAnEventMakesNoDifference() {
        for (long seed = 0; seed < TIMELINES / 4; seed++) {
            Plan plan = plan(seed, "release: \"6.19\"", "", true);
            RunOutcome everything = new Simulation("test", Fidelity.L0).run(plan);
            assertThat(new Simulation("test", Fidelity.L2).run(plan))
                    .as("seed %d", seed)
                    .isEqualTo(everything);
        }
    }
}
