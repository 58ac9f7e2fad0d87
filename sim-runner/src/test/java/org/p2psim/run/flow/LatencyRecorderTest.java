package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.outcome.Latency;

class LatencyRecorderTest {
    @Test
    void nothingRecordedIsNoLatency() {
        assertThat(new LatencyRecorder().latency()).isEqualTo(Latency.NONE);
    }

    @Test
    void theEndsAreExactAndTheCurveHasThreeDigits() {
        LatencyRecorder recorder = new LatencyRecorder();
        for (int i = 1; i <= 1000; i++) {
            recorder.record(i * 1_000_003L);
        }
        Latency latency = recorder.latency();
        assertThat(latency.count()).isEqualTo(1000);
        assertThat(latency.min()).isEqualTo(1_000_003);
        assertThat(latency.max()).isEqualTo(1_000_003_000);
        assertThat(latency.points())
                .extracting(Latency.Point::percentile)
                .containsExactly(0.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0, 99.0, 99.9, 99.99, 100.0);
        assertThat((double) latency.at(50)).isBetween(500_001_500 * 0.999, 500_001_500 * 1.001);
        assertThat(latency.at(0)).isEqualTo(1_000_003);
        assertThat(latency.at(100)).isEqualTo(1_000_003_000);
    }

    @Test
    void oneValueIsEveryPercentile() {
        LatencyRecorder recorder = new LatencyRecorder();
        recorder.record(123_456_789);
        assertThat(recorder.latency().points()).extracting(Latency.Point::ticks).containsOnly(123_456_789L);
    }

    /** A few are kept one by one, more in a histogram. */
    @ParameterizedTest
    @ValueSource(ints = {1, 7, 128, 129, 1000})
    void howManyThereAreDoesNotMatter(int count) {
        LatencyRecorder oneByOne = new LatencyRecorder();
        LatencyRecorder counted = new LatencyRecorder();
        for (int i = 1; i <= count; i++) {
            oneByOne.record(i * i * 1_003L);
            counted.record(i * i * 1_003L, 1);
        }
        assertThat(oneByOne.latency()).isEqualTo(counted.latency());
    }
}
