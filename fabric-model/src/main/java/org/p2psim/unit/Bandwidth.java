package org.p2psim.unit;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Bytes over time. Kept as the two whole numbers it was measured as; shown in GB/s (10^9 bytes a second). */
public record Bandwidth(long bytes, long ticks) {
    public Bandwidth {
        if (bytes < 0 || ticks < 0) {
            throw new IllegalArgumentException("bandwidth of %d bytes in %d ticks".formatted(bytes, ticks));
        }
    }

    /** GB/s with three decimals; 0 if no time passed. */
    public BigDecimal gigabytesPerSecond() {
        if (ticks == 0) {
            return BigDecimal.ZERO;
        }
        return BigDecimal.valueOf(bytes)
                .multiply(BigDecimal.valueOf(Ticks.PER_NANOSECOND))
                .divide(BigDecimal.valueOf(ticks), 3, RoundingMode.HALF_UP);
    }

    @Override
    public String toString() {
        return gigabytesPerSecond().setScale(2, RoundingMode.HALF_UP).toPlainString() + " GB/s";
    }
}
