package org.p2psim.scenario.inventory;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/** Damages a dump: bytes changed, parts left out, repeated, or replaced by something that means something. */
public final class Mutation {
    private final List<String> pieces;

    /** @param pieces what a part may be replaced by */
    public Mutation(String... pieces) {
        this.pieces = List.of(pieces);
    }

    /** One to four edits. */
    public byte[] of(byte[] content, SplittableRandom random) {
        byte[] edited = content.clone();
        for (int edit = random.nextInt(1, 5); edit > 0 && edited.length > 1; edit--) {
            edited = edit(edited, random);
        }
        return edited;
    }

    private byte[] edit(byte[] content, SplittableRandom random) {
        int from = random.nextInt(content.length);
        int to = Math.min(content.length, from + random.nextInt(1, 64));
        return switch (random.nextInt(6)) {
            case 0 -> join(content, 0, from);
            case 1 -> join(join(content, 0, from), join(content, to, content.length));
            case 2 -> join(join(content, 0, to), join(content, from, content.length));
            case 3 -> replaced(content, from, random);
            default -> {
                byte[] flipped = content.clone();
                flipped[from] = (byte) random.nextInt(256);
                yield flipped;
            }
        };
    }

    private byte[] replaced(byte[] content, int from, SplittableRandom random) {
        byte[] piece = pieces.get(random.nextInt(pieces.size())).getBytes(StandardCharsets.ISO_8859_1);
        int to = Math.min(content.length, from + random.nextInt(piece.length + 2));
        return join(join(join(content, 0, from), piece), join(content, to, content.length));
    }

    private static byte[] join(byte[] content, int from, int to) {
        return java.util.Arrays.copyOfRange(content, from, to);
    }

    private static byte[] join(byte[] first, byte[] second) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.writeBytes(first);
        joined.writeBytes(second);
        return joined.toByteArray();
    }
}
