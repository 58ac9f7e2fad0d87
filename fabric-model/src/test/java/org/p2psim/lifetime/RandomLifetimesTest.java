package org.p2psim.lifetime;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.dmabuf.Bug;
import org.p2psim.invariant.Invariant;

/**
 * Whatever users and devices do, in whatever order: without bugs nothing breaks, and in the end nothing is left; with any
 * of them something does.
 *
 * <p>{@code mvn -Dquick -pl fabric-model test -Dtest=RandomLifetimesTest -Dp2psim.lifetimes=43500} lives a million lives:
 * as many of each of 23 settings.
 */
class RandomLifetimesTest {
    private static final int STEPS = 60;
    private static final int LIFETIMES = Integer.getInteger("p2psim.lifetimes", 40);
    /** The seeds begin here, to live other lives. */
    private static final long FIRST_SEED = Long.getLong("p2psim.first-seed", 0);
    /** The most that any bug needs in the setting that shows it, and half as many again. */
    private static final int SEARCHED = 1500;

    /** Where each bug is looked for, and what it must break. */
    private static final ImmutableMap<Bug, Shown> SHOWN = ImmutableMap.<Bug, Shown>builder()
            .put(Bug.REVOKED_INVERTED, new Shown("vfio RFC", "I-08"))
            .put(Bug.BAR_INDEX_NOT_STORED, new Shown("vfio RFC", "I-12"))
            .put(Bug.ORIG_NENTS_NOT_RESTORED, new Shown("vfio RFC", "I-14"))
            .put(Bug.DEVICE_USED_AFTER_CLOSE, new Shown("vfio RFC", "I-05"))
            .put(Bug.DESCRIPTOR_FAILURE_LEAKS, new Shown("vfio RFC", "I-38"))
            .put(Bug.SEGMENT_SIZE_TAKEN_RAW, new Shown("vfio RFC", "I-13"))
            .put(Bug.DISABLED_BEFORE_REVOKED, new Shown("vfio RFC", "I-10"))
            .put(Bug.DESCRIPTOR_FAILURE_PUTS_TWICE, new Shown("vfio V6_19", "I-29"))
            .put(Bug.MAPPINGS_PUT_TWICE, new Shown("vfio V7_1_RC", "I-24"))
            .put(Bug.PIN_OP_FORGOTTEN, new Shown("vfio V6_19", "I-01"))
            .put(Bug.DESCRIPTOR_PUBLISHED_FIRST, new Shown("habanalabs 5.16", "I-31"))
            .put(Bug.PAGE_CURSOR_STALE, new Shown("habanalabs 6.7", "I-12"))
            .put(Bug.NO_CONTEXT_REFERENCE, new Shown("habanalabs 5.16", "I-23"))
            .put(Bug.NO_SCRUB, new Shown("habanalabs 5.16", "I-23"))
            .put(Bug.NO_FENCE_WAIT, new Shown("AMDGPU 5.12", "I-09"))
            .put(Bug.NO_OWNER_REFERENCE, new Shown("drm-master", "I-23"))
            .put(Bug.PINNED_UNPINNED_TWICE, new Shown("habanalabs 7.1", "I-16"))
            .put(Bug.KEY_FREED_BEFORE_NOTIFY, new Shown("vfio RFC", "I-25"))
            .put(Bug.KEY_NOT_RESERVED, new Shown("vfio V7_1", "I-26"))
            .put(Bug.NEVER_UNMAPS, new Shown("vfio V7_1", "I-06"))
            .put(Bug.UNMAPS_WITH_DMA_IN_FLIGHT, new Shown("vfio V7_1", "I-02"))
            .put(Bug.DYNAMIC_HANDED_PINNED_VRAM, new Shown("AMDGPU 6.16", "I-37"))
            .put(Bug.UNPREDICTABLE_P2P_MAP, new Shown("vma-p2p-2019", "I-35"))
            .put(Bug.INVERTED_REGION_LOCK, new Shown("vfio V7_1", "I-30"))
            .buildOrThrow();

    private record Shown(String setting, String invariant) {
        Setting found() {
            return Setting.ALL.stream()
                    .filter(each -> each.name().equals(setting))
                    .findFirst()
                    .orElseThrow();
        }
    }

    static List<Setting> settings() {
        return Setting.ALL;
    }

    static Set<Bug> shown() {
        return SHOWN.keySet();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void withoutBugsNoOrderBreaksAnything(Setting setting) {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + LIFETIMES; seed++) {
            assertThat(new Lifetime(seed, setting, Set.of()).live(STEPS))
                    .as("%s, seed %d", setting, seed)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("shown")
    void everyBugBreaksWhatItIsSaidToBreak(Bug bug) {
        Shown shown = Optional.ofNullable(SHOWN.get(bug)).orElseThrow();
        Set<String> broken = new TreeSet<>();
        for (long seed = 0; seed < SEARCHED && !broken.contains(shown.invariant()); seed++) {
            Map<Invariant, String> found = new Lifetime(seed, shown.found(), Set.of(bug)).live(STEPS);
            found.keySet().forEach(invariant -> broken.add(invariant.id()));
        }
        assertThat(broken).contains(shown.invariant());
    }

    /**
     * Two refuse what is right, or take what does nothing: errnos tell, and no state that must not be. The third is a
     * matter of time, which these lives do not have, and the fourth of BARs of 4 GiB.
     */
    @Test
    void theOtherBugsBreakNoInvariantHere() {
        Set<Bug> others = new LinkedHashSet<>(Arrays.asList(Bug.values()));
        others.removeAll(SHOWN.keySet());
        assertThat(new ArrayList<>(others))
                .containsExactly(
                        Bug.OFFSET_OF_32_BITS,
                        Bug.OFFSET_WITHOUT_LENGTH,
                        Bug.UNMAP_WAIT_TIMES_OUT,
                        Bug.CUT_AT_UINT_MAX);
    }

    @Test
    void oneSeedIsOneLife() {
        for (Setting setting : Setting.ALL) {
            assertThat(journal(setting)).isEqualTo(journal(setting));
        }
    }

    private static List<String> journal(Setting setting) {
        Lifetime life = new Lifetime(3, setting, Set.of());
        life.live(STEPS);
        return life.kernel.journal().entries().stream().map(Object::toString).toList();
    }
}
