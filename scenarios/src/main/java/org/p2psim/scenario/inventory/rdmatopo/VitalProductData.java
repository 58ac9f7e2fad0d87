package org.p2psim.scenario.inventory.rdmatopo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.p2psim.scenario.inventory.FoundVpd;

/** Reads vital product data (PCI base specification 6.28): what comes before the first broken item counts. */
final class VitalProductData {
    /** Its addresses have 15 bits. */
    static final int BYTES_MAX = 0x8000;

    private static final int IDENTIFIER = 0x82;
    private static final int READ_ONLY = 0x90;
    private static final int END_SMALL = 0x78;
    private static final int END_WITH_CHECKSUM = 0x79;

    private Optional<String> name = Optional.empty();
    private Optional<String> serialNumber = Optional.empty();
    private Optional<String> v3 = Optional.empty();

    private VitalProductData() {}

    static FoundVpd read(byte[] content) {
        VitalProductData data = new VitalProductData();
        try {
            data.items(ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN));
        } catch (CharacterCodingException e) {
            return data.found();
        }
        return data.found();
    }

    private FoundVpd found() {
        return new FoundVpd(name, serialNumber, v3);
    }

    private void items(ByteBuffer bytes) throws CharacterCodingException {
        while (bytes.hasRemaining()) {
            int tag = bytes.get() & 0xff;
            boolean large = (tag & 0x80) != 0;
            if (tag == END_SMALL || tag == END_WITH_CHECKSUM || large && bytes.remaining() < 2) {
                return;
            }
            int length = large ? bytes.getShort() & 0xffff : tag & 7;
            if (length > bytes.remaining()) {
                return;
            }
            ByteBuffer item = bytes.slice(bytes.position(), length);
            bytes.position(bytes.position() + length);
            if (tag == IDENTIFIER) {
                name = Optional.of(text(item).strip());
            } else if (tag == READ_ONLY) {
                fields(item);
            }
        }
    }

    private void fields(ByteBuffer item) throws CharacterCodingException {
        while (item.remaining() >= 4) {
            String keyword = text(item.slice(item.position(), 2));
            int length = item.get(item.position() + 2) & 0xff;
            item.position(item.position() + 3);
            if (length > item.remaining()) {
                return;
            }
            ByteBuffer value = item.slice(item.position(), length);
            item.position(item.position() + length);
            if (keyword.equals("SN")) {
                serialNumber = Optional.of(text(value));
            } else if (keyword.equals("V3")) {
                v3 = Optional.of(text(value));
            }
        }
    }

    private static String text(ByteBuffer bytes) throws CharacterCodingException {
        CharBuffer text = StandardCharsets.US_ASCII.newDecoder().decode(bytes);
        return text.toString();
    }
}
