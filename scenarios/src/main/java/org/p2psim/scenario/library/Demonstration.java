package org.p2psim.scenario.library;

import static org.p2psim.invariant.Invariant.ATTACHED_MEANS_REFERENCED;
import static org.p2psim.invariant.Invariant.ENTRIES_FIT_IMPORTER;
import static org.p2psim.invariant.Invariant.GPU_PLACED;
import static org.p2psim.invariant.Invariant.KEY_RESERVED;
import static org.p2psim.invariant.Invariant.LIVE_KEYS_ONLY;
import static org.p2psim.invariant.Invariant.LOCK_ORDER;
import static org.p2psim.invariant.Invariant.NEW_MAPPING_WAITS;
import static org.p2psim.invariant.Invariant.NOTHING_LEAKED;
import static org.p2psim.invariant.Invariant.NO_LANDING_AFTER_UNMAP;
import static org.p2psim.invariant.Invariant.NO_WRITE_AFTER_REVOKE;
import static org.p2psim.invariant.Invariant.ONE_OWNER;
import static org.p2psim.invariant.Invariant.OWNER_AS_MAPPED;
import static org.p2psim.invariant.Invariant.PEER_TO_PEER_ALLOWED;
import static org.p2psim.invariant.Invariant.PINS_BALANCED;
import static org.p2psim.invariant.Invariant.PREDICTABLE;
import static org.p2psim.invariant.Invariant.PUBLISHED_LAST;
import static org.p2psim.invariant.Invariant.REFUSED_VISIBLY;
import static org.p2psim.invariant.Invariant.REGISTRATIONS_COUNTED;
import static org.p2psim.invariant.Invariant.REUSE_WAITS;
import static org.p2psim.invariant.Invariant.REVOKED_MEANS_DISABLED;
import static org.p2psim.invariant.Invariant.REVOKE_ENDS;
import static org.p2psim.invariant.Invariant.TABLES_FREED;
import static org.p2psim.invariant.Invariant.TABLE_COVERS_EXPORT;
import static org.p2psim.invariant.Invariant.TABLE_INSIDE_EXPORT;
import static org.p2psim.invariant.Invariant.TRANSLATION_INSIDE_MAPPING;
import static org.p2psim.invariant.Invariant.USABLE_WHEN_ENABLED;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.p2psim.dmabuf.Bug;
import org.p2psim.invariant.Invariant;

/**
 * Where a mistake can be seen: a variant of a shipped scenario in which nothing breaks without it.
 *
 * @param scenario its name
 * @param settings overrides of it
 * @param broken the invariants that break, in the order of the catalogue; none if the mistake is only seen by an errno
 *     that the variant does not expect
 * @param interleavings how many are enough to see all of these with the scenario's own seed, and to spare; 0 if the
 *     file's order shows an errno
 */
public record Demonstration(
        Bug bug, String scenario, String variant, List<String> settings, List<Invariant> broken, int interleavings) {
    /** What a thousand maps show, a few do, and can be explored. */
    private static final String FOUR_MAPS = "timeline.4.times=4";

    private static final ImmutableMap<Bug, Demonstration> ALL = Maps.uniqueIndex(
            ImmutableList.of(
                    explored(
                            Bug.REVOKED_INVERTED,
                            "vfio-reset",
                            "vfio-6.19",
                            100,
                            USABLE_WHEN_ENABLED,
                            REVOKED_MEANS_DISABLED),
                    explored(
                            Bug.BAR_INDEX_NOT_STORED,
                            "vfio-rfc-wrong-bar",
                            "index-stored",
                            100,
                            OWNER_AS_MAPPED,
                            TABLE_COVERS_EXPORT,
                            TABLE_INSIDE_EXPORT),
                    explored(
                                    Bug.ORIG_NENTS_NOT_RESTORED,
                                    "vfio-rfc-orig-nents",
                                    "restored",
                                    100,
                                    TABLES_FREED,
                                    NOTHING_LEAKED)
                            .with(FOUR_MAPS),
                    seenByErrno(Bug.OFFSET_OF_32_BITS, "vfio-slices", "upright"),
                    seenByErrno(Bug.OFFSET_WITHOUT_LENGTH, "vfio-slices", "upright"),
                    explored(
                            Bug.DEVICE_USED_AFTER_CLOSE,
                            "vfio-close-leaves-a-shell",
                            "vfio-rfc",
                            100,
                            ATTACHED_MEANS_REFERENCED),
                    explored(
                            Bug.DESCRIPTOR_FAILURE_LEAKS,
                            "export-without-a-descriptor",
                            "vfio-rfc",
                            100,
                            NOTHING_LEAKED),
                    explored(Bug.SEGMENT_SIZE_TAKEN_RAW, "vfio-rfc-orig-nents", "restored", 100, ENTRIES_FIT_IMPORTER)
                            .with(FOUR_MAPS)
                            .with("x0.max-segment-size=6000B"),
                    explored(
                            Bug.DISABLED_BEFORE_REVOKED,
                            "vfio-close-window",
                            "revoked-first",
                            100,
                            OWNER_AS_MAPPED,
                            REUSE_WAITS),
                    explored(
                            Bug.DESCRIPTOR_FAILURE_PUTS_TWICE,
                            "export-without-a-descriptor",
                            "fixed",
                            100,
                            ATTACHED_MEANS_REFERENCED,
                            REGISTRATIONS_COUNTED),
                    explored(
                            Bug.MAPPINGS_PUT_TWICE,
                            "vfio-7.1-rc-double-put",
                            "vfio-7.1",
                            100,
                            REVOKE_ENDS,
                            REGISTRATIONS_COUNTED),
                    explored(Bug.UNMAP_WAIT_TIMES_OUT, "vfio-unmap-times-out", "merged", 100, REUSE_WAITS),
                    explored(
                            Bug.CUT_AT_UINT_MAX,
                            "vfio-beyond-4-gib",
                            "translating",
                            100,
                            TABLE_COVERS_EXPORT,
                            ENTRIES_FIT_IMPORTER),
                    explored(
                            Bug.PIN_OP_FORGOTTEN,
                            "vfio-pin-refused",
                            "vfio-6.19",
                            100,
                            NO_WRITE_AFTER_REVOKE,
                            TRANSLATION_INSIDE_MAPPING),
                    explored(Bug.DESCRIPTOR_PUBLISHED_FIRST, "habanalabs-happy-path", "hl-6.17", 100, PUBLISHED_LAST),
                    explored(
                            Bug.PAGE_CURSOR_STALE,
                            "habanalabs-6.7-page-in-a-gap",
                            "hl-6.7",
                            100,
                            OWNER_AS_MAPPED,
                            TABLE_COVERS_EXPORT,
                            TABLE_INSIDE_EXPORT),
                    explored(
                            Bug.NO_CONTEXT_REFERENCE,
                            "habanalabs-exfiltration-refused",
                            "hl-v6",
                            100,
                            OWNER_AS_MAPPED,
                            ONE_OWNER),
                    explored(Bug.NO_SCRUB, "habanalabs-scrub-between-users", "hl-6.5", 100, ONE_OWNER),
                    explored(Bug.NO_FENCE_WAIT, "gpu-evict-under-odp", "core-5.12", 100, NEW_MAPPING_WAITS),
                    explored(Bug.NO_OWNER_REFERENCE, "drm-master-keeps-its-owner", "kept", 100, ONE_OWNER),
                    explored(Bug.PINNED_UNPINNED_TWICE, "rdma-double-unpin", "fixed", 100, PINS_BALANCED),
                    explored(Bug.KEY_FREED_BEFORE_NOTIFY, "mlx5-dereg-meets-notify", "fixed", 100, LIVE_KEYS_ONLY),
                    explored(Bug.KEY_NOT_RESERVED, "rdma-key-reuse", "reserved", 100, REFUSED_VISIBLY, KEY_RESERVED),
                    explored(
                            Bug.NEVER_UNMAPS,
                            "vfio-importer-never-unmaps",
                            "well-behaved",
                            100,
                            TRANSLATION_INSIDE_MAPPING,
                            REVOKE_ENDS),
                    explored(
                            Bug.UNMAPS_WITH_DMA_IN_FLIGHT,
                            "gpu-mixed-importers",
                            "amdgpu",
                            200,
                            NO_LANDING_AFTER_UNMAP),
                    explored(
                            Bug.DYNAMIC_HANDED_PINNED_VRAM,
                            "gpu-falls-back-to-system-memory",
                            "amdgpu-6.15",
                            100,
                            PEER_TO_PEER_ALLOWED,
                            GPU_PLACED),
                    explored(Bug.UNPREDICTABLE_P2P_MAP, "vma-p2p-2019-predictable", "predictable", 100, PREDICTABLE),
                    explored(Bug.INVERTED_REGION_LOCK, "gpu-evict-under-odp", "core-5.12", 100, LOCK_ORDER)),
            Demonstration::bug);

    public Demonstration {
        settings = ImmutableList.copyOf(settings);
        broken = ImmutableList.copyOf(broken);
    }

    private static Demonstration explored(
            Bug bug, String scenario, String variant, int interleavings, Invariant... broken) {
        return new Demonstration(bug, scenario, variant, List.of(), List.of(broken), interleavings);
    }

    private static Demonstration seenByErrno(Bug bug, String scenario, String variant) {
        return new Demonstration(bug, scenario, variant, List.of(), List.of(), 0);
    }

    private Demonstration with(String setting) {
        List<String> all =
                ImmutableList.<String>builder().addAll(settings).add(setting).build();
        return new Demonstration(bug, scenario, variant, all, broken, interleavings);
    }

    /** Where a mistake can be seen. */
    public static Demonstration of(Bug bug) {
        return Objects.requireNonNull(ALL.get(bug));
    }

    /** The words of the command that shows it. */
    public ImmutableList<String> command() {
        List<String> words = new ArrayList<>(List.of("p2psim", "run", scenario, "--variant", variant));
        settings.forEach(setting -> words.addAll(List.of("--set", setting)));
        words.addAll(List.of("--bugs", bug.word()));
        if (interleavings > 0) {
            words.addAll(List.of("--explore", Integer.toString(interleavings)));
        }
        return ImmutableList.copyOf(words);
    }
}
