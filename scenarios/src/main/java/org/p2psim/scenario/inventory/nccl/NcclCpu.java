package org.p2psim.scenario.inventory.nccl;

import java.util.List;
import java.util.Optional;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.inventory.CpuInfo;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.XmlElement;

/** The CPU in an NCCL file: the same in each {@code <cpu>}, which stands for a NUMA node. */
final class NcclCpu {
    /** The base family with which an extended one counts (AMD64 manual volume 3, CPUID function 1). */
    private static final int EXTENDED = 0xf;

    private NcclCpu() {}

    static Optional<Cpu> of(List<XmlElement> cpus, GroupedNotes notes) throws InventoryException {
        for (XmlElement cpu : cpus) {
            Optional<String> vendor = cpu.stated("vendor");
            Optional<String> family = cpu.stated("familyid");
            if (vendor.isPresent() && family.isPresent()) {
                return Optional.of(x86(cpu, vendor.get(), family.get(), notes));
            }
        }
        return cpus.stream()
                .flatMap(cpu -> cpu.stated("arch").stream())
                .findFirst()
                .flatMap(CpuInfo::ofArchitecture);
    }

    private static Cpu x86(XmlElement cpu, String vendor, String family, GroupedNotes notes) throws InventoryException {
        Cpu written = CpuInfo.cpu(vendor, family, cpu.stated("modelid").orElse("0"))
                .orElseThrow(() -> cpu.problem("familyid \"%s\" or modelid is not a number".formatted(family)));
        return new Cpu(vendor, displayedFamily(written.family(), notes), written.model());
    }

    /**
     * The family that {@code /proc/cpuinfo} shows. NCCL writes the base family of CPUID function 1 in the low 4 bits and
     * the extended family above them, where they are to be added: 143 is 8fh, 15 + 8 = 23, a Zen 2. Files that were
     * written by hand have the sum itself: no base family but 15 has an extended one, so 25 can only be that.
     */
    private static int displayedFamily(int familyId, GroupedNotes notes) {
        if (familyId <= EXTENDED) {
            return familyId;
        }
        if ((familyId & EXTENDED) != EXTENDED) {
            notes.add(
                    Note.Kind.ASSUMED,
                    "familyid %d is the family as /proc/cpuinfo shows it: NCCL itself never writes it"
                            .formatted(familyId),
                    "NCCL src/graph/xml.cc");
            return familyId;
        }
        int displayed = EXTENDED + (familyId >> 4);
        notes.add(
                Note.Kind.SOURCE,
                "familyid %d is CPUID's base and extended family side by side: family %d in /proc/cpuinfo"
                        .formatted(familyId, displayed),
                "NCCL src/graph/xml.cc");
        return displayed;
    }
}
