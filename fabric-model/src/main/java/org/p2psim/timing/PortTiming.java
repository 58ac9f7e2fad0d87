package org.p2psim.timing;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.transaction.Credits;

/**
 * What one port does with the link that it ends: a root, upstream or downstream port, or a function's own.
 *
 * @param credits what its receiver advertises; empty for as much as keeps the link busy
 * @param efficiency of what it transmits, permille of the rate of the link, 1 to 1000; empty for what the port at the
 *     other end says, and 1000 if neither says any. Measured links carry 927 to 982 (local-inference-lab/rtx6kpro,
 *     pcie-bench)
 * @param errorsPerBillion TLPs that arrive damaged, of 10^9 that it transmits; empty for what the other end says, and
 *     0 if neither says any. A link within the bit error ratio of 10^-12 that the base specification asks for damages
 *     2 in 10^9 TLPs of 280 bytes
 * @param arbitrationWeight TLPs of its receiver that an egress port takes before it turns to the next ingress port, 1
 *     to {@link #LARGEST_WEIGHT}: 1 is round robin, the arbitration that every switch has (base specification 6.3.3, "VC and Port Arbitration")
 * @param storeAndForward of upstream ports: whether the switch receives a TLP whole before it sends it on, from any of
 *     its ports to any. Switches cut through if it is not said
 */
public record PortTiming(
        Optional<Credits> credits,
        OptionalInt efficiency,
        OptionalLong errorsPerBillion,
        int arbitrationWeight,
        boolean storeAndForward) {
    /** All of the raw rate, in permille. */
    public static final int WHOLE_RATE = 1000;

    public static final long BILLION = 1_000_000_000;

    /** Phases of the longest port arbitration table (base specification, virtual channel capability). */
    public static final int LARGEST_WEIGHT = 256;

    public static final PortTiming DEFAULT =
            new PortTiming(Optional.empty(), OptionalInt.empty(), OptionalLong.empty(), 1, false);

    /** @throws IllegalArgumentException if a value is out of its range */
    public PortTiming {
        Range.check("efficiency, permille", efficiency.orElse(WHOLE_RATE), 1, WHOLE_RATE);
        Range.check("damaged TLPs of 10^9", errorsPerBillion.orElse(0), 0, BILLION - 1);
        Range.check("arbitration weight", arbitrationWeight, 1, LARGEST_WEIGHT);
    }

    /** Permille of the rate at which it transmits towards {@code other}. */
    public int efficiencyTowards(PortTiming other) {
        return efficiency.orElse(other.efficiency.orElse(WHOLE_RATE));
    }

    /** Damaged TLPs of 10^9 that it transmits towards {@code other}. */
    public long errorsTowards(PortTiming other) {
        return errorsPerBillion.orElse(other.errorsPerBillion.orElse(0));
    }
}
