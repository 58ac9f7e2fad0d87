package org.p2psim.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SplittingTest {
    private interface Cut {
        int next(long address, long remaining);
    }

    private static List<Integer> cuts(long address, long length, Cut cut) {
        List<Integer> cuts = new ArrayList<>();
        long done = 0;
        while (done < length) {
            int bytes = cut.next(address + done, length - done);
            assertThat(bytes).isPositive();
            cuts.add(bytes);
            done += bytes;
        }
        assertThat(done).isEqualTo(length);
        return cuts;
    }

    @Test
    void anAlignedWriteIsCutAtMaxPayloadSize() {
        assertThat(cuts(0x1000, 1000, (address, left) -> Splitting.nextRequest(address, left, 256)))
                .containsExactly(256, 256, 256, 232);
    }

    @Test
    void noRequestCrosses4KiB() {
        assertThat(cuts(0x1f80, 512, (address, left) -> Splitting.nextRequest(address, left, 512)))
                .containsExactly(128, 384);
        assertThat(cuts(0xfff, 2, (address, left) -> Splitting.nextRequest(address, left, 4096)))
                .containsExactly(1, 1);
    }

    @Test
    void anAlignedReadIsCompletedInPiecesOfMaxPayloadSize() {
        assertThat(cuts(0x1000, 512, (address, left) -> Splitting.nextCompletion(address, left, 64, 256)))
                .containsExactly(256, 256);
    }

    /** From 0x1010: the first completion may end at 0x1110 at most; the last boundary within is 0x1100. */
    @Test
    void theFirstCompletionOfAMisalignedReadEndsOnABoundary() {
        assertThat(cuts(0x1010, 512, (address, left) -> Splitting.nextCompletion(address, left, 64, 256)))
                .containsExactly(240, 256, 16);
        assertThat(cuts(0x1070, 512, (address, left) -> Splitting.nextCompletion(address, left, 128, 256)))
                .containsExactly(144, 256, 112);
    }

    @Test
    void aReadThatFitsIsCompletedAtOnce() {
        assertThat(cuts(0x1030, 200, (address, left) -> Splitting.nextCompletion(address, left, 64, 256)))
                .containsExactly(200);
    }

    @Test
    void aRootComplexCutsOnlyWhatIsTooLarge() {
        assertThat(cuts(0x1000, 256, (address, left) -> Splitting.nextPart(address, left, 64)))
                .containsExactly(64, 64, 64, 64);
        assertThat(cuts(0x1010, 100, (address, left) -> Splitting.nextPart(address, left, 64)))
                .containsExactly(48, 52);
        assertThat(cuts(0x1020, 64, (address, left) -> Splitting.nextPart(address, left, 64)))
                .containsExactly(64);
    }

    static Stream<Integer> seeds() {
        return Stream.iterate(1, seed -> seed + 1).limit(200);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void requestsCoverTheTransferAndStayInTheirPage(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long address = random.nextLong() & ~0xfffffL;
        address += random.nextInt(1 << 20);
        int max = 128 << random.nextInt(6);
        long at = address;
        for (int bytes : cuts(address, random.nextLong(1, 100_000), (a, left) -> Splitting.nextRequest(a, left, max))) {
            assertThat(TlpKind.MEM_WRITE.dataBytes(at, bytes))
                    .as("Length, in whole DWs")
                    .isLessThanOrEqualTo(max);
            assertThat((at + bytes - 1) >>> 12).as("page of the last byte").isEqualTo(at >>> 12);
            at += bytes;
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void completionsCoverTheReadAndEndOnBoundaries(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int rcb = 64 << random.nextInt(2);
        int mps = 128 << random.nextInt(6);
        long address = random.nextLong() & ~0xfffL;
        int offset = random.nextInt(4096);
        int length = random.nextInt(1, 4096 - offset + 1);
        List<Integer> cuts = cuts(address + offset, length, (a, left) -> Splitting.nextCompletion(a, left, rcb, mps));
        long at = address + offset;
        for (int i = 0; i < cuts.size(); i++) {
            assertThat(TlpKind.COMPLETION_WITH_DATA.dataBytes(at, cuts.get(i)))
                    .as("Length, in whole DWs")
                    .isLessThanOrEqualTo(mps);
            at += cuts.get(i);
            if (i < cuts.size() - 1) {
                assertThat(at & (rcb - 1))
                        .as("end of a completion that is not the last")
                        .isZero();
                assertThat(cuts.get(i) + rcb)
                        .as("the next boundary was too far")
                        .isGreaterThan(mps);
            }
        }
    }
}
