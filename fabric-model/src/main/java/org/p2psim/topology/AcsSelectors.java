package org.p2psim.topology;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;

/**
 * Whether a list of device selectors of a boot parameter means one function (drivers/pci/pci.c,
 * pci_dev_str_match()): {@code [domain:]bus:device.function[/device.function]...} or
 * {@code pci:vendor:device[:subvendor:subdevice]}, separated by semicolons. What the kernel cannot read ends its scan.
 */
final class AcsSelectors {
    private static final String HEX = "\\s*(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)";
    private static final Pattern FOUR_IDS = Pattern.compile("%1$s:%1$s:%1$s:%1$s".formatted(HEX));
    private static final Pattern TWO_IDS = Pattern.compile("%1$s:%1$s".formatted(HEX));
    private static final Pattern STEP = Pattern.compile("%1$s\\.%1$s".formatted(HEX));
    private static final Pattern WITH_DOMAIN = Pattern.compile("%1$s:%1$s:%1$s\\.%1$s".formatted(HEX));
    private static final Pattern WITHOUT_DOMAIN = Pattern.compile("%1$s:%1$s\\.%1$s".formatted(HEX));
    private static final String BY_ID = "pci:";

    private final AcsBoot.Function function;

    AcsSelectors(AcsBoot.Function function) {
        this.function = function;
    }

    enum Answer {
        MATCHES,
        OTHER,
        UNREADABLE
    }

    /** @param after what follows the selector, its separator included */
    record Scan(Answer answer, String after) {
        boolean separated() {
            return after.startsWith(";") || after.startsWith(",");
        }

        String rest() {
            return after.substring(1);
        }
    }

    /** True if a selector of the list matches before one that cannot be read. */
    boolean matchAny(String list) {
        String rest = list;
        while (!rest.isEmpty()) {
            Scan scan = scan(rest);
            if (scan.answer() != Answer.OTHER || !scan.separated()) {
                return scan.answer() == Answer.MATCHES;
            }
            rest = scan.rest();
        }
        return false;
    }

    /** Reads the selector that a text begins with. */
    Scan scan(String text) {
        if (text.startsWith(BY_ID)) {
            return byId(text.substring(BY_ID.length()));
        }
        // The address form runs to the next semicolon: a comma is part of it and spoils it.
        int end = text.indexOf(';');
        String path = end < 0 ? text : text.substring(0, end);
        return new Scan(byPath(path), end < 0 ? "" : text.substring(end));
    }

    private Scan byId(String text) {
        Matcher m = FOUR_IDS.matcher(text);
        boolean four = m.lookingAt();
        if (!four) {
            m = TWO_IDS.matcher(text);
            if (!m.lookingAt()) {
                return new Scan(Answer.UNREADABLE, "");
            }
        }
        boolean matches = anyOr(m.group(1), function.id().vendor())
                && anyOr(m.group(2), function.id().device())
                && (!four || anyOr(m.group(3), function.subsystem().vendor()))
                && (!four || anyOr(m.group(4), function.subsystem().device()));
        return new Scan(matches ? Answer.MATCHES : Answer.OTHER, text.substring(m.end()));
    }

    private static boolean anyOr(String selected, int actual) {
        int number = (int) number(selected) & 0xffff;
        return number == 0 || number == actual;
    }

    /** Matches the last step first and goes up; the first element is an address. */
    private Answer byPath(String path) {
        List<Bdf> bridges = function.bridges();
        Bdf at = function.address();
        String rest = path;
        for (int up = 0; rest.indexOf('/') >= 0; up++) {
            int slash = rest.lastIndexOf('/');
            Matcher step = STEP.matcher(rest.substring(slash + 1));
            if (!step.matches()) {
                return Answer.UNREADABLE;
            }
            if (!isAt(at, step.group(1), step.group(2)) || up == bridges.size()) {
                return Answer.OTHER;
            }
            at = bridges.get(up);
            rest = rest.substring(0, slash);
        }
        Matcher address = WITH_DOMAIN.matcher(rest);
        if (address.matches()) {
            return answer(number(address.group(1)) == at.domain()
                    && number(address.group(2)) == at.bus()
                    && isAt(at, address.group(3), address.group(4)));
        }
        address = WITHOUT_DOMAIN.matcher(rest);
        if (!address.matches()) {
            return Answer.UNREADABLE;
        }
        return answer(at.domain() == 0
                && number(address.group(1)) == at.bus()
                && isAt(at, address.group(2), address.group(3)));
    }

    private static Answer answer(boolean matches) {
        return matches ? Answer.MATCHES : Answer.OTHER;
    }

    /** PCI_DEVFN() keeps 5 bits of the device and 3 of the function. */
    private static boolean isAt(Bdf address, String device, String function) {
        return (number(device) & 0x1f) == address.device() && (number(function) & 7) == address.function();
    }

    /** The low 32 bits, as {@code %x} of the kernel's sscanf() gives them. */
    private static long number(String hex) {
        return Long.parseUnsignedLong(hex.substring(Math.max(0, hex.length() - 8)), 16);
    }
}
