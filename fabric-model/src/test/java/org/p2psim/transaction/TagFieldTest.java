package org.p2psim.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TagFieldTest {
    @Test
    void tenBitTagsLeaveOutThoseThatLookLikeEightBitOnes() {
        assertThat(TagField.FIVE_BIT.tags()).isEqualTo(1 << 5);
        assertThat(TagField.EIGHT_BIT.tags()).isEqualTo(1 << 8);
        assertThat(TagField.TEN_BIT.tags()).isEqualTo((1 << 10) - (1 << 8));
    }
}
