package org.p2psim.unit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {
    @ParameterizedTest
    @CsvSource({"1ps,16", "105ns,1680000", "1.5us,24000000", "2 ms,32000000000", "0.0625ps,1"})
    void aTimeIsReadInTicksOfASixteenthOfAPicosecond(String text, long ticks) {
        assertThat(Ticks.parse(text)).isEqualTo(ticks);
    }

    @ParameterizedTest
    @ValueSource(strings = {"105", "105 minutes", "-1ns", "0.01ps", "99999999999s", ""})
    void aTimeWithoutUnitOrOutOfRangeIsRefused(String text) {
        assertThatThrownBy(() -> Ticks.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0,0 ns", "16000,1 ns", "8000,0.5 ns", "24000000,1.5 us", "16000000000000,1 s"})
    void aTimeIsShownInItsLargestUnit(long ticks, String text) {
        assertThat(Ticks.format(ticks)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"4097B,4097", "64KiB,65536", "2GiB,2147483648", "0x1000B,4096", "8EiB,-9223372036854775808"})
    void aSizeIsReadInBytes(String text, long bytes) {
        assertThat(Bytes.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"64", "64MB", "1.5GiB", "16EiB", "-1B"})
    void aSizeWithoutBinaryUnitOrOutOfRangeIsRefused(String text) {
        assertThatThrownBy(() -> Bytes.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({"0,0 B", "4097,4097 B", "65536,64 KiB", "67108864,64 MiB", "123456789,117.74 MiB"})
    void aSizeIsShownExactlyWhereAUnitDividesIt(long bytes, String text) {
        assertThat(Bytes.format(bytes)).isEqualTo(text);
    }

    @Test
    void aGigabyteASecondIsAByteANanosecond() {
        assertThat(new Bandwidth(1, Ticks.PER_NANOSECOND)).hasToString("1.00 GB/s");
    }
}
