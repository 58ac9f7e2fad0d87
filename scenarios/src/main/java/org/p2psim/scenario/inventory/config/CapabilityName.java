package org.p2psim.scenario.inventory.config;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The capabilities that are reported by name: their ids (PCI Code and ID Assignment Specification 1.15) and how
 * {@code lspci} begins their lines (pciutils 3.14, ls-caps.c and ls-ecaps.c).
 */
public enum CapabilityName {
    POWER_MANAGEMENT(0x01, "Power Management", "Power Management version"),
    AGP(0x02, "AGP", "AGP version"),
    VPD(0x03, "VPD", "Vital Product Data"),
    SLOT_ID(0x04, "Slot ID", "Slot ID"),
    MSI(0x05, "MSI", "MSI:"),
    PCI_X(0x07, "PCI-X", "PCI-X"),
    HYPER_TRANSPORT(0x08, "HyperTransport", "HyperTransport"),
    VENDOR_SPECIFIC(0x09, "Vendor Specific", "Vendor Specific Information"),
    DEBUG_PORT(0x0a, "Debug Port", "Debug port"),
    HOT_PLUG(0x0c, "Hot-Plug", "Hot-plug capable"),
    SUBSYSTEM(0x0d, "Subsystem", "Subsystem"),
    SECURE_DEVICE(0x0f, "Secure Device", "Secure device"),
    EXPRESS(0x10, "PCI Express", "Express"),
    MSI_X(0x11, "MSI-X", "MSI-X"),
    SATA(0x12, "SATA", "SATA HBA"),
    ADVANCED_FEATURES(0x13, "Advanced Features", "PCI Advanced Features"),
    ENHANCED_ALLOCATION(0x14, "Enhanced Allocation", "Enhanced Allocation"),

    AER(0x10001, "AER", "Advanced Error Reporting"),
    VIRTUAL_CHANNEL(0x10002, "Virtual Channel", "Virtual Channel"),
    SERIAL_NUMBER(0x10003, "Device Serial Number", "Device Serial Number"),
    POWER_BUDGETING(0x10004, "Power Budgeting", "Power Budgeting"),
    ROOT_COMPLEX_LINK(0x10005, "Root Complex Link Declaration", "Root Complex Link"),
    EVENT_COLLECTOR(0x10007, "Root Complex Event Collector", "Root Complex Event Collector"),
    MULTI_FUNCTION_VC(0x10008, "Multi-Function Virtual Channel", "Multi-Function Virtual Channel"),
    VSEC(0x1000b, "Vendor-Specific Extended", "Vendor Specific Information"),
    ACS(0x1000d, "ACS", "Access Control Services"),
    ARI(0x1000e, "ARI", "Alternative Routing-ID Interpretation"),
    ATS(0x1000f, "ATS", "Address Translation Service"),
    SR_IOV(0x10010, "SR-IOV", "Single Root I/O Virtualization"),
    MR_IOV(0x10011, "MR-IOV", "Multi-Root I/O Virtualization"),
    MULTICAST(0x10012, "Multicast", "Multicast"),
    PRI(0x10013, "PRI", "Page Request Interface"),
    RESIZABLE_BAR(0x10015, "Resizable BAR", "Physical Resizable BAR"),
    DPA(0x10016, "Dynamic Power Allocation", "Dynamic Power Allocation"),
    TPH(0x10017, "TPH", "Transaction Processing Hints"),
    LTR(0x10018, "LTR", "Latency Tolerance Reporting"),
    SECONDARY(0x10019, "Secondary PCI Express", "Secondary PCI Express"),
    PASID(0x1001b, "PASID", "Process Address Space ID"),
    DPC(0x1001d, "DPC", "Downstream Port Containment"),
    L1_PM(0x1001e, "L1 PM Substates", "L1 PM Substates"),
    PTM(0x1001f, "PTM", "Precision Time Measurement"),
    FRS(0x10021, "FRS Queueing", "FRS Queueing"),
    READINESS(0x10022, "Readiness Time Reporting", "Readiness Time Reporting"),
    DVSEC(0x10023, "DVSEC", "Designated Vendor-Specific"),
    VF_RESIZABLE_BAR(0x10024, "VF Resizable BAR", "Virtual Resizable BAR"),
    DATA_LINK_FEATURE(0x10025, "Data Link Feature", "Data Link Feature"),
    PHYSICAL_16(0x10026, "Physical Layer 16.0 GT/s", "Physical Layer 16.0 GT/s"),
    LANE_MARGINING(0x10027, "Lane Margining", "Lane Margining at the Receiver"),
    HIERARCHY_ID(0x10028, "Hierarchy ID", "Hierarchy ID"),
    NPEM(0x10029, "NPEM", "Native PCIe Enclosure Management"),
    PHYSICAL_32(0x1002a, "Physical Layer 32.0 GT/s", "Physical Layer 32.0 GT/s"),
    DOE(0x1002e, "DOE", "Data Object Exchange"),
    DEVICE_3(0x1002f, "Device 3", "Device 3"),
    IDE(0x10030, "IDE", "Integrity & Data Encryption"),
    PHYSICAL_64(0x10031, "Physical Layer 64.0 GT/s", "Physical Layer 64.0 GT/s");

    private static final int VIRTUAL_CHANNEL_BESIDE_MULTI_FUNCTION = 0x09;
    private static final int EXTENDED = 0x10000;
    private static final ImmutableMap<Integer, CapabilityName> BY_ID =
            Arrays.stream(values()).collect(ImmutableMap.toImmutableMap(name -> name.id, Function.identity()));

    /** With {@link #EXTENDED} for the second list. */
    private final int id;

    private final String label;
    private final String title;

    CapabilityName(int id, String label, String title) {
        this.id = id;
        this.label = label;
        this.title = title;
    }

    /** The name that is reported, unless the inventory has a field of its own for this capability. */
    public Optional<String> label() {
        return this == EXPRESS || this == ACS || this == ATS ? Optional.empty() : Optional.of(label);
    }

    public boolean isExtended() {
        return id >= EXTENDED;
    }

    /** The id in the capability's header. */
    public int number() {
        return id & ~EXTENDED;
    }

    public static Optional<CapabilityName> ofId(int id, boolean extended) {
        if (extended && id == VIRTUAL_CHANNEL_BESIDE_MULTI_FUNCTION) {
            return Optional.of(VIRTUAL_CHANNEL);
        }
        return Optional.ofNullable(BY_ID.get(extended ? id | EXTENDED : id));
    }

    /** From the rest of a {@code Capabilities:} line. */
    public static Optional<CapabilityName> ofTitle(String text, boolean extended) {
        return Stream.of(values())
                .filter(name -> name.isExtended() == extended && text.startsWith(name.title))
                .findFirst();
    }
}
