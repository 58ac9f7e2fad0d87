package org.p2psim.scenario.inventory.lspci;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.inventory.config.Capabilities;
import org.p2psim.scenario.inventory.config.ConfigSpace;
import org.p2psim.scenario.inventory.lspci.Reading.Identity;
import org.p2psim.scenario.inventory.lspci.Reading.Surroundings;

/** The lines of one device, until the next one begins. */
sealed interface Block {
    /** Takes a line; false if it cannot be one of this device's. */
    boolean accept(String line);

    /**
     * Ends the device.
     *
     * @param cutOff true if the text ends with this device, perhaps in the middle of it
     */
    Sighting end(boolean cutOff);

    /** A device line, what is printed below it, and its hexadecimal dump. */
    final class Device implements Block {
        private static final Pattern KEY = Pattern.compile("[A-Z][A-Za-z0-9/ -]*:(?:\\s.*)?");
        private static final Pattern NAME_ENDS = Pattern.compile("\\[[0-9a-f]{4}:[0-9a-f]{4}\\]|\\(rev ");
        private static final Pattern HEX = Pattern.compile("\\s*([0-9a-f]{2,3}):((?: [0-9a-f]{2}){1,17})\\b.*");

        /** A mail program makes three lines of the longest device line at most. */
        private static final int MOST_NAME_LINES = 3;

        /** {@code lspci -vvv} stays far below. */
        private static final int LONGEST_TEXT = 1 << 19;

        private static final int ROW = 16;

        private final DeviceLine device;
        private final OptionalInt iommuGroup;
        private final boolean selected;
        private final StringBuilder name = new StringBuilder();
        private final StringBuilder text = new StringBuilder();
        private Optional<ConfigSpace> config = Optional.empty();
        private int nameLines;

        /** @param iommuGroup if a loop over the groups printed the device */
        Device(DeviceLine device, OptionalInt iommuGroup, boolean selected) {
            this.device = device;
            this.iommuGroup = iommuGroup;
            this.selected = selected;
        }

        @Override
        public boolean accept(String line) {
            String stripped = line.strip();
            if (acceptHex(line)) {
                return true;
            }
            if (nameLines < MOST_NAME_LINES && text.isEmpty() && config.isEmpty() && continuesName(stripped)) {
                nameLines++;
                append(name, stripped);
            } else if (text.length() < LONGEST_TEXT) {
                append(text, stripped);
            }
            return true;
        }

        private boolean continuesName(String line) {
            if (line.startsWith("(prog-if ") || line.startsWith("(rev ") || isOpen(nameSoFar())) {
                return true;
            }
            return !KEY.matcher(line).matches()
                    && !line.startsWith("!!!")
                    && !NAME_ENDS.matcher(nameSoFar()).find();
        }

        private String nameSoFar() {
            return device.rest() + " " + name;
        }

        /** True within {@code (prog-if 01 [AHCI 1.0])}. */
        private static boolean isOpen(String text) {
            return text.lastIndexOf('(') > text.lastIndexOf(')');
        }

        /** Appends with single blanks. */
        private static void append(StringBuilder to, String line) {
            boolean blank = to.length() > 0;
            for (int i = 0; i < line.length(); i++) {
                char c = line.charAt(i);
                if (Character.isWhitespace(c)) {
                    blank = true;
                } else {
                    if (blank) {
                        to.append(' ');
                    }
                    to.append(c);
                    blank = false;
                }
            }
        }

        private boolean acceptHex(String line) {
            Matcher m = HEX.matcher(line);
            if (!m.matches()) {
                return false;
            }
            int offset = Integer.parseInt(m.group(1), 16);
            if (offset % ROW != 0) {
                return false;
            }
            byte[] bytes = new byte[Math.min(m.group(2).length() / 3, ROW)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) Integer.parseInt(m.group(2), 3 * i + 1, 3 * i + 3, 16);
            }
            if (config.isEmpty()) {
                config = Optional.of(new ConfigSpace());
            }
            config.get().put(offset, bytes);
            return true;
        }

        @Override
        public Sighting end(boolean cutOff) {
            Reading reading = TextReading.read(device.identity(name.toString()), text.toString(), cutOff);
            Reading group = new Reading(
                    Identity.NOTHING,
                    Optional.empty(),
                    Reading.Bars.NONE,
                    Capabilities.HIDDEN,
                    new Surroundings(OptionalInt.empty(), iommuGroup, Optional.empty()));
            return new Sighting(device.address(), Optional.of(reading.or(group)), config.map(Reading::of), selected);
        }
    }

    /** A record of {@code lspci -vmm}: tags and values (lspci.man, machine readable output). */
    final class Tagged implements Block {
        private static final Pattern TAG = Pattern.compile("\\s*([A-Za-z]{3,16}):\\s+(\\S.*)");

        private final Bdf address;
        private final boolean selected;
        private final Map<String, String> tags = new HashMap<>();

        Tagged(Bdf address, boolean selected) {
            this.address = address;
            this.selected = selected;
        }

        @Override
        public boolean accept(String line) {
            Matcher m = TAG.matcher(line);
            if (m.matches()) {
                tags.putIfAbsent(m.group(1), m.group(2).strip());
            }
            return m.matches();
        }

        @Override
        public Sighting end(boolean cutOff) {
            Identity names = DeviceLine.ofFields(tag("Class"), tag("Vendor"), tag("Device"));
            Identity subsystem = DeviceLine.ofFields("", tag("SVendor"), tag("SDevice"));
            OptionalInt programming = twoDigits("ProgIf");
            OptionalInt classCode = names.classCode().isPresent()
                    ? OptionalInt.of(names.classCode().getAsInt() | programming.orElse(0))
                    : OptionalInt.empty();
            Identity identity =
                    new Identity(names.id(), subsystem.id(), classCode, names.header(), names.description(), false);
            Surroundings surroundings =
                    new Surroundings(number("NUMANode"), number("IOMMUGroup"), Optional.ofNullable(tags.get("Driver")));
            Reading reading =
                    new Reading(identity, Optional.empty(), Reading.Bars.NONE, Capabilities.HIDDEN, surroundings);
            return new Sighting(address, Optional.of(reading), Optional.empty(), selected);
        }

        private String tag(String key) {
            return tags.getOrDefault(key, "");
        }

        private OptionalInt number(String key) {
            String value = tag(key);
            return value.matches("[0-9]{1,6}") ? OptionalInt.of(Integer.parseInt(value)) : OptionalInt.empty();
        }

        private OptionalInt twoDigits(String key) {
            String value = tag(key);
            return value.matches("[0-9a-f]{2}") ? OptionalInt.of(Integer.parseInt(value, 16)) : OptionalInt.empty();
        }
    }
}
