package org.p2psim.boot;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the selectors of {@code pci=} parameters one after the other, as {@code pci_dev_str_match()} does
 * (drivers/pci/pci.c), its traps included: a comma ends only a {@code pci:} selector, and what cannot be read ends the
 * whole list.
 */
final class FunctionSelector {
    private static final String HEX = "\\s*(?:0[xX])?([0-9a-fA-F]+)";
    private static final Pattern FOUR_IDS = Pattern.compile(HEX + ":" + HEX + ":" + HEX + ":" + HEX);
    private static final Pattern TWO_IDS = Pattern.compile(HEX + ":" + HEX);
    private static final Pattern STEP = Pattern.compile(HEX + "\\." + HEX);
    private static final Pattern WITH_DOMAIN = Pattern.compile(HEX + ":" + HEX + ":" + HEX + "\\." + HEX);
    private static final Pattern WITHOUT_DOMAIN = Pattern.compile(HEX + ":" + HEX + "\\." + HEX);
    private static final String BY_ID = "pci:";

    /** What reading one selector found. */
    enum Found {
        MATCH,
        NO_MATCH,
        UNREADABLE
    }

    private final String text;
    private int position;

    FunctionSelector(String text, int position) {
        this.text = text;
        this.position = position;
    }

    boolean atEnd() {
        return position >= text.length();
    }

    int position() {
        return position;
    }

    /** Steps over the separator behind a selector; false if there is none, and then nothing more is read. */
    boolean nextSeparator() {
        if (atEnd() || text.charAt(position) != ';' && text.charAt(position) != ',') {
            return false;
        }
        position++;
        return true;
    }

    /** Reads the selector at the position and holds it against a function. */
    Found read(BootFunction function) {
        if (text.startsWith(BY_ID, position)) {
            position += BY_ID.length();
            return readIds(function);
        }
        int end = text.indexOf(';', position);
        String path = text.substring(position, end < 0 ? text.length() : end);
        position += path.length();
        return matchPath(path, function);
    }

    private Found readIds(BootFunction function) {
        Matcher ids = FOUR_IDS.matcher(text).region(position, text.length());
        boolean withSubsystem = ids.lookingAt();
        if (!withSubsystem) {
            ids = TWO_IDS.matcher(text).region(position, text.length());
            if (!ids.lookingAt()) {
                return Found.UNREADABLE;
            }
        }
        position = ids.end();
        boolean matches = anyOr(ids.group(1), function.id().vendor())
                && anyOr(ids.group(2), function.id().device())
                && (!withSubsystem
                        || anyOr(ids.group(3), function.subsystem().vendor())
                                && anyOr(ids.group(4), function.subsystem().device()));
        return matches ? Found.MATCH : Found.NO_MATCH;
    }

    /** 0 stands for any id. */
    private static boolean anyOr(String id, int actual) {
        int wanted = number(id) & 0xffff;
        return wanted == 0 || wanted == actual;
    }

    /** {@code bus:device.function} of some bridge, then a {@code /device.function} for each step down from it. */
    private static Found matchPath(String path, BootFunction function) {
        String rest = path;
        Optional<BootFunction> at = Optional.of(function);
        for (int slash = rest.lastIndexOf('/'); slash >= 0; slash = rest.lastIndexOf('/')) {
            Matcher step = STEP.matcher(rest.substring(slash + 1));
            if (!step.matches()) {
                return Found.UNREADABLE;
            }
            if (at.isEmpty() || !isAt(at.get(), step.group(1), step.group(2))) {
                return Found.NO_MATCH;
            }
            at = at.get().upstreamBridge();
            if (at.isEmpty()) {
                return Found.NO_MATCH;
            }
            rest = rest.substring(0, slash);
        }
        return matchAddress(rest, at.orElseThrow());
    }

    private static Found matchAddress(String text, BootFunction function) {
        int domain = 0;
        int first = 1;
        Matcher address = WITH_DOMAIN.matcher(text);
        if (address.matches()) {
            domain = number(address.group(1));
            first = 2;
        } else {
            address = WITHOUT_DOMAIN.matcher(text);
            if (!address.matches()) {
                return Found.UNREADABLE;
            }
        }
        boolean matches = domain == function.address().domain()
                && number(address.group(first)) == function.address().bus()
                && isAt(function, address.group(first + 1), address.group(first + 2));
        return matches ? Found.MATCH : Found.NO_MATCH;
    }

    private static boolean isAt(BootFunction function, String device, String number) {
        return (number(device) & 0x1f) == function.address().device()
                && (number(number) & 7) == function.address().function();
    }

    /** The kernel keeps the low bits of numbers that are too long. */
    private static int number(String hex) {
        return Integer.parseUnsignedInt(hex.substring(Math.max(0, hex.length() - 8)), 16);
    }
}
