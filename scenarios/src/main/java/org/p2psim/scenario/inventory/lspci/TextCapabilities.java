package org.p2psim.scenario.inventory.lspci;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.scenario.inventory.config.Capabilities;
import org.p2psim.scenario.inventory.config.CapabilityName;
import org.p2psim.scenario.inventory.config.Express;
import org.p2psim.scenario.inventory.config.Extent;
import org.p2psim.scenario.inventory.config.VirtualFunctions;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;

/** Decodes the {@code Capabilities:} blocks of one device (pciutils 3.14, ls-caps.c and ls-ecaps.c). */
final class TextCapabilities {
    private static final Pattern SECTION = Pattern.compile("Capabilities: \\[([0-9a-f]{2,3})(?: v[0-9]{1,2})?\\] ");
    private static final Pattern DENIED = Pattern.compile("Capabilities: .{0,6}access denied");
    private static final Pattern NO_LIST = Pattern.compile("\\bStatus: Cap- ");
    private static final Pattern VERBOSE = Pattern.compile("(?:^| )(?:Control: I/O|Flags: )");
    private static final Pattern BY_NUMBER = Pattern.compile("(?:#|Extended Capability ID 0x)([0-9a-f]{2})\\b.*");
    private static final Pattern TYPE = Pattern.compile("Express (?:\\(v[0-9]{1,2}\\) )?(.*)");
    private static final Pattern LINK_CAPABILITY = Pattern.compile(
            "\\bLnkCap: .{0,24}?Speed ([0-9.]{1,4}GT/s|unknown)(?: \\([a-z]+\\))?, Width x([0-9]{1,2})\\b");
    private static final Pattern LINK_STATUS =
            Pattern.compile("\\bLnkSta: Speed ([0-9.]{1,4}GT/s|unknown)(?: \\([a-z]+\\))?, Width x([0-9]{1,2})\\b");
    private static final Pattern PAYLOAD =
            Pattern.compile("\\bMaxPayload ([0-9]{1,4}) bytes, MaxReadReq ([0-9]{1,4}) bytes");
    private static final Pattern VF_ENABLE = Pattern.compile("\\bIOVCtl: Enable\\+");
    private static final Pattern VF_COUNT = Pattern.compile("\\bNumber of VFs: ([0-9]{1,5})");
    private static final Pattern VF_PLACE =
            Pattern.compile("\\bVF offset: ([0-9]{1,5}), stride: ([0-9]{1,5}), Device ID: ([0-9a-f]{4})");

    /** Longer names before those that they contain. */
    private static final ImmutableMap<String, PortType> TYPES = ImmutableMap.<String, PortType>builder()
            .put("Root Port", PortType.ROOT_PORT)
            .put("Upstream Port", PortType.UPSTREAM_PORT)
            .put("Downstream Port", PortType.DOWNSTREAM_PORT)
            .put("Legacy Endpoint", PortType.LEGACY_ENDPOINT)
            .put("Endpoint", PortType.ENDPOINT)
            .put("Root Complex Integrated Endpoint", PortType.RC_INTEGRATED_ENDPOINT)
            .put("Root Complex Event Collector", PortType.RC_INTEGRATED_ENDPOINT)
            .put("PCI-Express to PCI/PCI-X Bridge", PortType.PCIE_TO_PCI_BRIDGE)
            .put("PCI/PCI-X to PCI-Express Bridge", PortType.PCIE_TO_PCI_BRIDGE)
            .put("PCI/PCI-X Bridge", PortType.PCIE_TO_PCI_BRIDGE)
            .buildOrThrow();

    private static final ImmutableMap<String, AcsBit> ACS_BITS = ImmutableMap.<String, AcsBit>builder()
            .put("SrcValid", AcsBit.SV)
            .put("TransBlk", AcsBit.TB)
            .put("ReqRedir", AcsBit.RR)
            .put("CmpltRedir", AcsBit.CR)
            .put("UpstreamFwd", AcsBit.UF)
            .put("EgressCtrl", AcsBit.EC)
            .put("DirectTrans", AcsBit.DT)
            .buildOrThrow();

    private static final String ACS_CAPABILITY = "ACSCap: ";
    private static final String ACS_CONTROL = "ACSCtl: ";

    private final List<Section> sections;

    /** One capability: its name, if it is known here, and its text from the name on. */
    private record Section(boolean extended, Optional<CapabilityName> name, String text) {}

    private TextCapabilities(List<Section> sections) {
        this.sections = sections;
    }

    static Capabilities read(String head, String lines, boolean cutOff) {
        List<Section> sections = sections(lines);
        TextCapabilities found = new TextCapabilities(sections);
        return new Capabilities(
                extent(head, lines, sections, cutOff),
                found.section(CapabilityName.EXPRESS).map(TextCapabilities::express),
                found.section(CapabilityName.ACS).map(TextCapabilities::acs),
                found.section(CapabilityName.ATS).isPresent(),
                found.names(),
                found.section(CapabilityName.SR_IOV).flatMap(TextCapabilities::virtualFunctions));
    }

    /** Of a device without capabilities no such line is printed; a list may also be there and empty. */
    private static Extent extent(String head, String lines, List<Section> sections, boolean cutOff) {
        if (DENIED.matcher(lines).find()) {
            return Extent.HIDDEN;
        }
        if (!sections.isEmpty()) {
            return sections.stream().anyMatch(Section::extended) ? Extent.EXTENDED : Extent.CONVENTIONAL;
        }
        boolean none = NO_LIST.matcher(head).find() || (VERBOSE.matcher(head).find() && !cutOff);
        return none ? Extent.NO_LIST : Extent.HIDDEN;
    }

    private static List<Section> sections(String lines) {
        List<Section> sections = new ArrayList<>();
        Matcher m = SECTION.matcher(lines);
        boolean more = m.find();
        while (more) {
            boolean extended = m.group(1).length() == 3;
            int start = m.end();
            more = m.find();
            String text = lines.substring(start, more ? m.start() : lines.length());
            sections.add(new Section(extended, name(text, extended), text));
        }
        return sections;
    }

    private static Optional<CapabilityName> name(String text, boolean extended) {
        Matcher number = BY_NUMBER.matcher(text);
        return number.matches()
                ? CapabilityName.ofId(Integer.parseInt(number.group(1), 16), extended)
                : CapabilityName.ofTitle(text, extended);
    }

    private Optional<String> section(CapabilityName name) {
        return sections.stream()
                .filter(section -> section.name.isPresent() && section.name.get() == name)
                .map(Section::text)
                .findFirst();
    }

    private ImmutableSet<String> names() {
        return sections.stream()
                .flatMap(section -> section.name.stream())
                .flatMap(name -> name.label().stream())
                .collect(ImmutableSet.toImmutableSet());
    }

    private static Express express(String text) {
        Matcher type = TYPE.matcher(text);
        String title = type.matches() ? type.group(1) : "";
        Matcher payload = PAYLOAD.matcher(text);
        boolean sizes = payload.find();
        return new Express(
                TYPES.entrySet().stream()
                        .filter(entry -> title.startsWith(entry.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst(),
                link(LINK_CAPABILITY, text),
                link(LINK_STATUS, text),
                sizes ? OptionalInt.of(Integer.parseInt(payload.group(1))) : OptionalInt.empty(),
                sizes ? OptionalInt.of(Integer.parseInt(payload.group(2))) : OptionalInt.empty());
    }

    private static Optional<Link> link(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        return m.find() ? Links.link(m.group(1), Integer.parseInt(m.group(2))) : Optional.empty();
    }

    /** {@code lspci -v} prints the name only, and a text may end too early: bits that are not there are not known. */
    private static Acs acs(String text) {
        int control = text.indexOf(ACS_CONTROL);
        int capability = text.indexOf(ACS_CAPABILITY);
        String words = control < 0 ? "" : text.substring(control);
        int end = control < 0 ? text.length() : control;
        return new Acs(
                capability < 0 || capability > end ? 0 : bits(text.substring(capability, end), '+'),
                bits(words, '+'),
                Acs.NOT_KNOWN.notKnown() & ~(bits(words, '+') | bits(words, '-')));
    }

    /** How an {@code ACSCtl:} line that belongs to no device sets the bits. */
    static int controlBits(String line) {
        return bits(line, '+');
    }

    private static int bits(String text, char sign) {
        int bits = 0;
        for (Map.Entry<String, AcsBit> bit : ACS_BITS.entrySet()) {
            bits |= text.contains(bit.getKey() + sign) ? bit.getValue().mask() : 0;
        }
        return bits;
    }

    private static Optional<VirtualFunctions> virtualFunctions(String text) {
        Matcher place = VF_PLACE.matcher(text);
        if (!place.find()) {
            return Optional.empty();
        }
        int count = VF_ENABLE.matcher(text).find()
                ? TextReading.number(VF_COUNT, text).orElse(0)
                : 0;
        return Optional.of(new VirtualFunctions(
                count,
                Integer.parseInt(place.group(1)),
                Integer.parseInt(place.group(2)),
                Integer.parseInt(place.group(3), 16)));
    }
}
