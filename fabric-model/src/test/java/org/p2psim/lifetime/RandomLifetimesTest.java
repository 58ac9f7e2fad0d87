package org.p2psim.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever users and devices do, in whatever order: without bugs nothing breaks, and in the end nothing is left. */
class RandomLifetimesTest {
    private static final int STEPS = 60;

    static List<Setting> settings() {
        return Setting.ALL;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void withoutBugsNoOrderBreaksAnything(Setting setting) {
        int lifetimes = Integer.getInteger("p2psim.lifetimes", 300);
        for (long seed = 0; seed < lifetimes; seed++) {
            assertThat(new Lifetime(seed, setting, Set.of()).live(STEPS))
                    .as("%s, seed %d", setting, seed)
                    .isEmpty();
        }
    }
}
