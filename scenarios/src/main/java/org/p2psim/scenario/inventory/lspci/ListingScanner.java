package org.p2psim.scenario.inventory.lspci;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.inventory.DumpText;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.topology.Acs;

/** Finds the devices in a text and skips everything else: prompts, prose, trees, other commands' output. */
final class ListingScanner {
    /** More than a machine has: all functions of all buses of one domain. */
    static final int MOST_FUNCTIONS = 1 << 16;

    private static final Pattern SLOT = Pattern.compile("\\s*Slot:\\s+(\\S+)\\s*");
    private static final Pattern GROUP =
            Pattern.compile("\\s*[Ii][Oo][Mm][Mm][Uu] [Gg]roup:? ?([0-9]{1,6}):?\\s+(\\S.*)");

    /** What {@code lspci} and its libraries print to standard error, in the middle of a device. */
    private static final Pattern COMPLAINT = Pattern.compile("(?:lspci|pcilib): .*");

    private static final Pattern COMMAND = Pattern.compile("(?:^|[\\s;|&(/'\"`])lspci(?=\\s+-|\\s*$|\\s*[|;&>])(.*)");
    private static final Pattern CHOOSES = Pattern.compile("(?:^|\\s)-[A-Za-z]*[sd](?:$|[\\s0-9:])|\\|");
    private static final Pattern PROMPT =
            Pattern.compile("#+\\s.*|[$%] .*|```.*|~~~.*|\\S{1,80}[@:]\\S{0,80}[$#] .*|\\[[^\\]]{1,80}\\][$#] .*");
    private static final Pattern ACS_CONTROL = Pattern.compile("\\s*ACSCtl:\\s.*");

    private final String name;
    private final Map<Bdf, Sighting> sightings = new LinkedHashMap<>();
    private final Set<Bdf> changed = new LinkedHashSet<>();
    private Optional<Block> open = Optional.empty();
    private boolean selecting;
    private int strayAcs;
    private int strayRedirect;

    private ListingScanner(String name) {
        this.name = name;
    }

    /**
     * Scans a text.
     *
     * @throws InventoryException if it has more than {@link #MOST_FUNCTIONS} functions
     */
    static Listing scan(String name, DumpText text) throws InventoryException {
        ListingScanner scanner = new ListingScanner(name);
        for (String line : text) {
            scanner.accept(line);
        }
        scanner.close(text.endsWithinLine());
        return new Listing(
                scanner.sightings.values().stream().toList(), scanner.changed, scanner.strayAcs, scanner.strayRedirect);
    }

    private void accept(String line) throws InventoryException {
        if (line.isBlank()) {
            close(false);
            return;
        }
        if (COMPLAINT.matcher(line).matches()) {
            return;
        }
        Optional<Block> begun = begin(line);
        if (begun.isPresent()) {
            close(false);
            open = begun;
        } else if (isCommand(line) || (open.isPresent() && !open.get().accept(line))) {
            close(false);
        } else if (open.isEmpty() && ACS_CONTROL.matcher(line).matches()) {
            strayAcs++;
            strayRedirect += new Acs(0, TextCapabilities.controlBits(line)).redirects() ? 1 : 0;
        }
    }

    private Optional<Block> begin(String line) {
        return switch (first(line)) {
            case 'I', 'i' -> group(line);
            case 'S' -> slot(line);
            default -> device(line, OptionalInt.empty());
        };
    }

    private static char first(String line) {
        int at = 0;
        while (Character.isWhitespace(line.charAt(at))) {
            at++;
        }
        return line.charAt(at);
    }

    private Optional<Block> device(String line, OptionalInt group) {
        return DeviceLine.parse(line).map(device -> new Block.Device(device, group, selecting));
    }

    private Optional<Block> group(String line) {
        Matcher m = GROUP.matcher(line);
        return m.matches() ? device(m.group(2), OptionalInt.of(Integer.parseInt(m.group(1)))) : Optional.empty();
    }

    private Optional<Block> slot(String line) {
        Matcher m = SLOT.matcher(line);
        return m.matches()
                ? DeviceLine.address(m.group(1)).map(address -> new Block.Tagged(address, selecting))
                : Optional.empty();
    }

    private boolean isCommand(String line) {
        Matcher command = COMMAND.matcher(line);
        if (line.contains("lspci") && command.find()) {
            selecting = CHOOSES.matcher(command.group(1)).find();
            return true;
        }
        return PROMPT.matcher(line).matches();
    }

    private void close(boolean cutOff) throws InventoryException {
        if (open.isEmpty()) {
            return;
        }
        Sighting next = open.get().end(cutOff);
        open = Optional.empty();
        Sighting before = sightings.get(next.address());
        if (before == null && sightings.size() == MOST_FUNCTIONS) {
            throw new InventoryException("%s: more than %d functions".formatted(name, MOST_FUNCTIONS));
        }
        if (before != null && differs(before, next)) {
            changed.add(next.address());
        }
        sightings.put(next.address(), before == null ? next : before.then(next));
    }

    private static boolean differs(Sighting before, Sighting next) {
        return differs(before.text(), next.text()) || differs(before.config(), next.config());
    }

    private static boolean differs(Optional<Reading> before, Optional<Reading> next) {
        return before.isPresent() && next.isPresent() && Contradictions.either(before.get(), next.get());
    }
}
