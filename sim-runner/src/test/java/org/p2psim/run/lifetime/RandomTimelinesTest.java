package org.p2psim.run.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.dmabuf.Bug;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.run.Simulation;
import org.p2psim.run.explore.Explorer;
import org.p2psim.run.explore.Extent;
import org.p2psim.run.flow.Fidelity;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Ticks;

/** Whatever users and devices do, in whatever order: a run ends, and without bugs it breaks nothing. */
class RandomTimelinesTest {
    private static final int TIMELINES = 60;
    private static final int STEPS = 30;
    /** How often each timeline is explored, and how far its lines move then. */
    private static final Extent EXPLORED = new Extent(4, 4 * Ticks.PER_MICROSECOND, 1, false);

    private static final String ALL_BUGS =
            Arrays.stream(Bug.values()).map(Bug::word).collect(Collectors.joining(", "));
    private static final List<String> NICS = List.of("x0", "x0", "x2", "x3");
    private static final List<String> GPU_NICS = List.of("x0", "x0", "x1", "x2", "x3");

    private static String register(SplittableRandom random, List<String> nics, int number, String dmaBuf) {
        String nic = nics.get(random.nextInt(nics.size()));
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
                case 0, 1, 2 -> register(random, NICS, regions++, "d" + random.nextInt(3));
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
        end(lines, regions, 3);
        return lines;
    }

    /** Three buffers that do not fit the window together, and whoever uses them; one of them has two descriptors. */
    private static List<String> gpuTimeline(SplittableRandom random) {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            lines.add("at: 0us, do: allocate, handle: h%d, from: g0, size: %dMiB, flags: [%s]"
                    .formatted(i, random.nextInt(1, 3) * 100, random.nextBoolean() ? "vram" : "vram, cpu-visible"));
            lines.add("at: 1us, do: export, dma-buf: d%d, from: g0, handle: h%d".formatted(i, i));
            lines.add("at: 2us, " + register(random, GPU_NICS, i, "d" + i));
        }
        lines.add("at: 2us, do: export, dma-buf: d3, from: g0, handle: h" + random.nextInt(3));
        int regions = 3;
        long now = 3000;
        for (int i = 0; i < STEPS; i++) {
            now += random.nextInt(3) == 0 ? 0 : random.nextInt(40_000);
            String mr = "mr" + random.nextInt(regions);
            int buffer = random.nextInt(3);
            String line = switch (random.nextInt(13)) {
                case 0, 1 -> register(random, GPU_NICS, regions++, "d" + random.nextInt(4));
                case 2, 3 -> "do: rdma-write, mr: %s, size: 64KiB".formatted(mr);
                case 4 -> "do: rdma-read, mr: %s, size: 64KiB".formatted(mr);
                case 5, 6 -> "do: evict, handle: h" + buffer;
                case 7, 8 -> "do: defragment, handle: h" + buffer;
                case 9 ->
                    "do: begin-cpu-access, dma-buf: d%d }\n  - { at: %dns, do: end-cpu-access, dma-buf: d%d"
                            .formatted(buffer, now + 1000, buffer);
                case 10 -> "do: free, handle: h" + buffer;
                case 11 -> "do: close, dma-buf: d" + random.nextInt(4);
                default -> "do: deregister-mr, mr: " + mr;
            };
            lines.add("at: %dns, %s".formatted(now, line));
        }
        end(lines, regions, 4);
        return lines;
    }

    /** One buffer moves while regions of several NICs fault: threads queue up for its reservation behind each copy. */
    private static List<String> movesTimeline(SplittableRandom random) {
        List<String> lines = new ArrayList<>(List.of(
                "at: 0us, do: allocate, handle: h0, from: g0, size: 1MiB, flags: [vram, cpu-visible]",
                "at: 0us, do: export, dma-buf: d0, from: g0, handle: h0"));
        int regions = 4;
        for (int i = 0; i < regions; i++) {
            lines.add("at: %dus, %s".formatted(i + 1, register(random, List.of("x0", "x3"), i, "d0")));
        }
        long now = 10_000;
        for (int i = 0; i < STEPS; i++) {
            now += random.nextInt(3) == 0 ? 0 : random.nextInt(30_000);
            String mr = "mr" + random.nextInt(regions);
            String line = switch (random.nextInt(12)) {
                case 0, 1, 2 -> "do: defragment, handle: h0";
                case 3 -> "do: evict, handle: h0";
                case 4 ->
                    "do: begin-cpu-access, dma-buf: d0 }\n  - { at: %dns, do: end-cpu-access, dma-buf: d0"
                            .formatted(now + 1000);
                case 5, 6, 7 -> "do: local-access, mr: %s, size: 4KiB, write: true".formatted(mr);
                case 8, 9 -> "do: rdma-write, mr: %s, size: 16KiB".formatted(mr);
                default -> "do: rdma-read, mr: %s, size: 16KiB".formatted(mr);
            };
            lines.add("at: %dns, %s".formatted(now, line));
        }
        end(lines, regions, 1);
        return lines;
    }

    /** Users of an accelerator come and go, by address and by handle. */
    private static List<String> habanalabsTimeline(SplittableRandom random) {
        List<String> lines = new ArrayList<>(List.of(
                "at: 0us, do: open-device, device: h0, user: u0",
                "at: 1us, do: export, dma-buf: d0, from: h0, address: 0x24000000, size: 1MiB",
                "at: 2us, " + register(random, NICS, 0, "d0")));
        int regions = 1;
        int dmaBufs = 1;
        int handles = 0;
        long now = 3000;
        for (int i = 0; i < STEPS; i++) {
            now += random.nextInt(3) == 0 ? 0 : random.nextInt(20_000);
            String mr = "mr" + random.nextInt(regions);
            String dmaBuf = "d" + random.nextInt(dmaBufs);
            String line = switch (random.nextInt(handles == 0 ? 10 : 13)) {
                case 0 -> "do: open-device, device: h0, user: u" + i;
                case 1 -> "do: close-device, device: h0";
                case 2 ->
                    "do: export, dma-buf: d%d, from: h0, address: 0x%x, size: 1MiB"
                            .formatted(dmaBufs++, 0x24000000 + random.nextInt(4) * 0x100000);
                case 3 -> "do: allocate, handle: h%d, from: h0, page-size: 2MiB, size: 4MiB".formatted(handles++);
                case 4, 5 -> register(random, NICS, regions++, dmaBuf);
                case 6 -> "do: rdma-write, mr: %s, size: 64KiB".formatted(mr);
                case 7 -> "do: rdma-read, mr: %s, size: 64KiB".formatted(mr);
                case 8 -> "do: close, dma-buf: " + dmaBuf;
                case 9 -> "do: deregister-mr, mr: " + mr;
                case 10 -> "do: free, handle: h" + random.nextInt(handles);
                default ->
                    "do: export, dma-buf: d%d, from: h0, handle: h%d".formatted(dmaBufs++, random.nextInt(handles));
            };
            lines.add("at: %dns, %s".formatted(now, line));
        }
        end(lines, regions, dmaBufs);
        return lines;
    }

    /** Areas of iommufd beside regions of NICs, while access to the BAR ends and comes back. */
    private static List<String> iommufdTimeline(SplittableRandom random) {
        List<String> lines = new ArrayList<>(List.of(
                "at: 0us, do: export, dma-buf: d0, from: n0, region: 4",
                "at: 0us, do: export, dma-buf: d1, from: n0, region: 4, ranges: [{ offset: 1MiB, length: 1MiB }]",
                "at: 1us, do: iommufd-map, area: a0, dma-buf: d0, device: x1"));
        int regions = 0;
        int areas = 1;
        long now = 2000;
        for (int i = 0; i < STEPS; i++) {
            now += random.nextInt(3) == 0 ? 0 : random.nextInt(20_000);
            String dmaBuf = "d" + random.nextInt(2);
            String area = "a" + random.nextInt(areas);
            String line = switch (random.nextInt(regions == 0 ? 10 : 12)) {
                case 0, 1 ->
                    "do: iommufd-map, area: a%d, dma-buf: %s, device: x1, offset: 4KiB, length: 64KiB"
                            .formatted(areas++, dmaBuf);
                case 2 -> "do: iommufd-map-domain, area: " + area;
                case 3, 4 -> "do: iommufd-unmap, area: " + area;
                case 5 -> register(random, NICS, regions++, dmaBuf);
                case 6 -> "do: reset, device: n0";
                case 7 -> "do: write-memory-enable, device: n0, enable: " + random.nextBoolean();
                case 8 -> "do: low-power, device: n0, enter: " + random.nextBoolean();
                case 9 ->
                    switch (random.nextInt(4)) {
                        case 0 -> "do: close-device, device: n0";
                        case 1 -> "do: open-device, device: n0, user: B";
                        default -> "do: close, dma-buf: " + dmaBuf;
                    };
                case 10 -> "do: rdma-write, mr: mr%d, size: 64KiB".formatted(random.nextInt(regions));
                default -> "do: deregister-mr, mr: mr" + random.nextInt(regions);
            };
            lines.add("at: %dns, %s".formatted(now, line));
        }
        for (int i = 0; i < areas; i++) {
            lines.add("at: 10ms, do: iommufd-unmap, area: a" + i);
        }
        end(lines, regions, 2);
        return lines;
    }

    private static void end(List<String> lines, int regions, int dmaBufs) {
        for (int i = 0; i < regions; i++) {
            lines.add("at: 10ms, do: deregister-mr, mr: mr" + i);
        }
        for (int i = 0; i < dmaBufs; i++) {
            lines.add("at: 10ms, do: close, dma-buf: d" + i);
        }
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
        int waits = 0;
        for (long seed = 0; seed < TIMELINES; seed++) {
            RunOutcome run = new Simulation("test").run(plan(seed, kernel, "", false));
            assertThat(Lifetime.broken(run))
                    .as("seed %d: %s", seed, Lifetime.describe(run))
                    .isEmpty();
            assertThat(run.waits()).as("seed %d", seed).allMatch(wait -> wait.finished());
            waits += run.waits().size();
        }
        assertThat(waits).isPositive();
    }

    private static void breaksNothing(String release, Function<SplittableRandom, List<String>> timeline) {
        breaksNothing(release, "unmap-time: 0us", timeline);
    }

    /** @param nic what is special about x0 */
    private static void breaksNothing(String release, String nic, Function<SplittableRandom, List<String>> timeline) {
        Simulation simulation = new Simulation("test");
        for (long seed = 0; seed < TIMELINES; seed++) {
            String as = "%s, seed %d".formatted(release, seed);
            Plan plan = Lifetime.on("release: \"%s\", without-bugs: [%s]".formatted(release, ALL_BUGS))
                    .vfio("reset-time: 20us")
                    .habanalabs("scrub: " + (seed % 2 == 0) + "")
                    .nic(nic)
                    .does(timeline.apply(new SplittableRandom(seed)).toArray(String[]::new))
                    .expects("no-invariant-broken: true")
                    .plan();
            RunOutcome run = simulation.run(plan);
            assertThat(Lifetime.broken(run))
                    .as("%s: %s", as, Lifetime.describe(run))
                    .isEmpty();
            assertThat(new Explorer(simulation)
                            .explore(plan, EXPLORED, as, over -> {})
                            .broken())
                    .as(as)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.12", "6.2", "6.12", "6.15", "6.19", "7.1"})
    void buffersOfAGpuThatDoNotFitItsWindowBreakNothing(String release) {
        breaksNothing(release, RandomTimelinesTest::gpuTimeline);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.12", "6.12", "6.19", "7.1"})
    void movesOfABufferUnderFaultsOfSlowImportersBreakNothing(String release) {
        breaksNothing(release, "unmap-time: 3us", RandomTimelinesTest::movesTimeline);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.16", "6.2", "6.5", "6.19"})
    void usersOfAnAcceleratorWhoComeAndGoBreakNothing(String release) {
        breaksNothing(release, RandomTimelinesTest::habanalabsTimeline);
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.19", "7.1"})
    void areasOfIommufdBesideRegionsBreakNothing(String release) {
        breaksNothing(release, RandomTimelinesTest::iommufdTimeline);
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
