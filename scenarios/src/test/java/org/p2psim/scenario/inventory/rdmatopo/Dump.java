package org.p2psim.scenario.inventory.rdmatopo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.Deflater;

/** A dump for tests, in the format of {@code rdma_topo dump}. */
final class Dump {
    private final List<String> elements = new ArrayList<>();

    /** The registers of a function: a header and a PCI Express capability to begin with. */
    static final class Config {
        private final ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
        private int lastExtended;

        Config(int headerType, int portType) {
            word(0x00, 0x15b3);
            word(0x04, 0x0006);
            word(0x06, 0x0010);
            bytes.put(0x0e, (byte) headerType);
            bytes.put(0x34, (byte) 0x60);
            word(0x60, 0x0010);
            word(0x62, portType << 4 | 2);
        }

        Config word(int offset, int value) {
            bytes.putShort(offset, (short) value);
            return this;
        }

        Config doubleWord(int offset, long value) {
            bytes.putInt(offset, (int) value);
            return this;
        }

        /** An extended capability at an offset; the one before it links to it. */
        Config extended(int offset, int id, long firstRegister) {
            if (lastExtended != 0) {
                doubleWord(lastExtended, bytes.getInt(lastExtended) & 0xfffffL | (long) offset << 20);
            }
            lastExtended = offset;
            return doubleWord(offset, 0x10000 | id).doubleWord(offset + 4, firstRegister);
        }

        byte[] bytes(int length) {
            return Arrays.copyOf(bytes.array(), length);
        }
    }

    static Config endpoint() {
        return new Config(0, 0);
    }

    static Config bridge(int portType, int secondary, int subordinate) {
        return new Config(1, portType).word(0x18, secondary << 8).word(0x1a, subordinate);
    }

    static String encoded(byte[] content) {
        Deflater zlib = new Deflater();
        zlib.setInput(content);
        zlib.finish();
        byte[] compressed = new byte[content.length + 100];
        int length = zlib.deflate(compressed);
        zlib.end();
        return Base64.getEncoder().encodeToString(Arrays.copyOf(compressed, length));
    }

    static String modalias(int vendor, int device, int classCode) {
        return "pci:v%08Xd%08Xsv000015B3sd00000051bc%02Xsc%02Xi%02X"
                .formatted(vendor, device, classCode >> 16, classCode >> 8 & 0xff, classCode & 0xff);
    }

    static byte[] vpd(String name, String serialNumber, String v3) {
        byte[] fields = ("SN" + (char) serialNumber.length() + serialNumber + "V3" + (char) v3.length() + v3)
                .getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes =
                ByteBuffer.allocate(7 + name.length() + fields.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put((byte) 0x82).putShort((short) name.length()).put(name.getBytes(StandardCharsets.US_ASCII));
        bytes.put((byte) 0x90).putShort((short) fields.length).put(fields).put((byte) 0x78);
        return bytes.array();
    }

    /** Adds a function; {@code more} is further JSON such as {@code "numa_node": 1}. */
    Dump add(String path, String modalias, byte[] config, String... more) {
        StringBuilder element =
                new StringBuilder("{\"realpath\": \"/sys/devices/%s\", \"config\": \"%s\", \"modalias\": \"%s\""
                        .formatted(path, encoded(config), modalias));
        for (String member : more) {
            element.append(", ").append(member);
        }
        return raw(element.append('}').toString());
    }

    Dump raw(String element) {
        elements.add(element);
        return this;
    }

    String json() {
        return "[\n" + String.join(",\n", elements) + "\n]\n";
    }

    byte[] content() {
        return json().getBytes(StandardCharsets.UTF_8);
    }
}
