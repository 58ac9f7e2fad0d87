package org.p2psim.topology;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Collection;

/**
 * An ACS extended capability: its capability word and the control word in force, 7 bits each (PCIe base
 * specification 7.7.8). A function without the capability has no {@code Acs}.
 */
public record Acs(int capability, int control) {
    /** The bits that {@code pci_bridge_has_acs_redir()} looks at (drivers/pci/p2pdma.c). */
    private static final int REDIRECT = AcsBit.RR.mask() | AcsBit.CR.mask() | AcsBit.EC.mask();

    public Acs {
        if ((capability & ~0x7f) != 0 || (control & ~0x7f) != 0) {
            throw new IllegalArgumentException(
                    "ACS words have 7 bits: capability %x, control %x".formatted(capability, control));
        }
    }

    public static int mask(Collection<AcsBit> bits) {
        return bits.stream().mapToInt(AcsBit::mask).reduce(0, (a, b) -> a | b);
    }

    public static ImmutableList<AcsBit> bits(int mask) {
        return Arrays.stream(AcsBit.values())
                .filter(bit -> (mask & bit.mask()) != 0)
                .collect(ImmutableList.toImmutableList());
    }

    /** True if a peer request, a peer completion or both are sent upstream instead of straight to the peer. */
    public boolean redirects() {
        return (control & REDIRECT) != 0;
    }

    public boolean isOn(AcsBit bit) {
        return (control & bit.mask()) != 0;
    }

    public Acs withControl(int newControl) {
        return new Acs(capability, newControl);
    }
}
