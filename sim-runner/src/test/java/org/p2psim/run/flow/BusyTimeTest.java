package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.p2psim.unit.Ticks;

class BusyTimeTest {
    private static final long NS = Ticks.PER_NANOSECOND;

    @Test
    void timeIsCountedInTheSlicesThatItSpans() {
        BusyTime time = new BusyTime();
        time.add(NS / 2, 2 * NS);
        assertThat(time.sliceTicks()).isEqualTo(NS);
        assertThat(time.perSlice()).containsExactly(NS / 2, NS, NS / 2);
    }

    @Test
    void slicesDoubleSoThatThereAreNeverMoreThanAHundred() {
        BusyTime time = new BusyTime();
        for (int i = 0; i < 1000; i++) {
            time.add(i * NS, NS);
        }
        assertThat(time.sliceTicks()).isEqualTo(16 * NS);
        assertThat(time.perSlice()).hasSize(63).startsWith(16 * NS).endsWith(8 * NS);
        assertThat(time.perSlice().stream().mapToLong(Long::longValue).sum()).isEqualTo(1000 * NS);
    }

    @Test
    void aLongIdleTimeIsMadeOfEmptySlices() {
        BusyTime time = new BusyTime();
        time.add(0, NS);
        time.add(Ticks.PER_SECOND, NS);
        assertThat(time.perSlice()).hasSizeLessThanOrEqualTo(100).startsWith(NS);
        assertThat(time.perSlice().stream().mapToLong(Long::longValue).sum()).isEqualTo(2 * NS);
    }

    /** The first slice lasts a nanosecond. */
    @Test
    void whatLiesInTheFirstSliceAloneIsCounted() {
        BusyTime time = new BusyTime();
        time.add(NS / 4, NS / 4);
        time.add(NS / 2, NS / 8);
        assertThat(time.perSlice()).containsExactly(3 * NS / 8);
    }
}
