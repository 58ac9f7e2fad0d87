package org.p2psim.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.p2psim.transaction.Credits.INFINITE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreditsTest {
    @ParameterizedTest(name = "{0} B of data: {1} units")
    @CsvSource({"0, 0", "1, 1", "4, 1", "16, 1", "17, 2", "256, 16", "260, 17", "4096, 256", "2147483647, 134217728"})
    void aDataUnitIsSixteenBytes(int bytes, int units) {
        assertThat(Credits.dataUnits(bytes)).isEqualTo(units);
    }

    @Test
    void aMisalignedPayloadTakesCreditsForWholeDws() {
        // 16 bytes from address 3 on lie in 5 DWs
        assertThat(Credits.dataUnits(TlpKind.MEM_WRITE.dataBytes(3, 16))).isEqualTo(2);
        assertThat(Credits.dataUnits(TlpKind.MEM_READ.dataBytes(3, 512))).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0,8,1,1,1,8", "1,0,1,1,1,8", "1,8,0,1,1,8", "1,8,1,0,1,8", "1,8,1,1,0,8", "1,8,1,1,1,0", "-2,8,1,1,1,8"
    })
    void aReceiverWithoutRoomForAClassIsRefused(int ph, int pd, int nph, int npd, int cplh, int cpld) {
        assertThatThrownBy(() -> new Credits(ph, pd, nph, npd, cplh, cpld))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("or infinite");
    }

    /** The example of the specification: 1024 bytes take 040h units. */
    @Test
    void theMinimumAdvertisementHoldsThePayloadOfALargestTlp() {
        assertThatCode(() -> new Credits(1, 0x40, 1, 1, 1, 0x40).requireMinimum(1024))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> new Credits(1, 0x3f, 1, 1, 1, 0x40).requireMinimum(1024))
                .hasMessage("posted data credits must be 64 or more, or infinite, not 63");
        assertThatThrownBy(() -> new Credits(1, 0x40, 1, 1, 1, 0x3f).requireMinimum(1024))
                .hasMessage("completion data credits must be 64 or more, or infinite, not 63");
    }

    @Test
    void infinitePoolsHoldAnything() {
        assertThatCode(() ->
                        new Credits(INFINITE, INFINITE, INFINITE, INFINITE, INFINITE, INFINITE).requireMinimum(4096))
                .doesNotThrowAnyException();
    }

    @Test
    void publishedReceiversMeetTheMinimumOfEveryPayloadSize() {
        for (int mps = 128; mps <= 4096; mps *= 2) {
            Credits.SWITCH_PORT.requireMinimum(mps);
            Credits.ENDPOINT.requireMinimum(mps);
            Credits.R_TILE_ENDPOINT.requireMinimum(mps);
            Credits.R_TILE_SWITCH_PORT.requireMinimum(mps);
        }
    }

    @Test
    void eachClassHasItsPools() {
        Credits credits = new Credits(1, 8, 2, 3, 4, 9);
        assertThat(credits.headers(TlpClass.POSTED)).isEqualTo(1);
        assertThat(credits.data(TlpClass.POSTED)).isEqualTo(8);
        assertThat(credits.headers(TlpClass.NON_POSTED)).isEqualTo(2);
        assertThat(credits.data(TlpClass.NON_POSTED)).isEqualTo(3);
        assertThat(credits.headers(TlpClass.COMPLETION)).isEqualTo(4);
        assertThat(credits.data(TlpClass.COMPLETION)).isEqualTo(9);
    }
}
