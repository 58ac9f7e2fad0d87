package org.p2psim.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TlpKindTest {
    /** Framing, sequence number and LCRC 8; header 12 or 16 with a 64-bit address; data in whole DWs. */
    @ParameterizedTest(name = "{0} of {2} B at {1}, above 4 GiB {3}, FLIT {4}: {5} B")
    @CsvSource({
        "MEM_WRITE, 0, 256, true, false, 280",
        "MEM_WRITE, 0, 256, false, false, 276",
        "MEM_READ, 0, 512, true, false, 24",
        "MEM_READ, 0, 512, false, false, 20",
        "COMPLETION_WITH_DATA, 0, 256, true, false, 276",
        "COMPLETION_WITH_DATA, 0, 256, false, false, 276",
        "COMPLETION, 0, 512, true, false, 20",
        "MEM_WRITE, 0, 256, true, true, 272",
        "MEM_READ, 0, 512, true, true, 16",
        "COMPLETION_WITH_DATA, 0, 256, true, true, 268",
        "MEM_WRITE, 3, 1, true, false, 28",
        "MEM_WRITE, 3, 2, true, false, 32",
        "MEM_WRITE, 1, 64, true, false, 92",
        "ATOMIC, 0, 4, true, false, 28",
        "ATOMIC, 0, 32, false, false, 52",
        "MESSAGE, 0, 0, false, false, 24",
        "MESSAGE, 0, 8, false, true, 24",
        "MEM_WRITE, 0, 4, false, false, 24",
    })
    void wireBytes(TlpKind kind, long address, int length, boolean above4GiB, boolean flitMode, int expected) {
        assertThat(kind.wireBytes(address, length, above4GiB, flitMode)).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource
    void ecrcTakesOneDw(TlpKind kind) {
        assertThat(kind.wireBytes(0, 64, true, false, true) - kind.wireBytes(0, 64, true, false))
                .isEqualTo(4);
        assertThat(kind.overhead(false, true, true) - kind.overhead(false, true))
                .isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({
        "MEM_WRITE, POSTED",
        "MESSAGE, POSTED",
        "MEM_READ, NON_POSTED",
        "ATOMIC, NON_POSTED",
        "COMPLETION_WITH_DATA, COMPLETION",
        "COMPLETION, COMPLETION",
    })
    void classes(TlpKind kind, TlpClass tlpClass) {
        assertThat(kind.tlpClass()).isEqualTo(tlpClass);
    }
}
