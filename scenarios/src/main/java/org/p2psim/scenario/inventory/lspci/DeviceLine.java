package org.p2psim.scenario.inventory.lspci;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.config.Header;
import org.p2psim.scenario.inventory.lspci.Reading.Identity;

/**
 * The first line of a device: {@code 3b:00.0 Ethernet controller [0200]: Mellanox ... [15b3:101d] (rev 02)}, also
 * numeric ({@code -n}) and quoted ({@code -mm}).
 *
 * @param rest what follows the address
 */
record DeviceLine(Bdf address, String rest) {
    private static final Pattern LINE =
            Pattern.compile("\\s*((?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[01][0-9a-fA-F]\\.[0-7]) +(\\S.*)");
    private static final Pattern NUMERIC = Pattern.compile("(?:Class )?([0-9a-f]{4}): ([0-9a-f]{4}:[0-9a-f]{4})\\b.*");
    private static final Pattern NAMED =
            Pattern.compile("((?:[A-Z]|3D|Non-)[^:\\[]{0,79}?)(?: \\[([0-9a-f]{4})\\])?:(?: (.*))?");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]{0,80})\" \"([^\"]{0,160})\" \"([^\"]{0,160})\".*");
    private static final Pattern ID = Pattern.compile("\\[([0-9a-f]{4}:[0-9a-f]{4})\\]");
    private static final Pattern NAMELESS = Pattern.compile("Device ([0-9a-f]{4}:[0-9a-f]{4})\\b.*");
    private static final Pattern NUMBER = Pattern.compile("(.*?) ?\\[?([0-9a-f]{4})\\]?");
    private static final Pattern PROGRAMMING_INTERFACE = Pattern.compile("\\(prog-if ([0-9a-f]{2})\\b");
    private static final Pattern TAIL =
            Pattern.compile("(?: \\[[0-9a-f]{4}:[0-9a-f]{4}\\])?(?: \\((?:rev|prog-if) .*)?$");
    private static final Pattern GONE = Pattern.compile("\\(rev ff\\)");

    static Optional<DeviceLine> parse(String line) {
        Matcher m = LINE.matcher(line);
        if (!m.matches()) {
            return Optional.empty();
        }
        String rest = m.group(2).strip();
        boolean device = NUMERIC.matcher(rest).matches()
                || NAMED.matcher(rest).matches()
                || QUOTED.matcher(rest).matches();
        return device ? address(m.group(1)).map(address -> new DeviceLine(address, rest)) : Optional.empty();
    }

    /** An address as {@code lspci} prints it; empty for domains beyond Linux's. */
    static Optional<Bdf> address(String text) {
        try {
            return Optional.of(Bdf.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** @param more the lines that a mail program made of the rest of this one */
    Identity identity(String more) {
        String text = more.isEmpty() ? rest : rest + " " + more;
        boolean silent = GONE.matcher(text).find();
        Matcher quoted = QUOTED.matcher(text);
        if (quoted.matches()) {
            return ofFields(quoted.group(1), quoted.group(2), quoted.group(3));
        }
        OptionalInt programming = programmingInterface(text);
        Matcher numeric = NUMERIC.matcher(text);
        if (numeric.matches()) {
            int code = Integer.parseInt(numeric.group(1), 16);
            return identity(
                    Optional.of(DeviceId.parse(numeric.group(2))),
                    OptionalInt.of(code << 8 | programming.orElse(0)),
                    Optional.empty(),
                    silent);
        }
        Matcher named = NAMED.matcher(text);
        if (!named.matches()) {
            return Identity.NOTHING;
        }
        OptionalInt code = named.group(2) == null
                ? ClassNames.code(named.group(1))
                : OptionalInt.of(Integer.parseInt(named.group(2), 16));
        String names = named.group(3) == null ? "" : named.group(3);
        return identity(
                id(names),
                code.isPresent() ? OptionalInt.of(code.getAsInt() << 8 | programming.orElse(0)) : code,
                Optional.of(TAIL.matcher(names).replaceFirst("")),
                silent);
    }

    /** From the fields of {@code -mm} and {@code -vmm}: names, numbers in brackets, or numbers alone. */
    static Identity ofFields(String classText, String vendor, String device) {
        OptionalInt code = number(classText);
        if (code.isEmpty()) {
            code = ClassNames.code(classText);
        }
        OptionalInt vendorId = number(vendor);
        OptionalInt deviceId = number(device);
        return identity(
                vendorId.isPresent() && deviceId.isPresent()
                        ? Optional.of(new DeviceId(vendorId.getAsInt(), deviceId.getAsInt()))
                        : Optional.empty(),
                code.isPresent() ? OptionalInt.of(code.getAsInt() << 8) : code,
                Optional.of((name(vendor) + " " + name(device)).strip()),
                false);
    }

    static OptionalInt number(String field) {
        Matcher m = NUMBER.matcher(field);
        return m.matches() && (m.group(1).isEmpty() || field.endsWith("]"))
                ? OptionalInt.of(Integer.parseInt(m.group(2), 16))
                : OptionalInt.empty();
    }

    private static String name(String field) {
        Matcher m = NUMBER.matcher(field);
        return m.matches() && field.endsWith("]") ? m.group(1) : field;
    }

    private static Identity identity(
            Optional<DeviceId> id, OptionalInt classCode, Optional<String> description, boolean silent) {
        return new Identity(
                id.filter(DeviceId::isKnown),
                Optional.empty(),
                classCode,
                classCode.isPresent() ? header(classCode.getAsInt() >> 8) : Optional.empty(),
                description.filter(text -> !text.isEmpty()),
                silent);
    }

    /** Bridges to other PCI buses have a header of their own; other classes don't tell. */
    private static Optional<Header> header(int baseAndSubclass) {
        return switch (baseAndSubclass) {
            case 0x0604, 0x0609 -> Optional.of(Header.BRIDGE);
            case 0x0607 -> Optional.of(Header.CARDBUS);
            default -> Optional.empty();
        };
    }

    private static OptionalInt programmingInterface(String text) {
        Matcher m = PROGRAMMING_INTERFACE.matcher(text);
        return m.find() ? OptionalInt.of(Integer.parseInt(m.group(1), 16)) : OptionalInt.empty();
    }

    /** Names have brackets, too: the id is the last one of its form. */
    private static Optional<DeviceId> id(String names) {
        Matcher nameless = NAMELESS.matcher(names);
        if (nameless.matches()) {
            return Optional.of(DeviceId.parse(nameless.group(1)));
        }
        Optional<DeviceId> last = Optional.empty();
        for (Matcher m = ID.matcher(names); m.find(); ) {
            last = Optional.of(DeviceId.parse(m.group(1)));
        }
        return last;
    }
}
