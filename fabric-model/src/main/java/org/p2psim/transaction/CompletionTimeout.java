package org.p2psim.transaction;

import com.google.common.base.Joiner;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.p2psim.unit.Ticks;

/**
 * How long a requester waits for the completions of a request: the settings of the Completion Timeout Value field of
 * Device Control 2 (PCIe base specification 5.0, 7.5.3.16). Each has a range; where in it a device times out is its own
 * matter. The letter is the range of Device Capabilities 2; names A1 to D2 as in EDK II, times as lspci prints them.
 */
public enum CompletionTimeout {
    DEFAULT(0b0000, "50us", "50ms"),
    A1(0b0001, "50us", "100us"),
    A2(0b0010, "1ms", "10ms"),
    B1(0b0101, "16ms", "55ms"),
    B2(0b0110, "65ms", "210ms"),
    C1(0b1001, "260ms", "900ms"),
    C2(0b1010, "1s", "3.5s"),
    D1(0b1101, "4s", "13s"),
    D2(0b1110, "17s", "64s");

    private final int code;
    private final String range;
    private final long shortest;
    private final long longest;

    CompletionTimeout(int code, String shortest, String longest) {
        this.code = code;
        this.range = shortest + " to " + longest;
        this.shortest = Ticks.parse(shortest);
        this.longest = Ticks.parse(longest);
    }

    /**
     * Reads {@code default}, {@code A1} to {@code D2}, or a range as lspci prints it, such as {@code 50us to 50ms}.
     *
     * @throws IllegalArgumentException if the text is none of these
     */
    public static CompletionTimeout parse(String text) {
        return Arrays.stream(values())
                .filter(t -> t.range.equals(text) || t.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "\"%s\" is not a completion timeout range; write one of %s or a range as lspci prints it"
                                .formatted(text, Joiner.on(", ").join(names()))));
    }

    private static String[] names() {
        return Arrays.stream(values())
                .map(t -> t == DEFAULT ? "default" : t.name())
                .toArray(String[]::new);
    }

    /** The setting with a code of the register; empty if the code is reserved. */
    public static Optional<CompletionTimeout> ofCode(int code) {
        return Arrays.stream(values()).filter(t -> t.code == code).findFirst();
    }

    /** The four bits in Device Control 2. */
    public int code() {
        return code;
    }

    /** The soonest that a request may time out, ticks. */
    public long shortestTicks() {
        return shortest;
    }

    /** The latest that a request must time out, ticks. */
    public long longestTicks() {
        return longest;
    }

    /** As lspci prints it. */
    @Override
    public String toString() {
        return range;
    }
}
