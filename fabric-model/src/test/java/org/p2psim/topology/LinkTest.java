package org.p2psim.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.unit.Ticks;

/** Rates of the PCI Express base specification. */
class LinkTest {
    @ParameterizedTest
    @CsvSource({
        // GT/s x lanes x encoding / 8
        "gen1 x1, 250000000",
        "gen2 x16, 8000000000",
        "gen3 x8, 7876923076",
        "gen4 x16, 31507692307",
        "gen5 x16, 63015384615",
        "gen6 x16, 118000000000"
    })
    void bytesASecondAfterEncoding(String link, long bytesPerSecond) {
        assertThat(Link.parse(link).bytesPerSecond())
                .isCloseTo(bytesPerSecond, org.assertj.core.data.Offset.offset(8L));
    }

    @Test
    void aTlpOf280BytesTakes4443PicosecondsOnGen5x16() {
        // 280 bytes x 8 bits x 130/128 / 16 lanes at 31.25 ps a bit
        assertThat(Link.parse("gen5 x16").serialisationTicks(280)).isEqualTo(71_094);
        assertThat(71_094 / Ticks.PER_PICOSECOND).isEqualTo(4443);
    }

    /** 10 bits a symbol with 8b/10b, 8 with 128b/130b; the width does not matter. */
    @ParameterizedTest
    @CsvSource({"gen1 x1, 4ns", "gen1 x16, 4ns", "gen2 x8, 2ns", "gen3 x8, 1ns", "gen4 x16, 0.5ns", "gen5 x16, 0.25ns"})
    void aSymbolTimeIsThatOfOneLane(String link, String time) {
        assertThat(Link.parse(link).symbolTimesTicks(1)).isEqualTo(Ticks.parse(time));
        assertThat(Link.parse(link).symbolTimesTicks(1000)).isEqualTo(1000 * Ticks.parse(time));
    }

    @Test
    void flitModeDoesNotCountSymbolTimes() {
        assertThatThrownBy(() -> Link.parse("gen6 x16").symbolTimesTicks(1)).isInstanceOf(IllegalStateException.class);
    }

    /** 256 bytes at 64 GT/s a lane, 8 GB/s. */
    @ParameterizedTest
    @CsvSource({"gen6 x1, 32ns", "gen6 x4, 8ns", "gen6 x16, 2ns"})
    void whatIsInAFlitCanBeUsedWhenTheFlitIsWhole(String link, String time) {
        assertThat(Link.parse(link).flitTicks()).isEqualTo(Ticks.parse(time));
        assertThat(Link.parse(link).receptionTicks()).isEqualTo(Ticks.parse(time));
    }

    @Test
    void withoutFlitsATlpGoesOnBeforeItIsWhole() {
        Link gen5 = Link.parse("gen5 x1");
        assertThat(gen5.receptionTicks()).isZero();
        assertThatThrownBy(gen5::flitTicks)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("gen5 x1 does not work in FLIT mode");
    }

    @Test
    void bothEndsTrainToWhatTheyShare() {
        assertThat(Link.parse("gen5 x8").trainedWith(Link.parse("gen4 x16"))).hasToString("gen4 x8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gen7 x16", "gen0 x16", "gen4 x3", "gen4x16", "x16", "gen4 x64"})
    void linksThatDoNotExistAreRefused(String text) {
        assertThatThrownBy(() -> Link.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
