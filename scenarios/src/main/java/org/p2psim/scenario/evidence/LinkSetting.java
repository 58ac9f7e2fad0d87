package org.p2psim.scenario.evidence;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.p2psim.topology.Link;

/**
 * How a link and its two ends are configured.
 *
 * @param mps Max_Payload_Size, bytes: a power of two from 128 to 4096
 * @param mrrs Max_Read_Request_Size, bytes: a power of two from 128 to 4096
 * @param rcb Read Completion Boundary, bytes: 64 or 128
 * @param completions how large the completer makes its completions
 * @param addressBits 32 or 64: the address in the headers of requests
 * @param ecrc whether TLPs carry a digest of 4 bytes
 */
public record LinkSetting(
        Link link, int mps, int mrrs, int rcb, Completions completions, int addressBits, boolean ecrc) {
    private static final Pattern NAME = Pattern.compile(
            "gen([0-9])x([0-9]{1,2})-mps([0-9]{1,4})-mrrs([0-9]{1,4})-rcb([0-9]{1,3})(c?)-a(32|64)-e([01])");
    private static final int SMALLEST_PAYLOAD = 128;
    private static final int LARGEST_PAYLOAD = 4096;

    /** How large completions are: up to Max_Payload_Size, or one Read Completion Boundary each. */
    public enum Completions {
        MPS,
        RCB
    }

    public LinkSetting {
        checkPayload("mps", mps);
        checkPayload("mrrs", mrrs);
        if (rcb != 64 && rcb != 128) {
            throw new IllegalArgumentException("rcb must be 64 or 128, not " + rcb);
        }
        if (addressBits != 32 && addressBits != 64) {
            throw new IllegalArgumentException("addresses have 32 or 64 bits, not " + addressBits);
        }
    }

    private static void checkPayload(String name, int bytes) {
        if (bytes < SMALLEST_PAYLOAD || bytes > LARGEST_PAYLOAD || Integer.bitCount(bytes) != 1) {
            throw new IllegalArgumentException(
                    "%s must be 128, 256, 512, 1024, 2048 or 4096, not %d".formatted(name, bytes));
        }
    }

    /**
     * Reads a name such as {@code gen3x8-mps256-mrrs512-rcb64-a64-e0}; {@code rcb64c} stands for completions of one Read
     * Completion Boundary each.
     *
     * @throws IllegalArgumentException if the name is another, or no such link exists
     */
    public static LinkSetting parse(String name) {
        Matcher m = NAME.matcher(name);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no configuration; it looks like gen3x8-mps256-mrrs512-rcb64-a64-e0".formatted(name));
        }
        return new LinkSetting(
                new Link(number(m, 1), number(m, 2)),
                number(m, 3),
                number(m, 4),
                number(m, 5),
                m.group(6).isEmpty() ? Completions.MPS : Completions.RCB,
                number(m, 7),
                number(m, 8) == 1);
    }

    private static int number(Matcher m, int group) {
        return Integer.parseInt(m.group(group));
    }
}
