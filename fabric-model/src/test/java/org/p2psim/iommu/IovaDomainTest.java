package org.p2psim.iommu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.AddressRange;
import org.p2psim.topology.Window;

class IovaDomainTest {
    @Test
    void addressesAreGivenOutFromTheTopOfTheFirst4GiB() {
        IovaDomain domain = new IovaDomain(List.of());
        assertThat(domain.map(0x3800_0000_0000L, 16L << 20)).isEqualTo(0xff00_0000L);
        assertThat(domain.map(0x3800_0100_0000L, 4096)).isEqualTo(0xfeff_f000L);
    }

    @Test
    void theInterruptRangeAndTheWindowsOfTheHostBridgeAreKeptOut() {
        // 64 MiB at the top would cover 0xfee00000
        assertThat(new IovaDomain(List.of()).map(0, 64L << 20)).isEqualTo(0xf800_0000L);
        Window window = new Window(new AddressRange(0x8000_0000L, 0x7ec0_0000L), false);
        assertThat(new IovaDomain(List.of(window)).map(0, 64L << 20)).isEqualTo(0x7c00_0000L);
    }

    @Test
    void aRangeIsAlignedToItsSizeRoundedUpToAPowerOfTwo() {
        assertThat(new IovaDomain(List.of()).map(0, 3L << 20)).isEqualTo(0xffc0_0000L);
    }

    @Test
    void aRangeThatDoesNotFitBelow4GiBComesFromTheTopOfTheAperture() {
        assertThat(new IovaDomain(List.of()).map(0, 8L << 30)).isEqualTo((1L << 48) - (8L << 30));
    }

    @Test
    void aMappingOfNothingTakesAPageOfAddressesThatStandForNothing() {
        IovaDomain domain = new IovaDomain(List.of());
        long empty = domain.map(0x3800_0000_0000L, 0);
        assertThat(empty).isEqualTo(0xffff_f000L);
        assertThat(domain.physical(empty)).isEqualTo(-1);
        assertThat(domain.map(0x3800_0000_0000L, 4096)).isEqualTo(0xffff_e000L);
        domain.unmap(empty);
        assertThat(domain.map(0x3800_0000_0000L, 4096)).isEqualTo(empty);
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void mappingsThatLiveAtOneTimeNeverOverlap(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        IovaDomain domain = new IovaDomain(List.of());
        List<AddressRange> live = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            if (!live.isEmpty() && random.nextInt(3) == 0) {
                domain.unmap(live.remove(random.nextInt(live.size())).base());
            } else {
                long size = 1 + random.nextLong(1L << random.nextInt(1, 33));
                AddressRange range = new AddressRange(domain.map(0, size), size);
                assertThat(live).noneMatch(range::overlaps);
                live.add(range);
            }
        }
    }

    /** The definition, tried from the top at every call. */
    @Test
    void everyRangeIsTheHighestThatIsFreeWhateverWasMappedAndGivenBackBefore() {
        long seed = 4_077;
        SplittableRandom random = new SplittableRandom(seed);
        IovaDomain domain = new IovaDomain(List.of());
        List<AddressRange> taken = new ArrayList<>(List.of(new AddressRange(0xfee0_0000L, 0x10_0000L)));
        for (int i = 0; i < 400; i++) {
            if (taken.size() > 1 && random.nextInt(4) == 0) {
                AddressRange back = taken.remove(random.nextInt(1, taken.size()));
                domain.unmap(back.base());
                continue;
            }
            long size = random.nextLong(1, 9) * (1L << random.nextInt(12, 22));
            long alignment = Long.highestOneBit(2 * size - 1);
            long expected = ((1L << 32) - size) & -alignment;
            while (overlapsAny(taken, new AddressRange(expected, size))) {
                expected -= alignment;
            }
            long base = domain.map(0x1000_0000L, size);
            assertThat(base).as("seed %d, step %d", seed, i).isEqualTo(expected);
            taken.add(new AddressRange(base, size));
        }
    }

    private static boolean overlapsAny(List<AddressRange> taken, AddressRange range) {
        return taken.stream().anyMatch(range::overlaps);
    }
}
