package org.p2psim.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompletionStatusTest {
    @ParameterizedTest
    @CsvSource({"SC, 0", "UR, 1", "CRS, 2", "CA, 4"})
    void codes(CompletionStatus status, int code) {
        assertThat(status.code()).isEqualTo(code);
        assertThat(CompletionStatus.ofCode(code)).contains(status);
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5, 6, 7, 8, -1})
    void otherCodesAreReserved(int code) {
        assertThat(CompletionStatus.ofCode(code)).isEmpty();
    }
}
