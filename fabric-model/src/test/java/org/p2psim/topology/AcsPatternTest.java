package org.p2psim.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AcsPatternTest {
    @Test
    void theLastFlagIsSourceValidationAndTheFirstIsDirectTranslated() {
        assertThat(AcsPattern.parse("xxxxxx1").mask()).isEqualTo(AcsBit.SV.mask());
        assertThat(AcsPattern.parse("0xxxxxx").mask()).isEqualTo(AcsBit.DT.mask());
        assertThat(AcsPattern.parse("1x111x1").value()).isEqualTo(0x5d);
    }

    @Test
    void whatIsPrintedReadsBackTheSame() {
        long seed = 20260101;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 1000; i++) {
            int mask = random.nextInt(0x80);
            AcsPattern pattern = new AcsPattern(mask, random.nextInt(0x80) & mask);
            assertThat(AcsPattern.parse(pattern.toString())).as("seed %d", seed).isEqualTo(pattern);
        }
    }

    @Test
    void applyingLeavesTheOtherBitsAlone() {
        assertThat(AcsPattern.parse("xx000x0").appliedTo(0x7f)).isEqualTo(0x62);
        assertThat(AcsPattern.parse("1x111x1").appliedTo(0)).isEqualTo(0x5d);
    }

    @Test
    void aBitThatIsNotKnownIsNotGuessed() {
        AcsPattern noRedirect = AcsPattern.parse("xx000x0");
        assertThat(noRedirect.matches(new Acs(0x7f, 0x62))).contains(true);
        assertThat(noRedirect.matches(new Acs(0x7f, 0x04))).contains(false);
        assertThat(noRedirect.matches(Acs.NOT_KNOWN)).isEqualTo(Optional.empty());
        assertThat(noRedirect.matches(new Acs(0x7f, 0x04, 0x08))).contains(false);
        assertThat(noRedirect.matches(new Acs(0x7f, 0x00, 0x40))).contains(true);
    }

    @Test
    void theControlWordIsShownInTheSameOrder() {
        assertThat(new Acs(0x7f, 0x1d).controlBits()).isEqualTo("0011101");
        assertThat(new Acs(0x7f, 0x01, 0x60).controlBits()).isEqualTo("??00001");
    }

    @Test
    void otherTextsAreRefused() {
        for (String text : new String[] {"", "xx000x", "xx000x00", "xx000xX", "xx0 0x0"}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> AcsPattern.parse(text))
                    .withMessageContaining("xx111x1");
        }
    }
}
