package org.p2psim.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.unit.Ticks;

/** The table of pciutils ls-caps.c, cap_express_dev2_timeout_value. */
class CompletionTimeoutTest {
    @ParameterizedTest(name = "{0}, code {1}: {2}")
    @CsvSource({
        "default, 0, 50us to 50ms, 50, 50000",
        "A1, 1, 50us to 100us, 50, 100",
        "A2, 2, 1ms to 10ms, 1000, 10000",
        "B1, 5, 16ms to 55ms, 16000, 55000",
        "B2, 6, 65ms to 210ms, 65000, 210000",
        "C1, 9, 260ms to 900ms, 260000, 900000",
        "C2, 10, 1s to 3.5s, 1000000, 3500000",
        "D1, 13, 4s to 13s, 4000000, 13000000",
        "D2, 14, 17s to 64s, 17000000, 64000000",
    })
    void settings(String name, int code, String lspci, long shortestMicroseconds, long longestMicroseconds) {
        CompletionTimeout timeout = CompletionTimeout.parse(name);
        assertThat(timeout.code()).isEqualTo(code);
        assertThat(timeout).hasToString(lspci);
        assertThat(CompletionTimeout.parse(lspci)).isEqualTo(timeout);
        assertThat(CompletionTimeout.ofCode(code)).contains(timeout);
        assertThat(timeout.shortestTicks()).isEqualTo(shortestMicroseconds * Ticks.PER_MICROSECOND);
        assertThat(timeout.longestTicks()).isEqualTo(longestMicroseconds * Ticks.PER_MICROSECOND);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 7, 8, 11, 12, 15, 16, -1})
    void otherCodesAreReserved(int code) {
        assertThat(CompletionTimeout.ofCode(code)).isEmpty();
    }

    @Test
    void anUnknownRangeIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> CompletionTimeout.parse("A"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "\"A\" is not a completion timeout range; write one of default, A1, A2, B1, B2, C1, C2, D1, D2"
                                + " or a range as lspci prints it");
    }
}
