package org.p2psim.run;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.p2psim.boot.CommandLine;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.outcome.Note;
import org.p2psim.platform.KernelFeature;
import org.p2psim.platform.KernelRules;
import org.p2psim.run.replay.World;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.RdmaOperation;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.unit.Bytes;

/** What a reader should be careful with because of what the scenario says. */
final class Cautions {
    private final World world;
    private final List<Note> notes = new ArrayList<>();

    private Cautions(World world) {
        this.world = world;
    }

    static ImmutableList<Note> of(World world) {
        Cautions cautions = new Cautions(world);
        cautions.release();
        cautions.longRanges();
        cautions.commandLine();
        return ImmutableList.copyOf(cautions.notes);
    }

    private void caution(String text, String source) {
        notes.add(new Note(Note.Kind.CAUTION, text, source));
    }

    /**
     * Who switches a mistake on and sees nothing break must know whether the run ever came to it.
     *
     * @param reached the mistakes of the kernel that made a difference in the run, or could have
     */
    static ImmutableList<Note> unreached(World world, Set<Bug> reached) {
        return world.plan().lifetimes().switchedOn().stream()
                .filter(bug -> !reached.contains(bug))
                .map(bug -> new Note(
                        Note.Kind.NOT_REACHED,
                        "%s is on, but nothing in this run %s".formatted(bug.word(), bug.reachedBy()),
                        bug.source()))
                .collect(ImmutableList.toImmutableList());
    }

    private void release() {
        if (world.kernel().compareTo(KernelRules.NEWEST) > 0) {
            caution(
                    "kernel %s is newer than %s, the newest whose rules are known: they are taken to be the same"
                            .formatted(world.kernel(), KernelRules.NEWEST),
                    "");
        }
        for (KernelFeature feature : used()) {
            if (!feature.isIn(world.kernel())) {
                caution(
                        "mainline has %s since %s: on %s the run takes it as backported"
                                .formatted(feature.what(), feature.since(), world.kernel()),
                        feature.source());
            }
        }
    }

    private Set<KernelFeature> used() {
        Set<KernelFeature> used = new LinkedHashSet<>();
        for (Operation operation : world.plan().timeline()) {
            if (operation instanceof DmaBufOperation.Export op) {
                exporter(op.from()).ifPresent(used::add);
            } else if (operation instanceof RdmaOperation.RegisterMr op) {
                world.device(op.nic()).importer().map(Cautions::importer).ifPresent(used::add);
            } else if (operation instanceof DmaBufOperation.Attach) {
                used.add(KernelFeature.PEER2PEER_ATTACH);
            }
        }
        return used;
    }

    private Optional<KernelFeature> exporter(String device) {
        Driver driver = world.plan().lifetimes().drivers().get(device);
        if (driver instanceof Driver.Habanalabs) {
            return Optional.of(KernelFeature.HABANALABS_DMABUF);
        } else if (driver instanceof Driver.Vfio vfio) {
            return switch (vfio.profile()) {
                case RFC -> Optional.empty();
                case V6_19 -> Optional.of(KernelFeature.VFIO_PCI_DMABUF);
                case V7_1_RC, V7_1 -> Optional.of(KernelFeature.VFIO_PCI_DMABUF_WAITS);
            };
        }
        return Optional.empty();
    }

    /** What the release does with them is a mistake of its own, which is off unless it is switched on. */
    private void longRanges() {
        boolean mended = KernelFeature.PHYS_VEC_WHOLE_PAGES.isIn(world.kernel())
                || world.plan().lifetimes().bugs().contains(Bug.CUT_AT_UINT_MAX);
        if (!mended && world.plan().timeline().stream().anyMatch(this::exports4GiB)) {
            caution(
                    "as released, %s may do otherwise: %s; --bugs %s shows what follows"
                            .formatted(world.kernel(), Bug.CUT_AT_UINT_MAX.effect(), Bug.CUT_AT_UINT_MAX.word()),
                    KernelFeature.PHYS_VEC_WHOLE_PAGES.source());
        }
    }

    private boolean exports4GiB(Operation operation) {
        return operation instanceof DmaBufOperation.Export op
                && world.plan().lifetimes().drivers().get(op.from()) instanceof Driver.Vfio vfio
                && vfio.profile() != VfioProfile.RFC
                && total(op) >= 4 * Bytes.GIB;
    }

    /** Behind an IOVA ranges are cut as one. */
    private long total(DmaBufOperation.Export op) {
        Device.BarSpec bar = world.device(op.from()).bars().get(op.region().orElse(0));
        long whole = bar == null ? 0 : bar.size() - op.offset().orElse(0);
        return op.ranges()
                .map(ranges ->
                        ranges.stream().mapToLong(DmaBufOperation.Slice::length).sum())
                .orElseGet(() -> op.length().orElse(whole));
    }

    private static KernelFeature importer(Device.Importer importer) {
        return switch (importer) {
            case PINNED -> KernelFeature.PINNED_DMABUF_MR;
            case PINNED_WITH_REVOKE -> KernelFeature.DATA_DIRECT_MR;
            case PINNED_REVOCABLE -> KernelFeature.REVOCABLE_DMABUF_MR;
            case DYNAMIC, STATIC -> KernelFeature.DYNAMIC_DMABUF_MR;
        };
    }

    private void commandLine() {
        CommandLine line = CommandLine.parse(world.plan().cmdline());
        line.remarks(world.plan().kernel()).forEach(remark -> caution(remark, "drivers/pci/pci.c, drivers/iommu"));
        boolean asked = line.disableAcsRedir().isPresent() || line.configAcs().isPresent();
        if (asked
                && KernelFeature.ACS_PARAMETERS_FROM_FIRMWARE.isTakenIn(
                        world.plan().kernel())) {
            caution(
                    "%s is taken to have \"%s\": at which level its stable series took it is not known"
                            .formatted(world.plan().kernel(), KernelFeature.ACS_PARAMETERS_FROM_FIRMWARE.what()),
                    KernelFeature.ACS_PARAMETERS_FROM_FIRMWARE.source());
        }
        boolean off =
                world.host().hostBridges().stream().map(HostBridge::iommu).allMatch(mode -> mode == IommuMode.OFF);
        for (String word :
                Splitter.on(' ').omitEmptyStrings().split(world.plan().cmdline())) {
            if (off && (word.equals("intel_iommu=on") || word.equals("iommu=pt"))) {
                caution("%s is on the command line, but the scenario's iommu.mode is off".formatted(word), "");
            }
        }
    }
}
