package org.p2psim.topology;

import com.google.common.collect.ImmutableList;
import java.util.Arrays;
import java.util.Collection;

/**
 * An ACS extended capability: its capability word and the control word in force, 7 bits each (PCIe base
 * specification 7.7.8). A function without the capability has no {@code Acs}.
 *
 * @param notKnown the control bits that nobody captured; they are 0 in {@code control}
 */
public record Acs(int capability, int control, int notKnown) {
    /** Of a function whose capabilities were not captured: it may have the capability, and any bit may be on. */
    public static final Acs NOT_KNOWN = new Acs(0, 0, 0x7f);

    /** The bits that {@code pci_bridge_has_acs_redir()} looks at (drivers/pci/p2pdma.c). */
    private static final int REDIRECT = AcsBit.RR.mask() | AcsBit.CR.mask() | AcsBit.EC.mask();

    public Acs {
        if (((capability | control | notKnown) & ~0x7f) != 0 || (control & notKnown) != 0) {
            throw new IllegalArgumentException("ACS words have 7 bits: capability %x, control %x, not known %x"
                    .formatted(capability, control, notKnown));
        }
    }

    /** A capability of which everything is known. */
    public Acs(int capability, int control) {
        this(capability, control, 0);
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

    /** True unless it is known that no bit redirects. */
    public boolean mayRedirect() {
        return ((control | notKnown) & REDIRECT) != 0;
    }

    public boolean isKnown() {
        return notKnown == 0;
    }

    public boolean isOn(AcsBit bit) {
        return (control & bit.mask()) != 0;
    }

    public Acs withControl(int newControl) {
        return new Acs(capability, newControl);
    }

    /** The control word bit by bit, DT first and SV last, as {@code rdma_topo} prints it; ? is a bit not known. */
    public String controlBits() {
        StringBuilder text = new StringBuilder();
        for (int bit = 0x40; bit != 0; bit >>= 1) {
            text.append((notKnown & bit) != 0 ? '?' : (control & bit) != 0 ? '1' : '0');
        }
        return text.toString();
    }
}
