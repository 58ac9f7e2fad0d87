package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.PciFunction;

/** How ACS controls decide whether two functions below one bridge reach each other directly. */
public sealed interface AcsPolicy {
    /** Where ACS sends the TLPs of a pair. */
    enum Way {
        /** To the peer. */
        DIRECT,
        /** Up to the root complex. */
        REDIRECTED,
        /** Nowhere: Translation Blocking refuses them. */
        BLOCKED
    }

    /** The ways that are possible: one, unless bits are not known. */
    ImmutableList<Way> ways(PathTable table, int provider, int client, int common);

    /** The functions whose redirect bits keep the pair off the direct way, provider's side first. */
    ImmutableList<PciFunction> redirecting(PathTable table, int provider, int client, int common);

    /** The functions whose bits are not known and matter. */
    ImmutableList<PciFunction> notKnown(PathTable table, int provider, int client, int common);

    /** Every released kernel: RR, CR or EC on any function of either way, the common bridge included. */
    record Released() implements AcsPolicy {
        @Override
        public ImmutableList<Way> ways(PathTable table, int provider, int client, int common) {
            if (common == PathTable.NONE) {
                return table.mayShareBridge(provider, client) ? Ways.DIRECT_OR_NOT : Ways.REDIRECTED;
            }
            return Ways.of(table.redirect(provider, client, common), Truth.NO, Truth.NO);
        }

        @Override
        public ImmutableList<PciFunction> redirecting(PathTable table, int provider, int client, int common) {
            return table.examined(provider, client, common).stream()
                    .filter(PciFunction::redirects)
                    .collect(ImmutableList.toImmutableList());
        }

        @Override
        public ImmutableList<PciFunction> notKnown(PathTable table, int provider, int client, int common) {
            return table.examined(provider, client, common).stream()
                    .filter(function -> !function.redirects() && function.mayRedirect())
                    .collect(ImmutableList.toImmutableList());
        }
    }

    /**
     * In development: only the two ports at which the ways part decide, the client's for requests (RR, EC) and the
     * provider's for completions (CR); Direct Translated P2P and Translation Blocking count for translated requests
     * (linux-rdma tree of L. Romanovsky, drivers/pci/p2pdma.c, and its KUnit tables for PCIe r7.0 table 6-11; the
     * newest of several revisions that differ).
     *
     * @param translated whether the client's requests carry translated addresses (ATS)
     * @param relaxedOrdering whether the completions have the Relaxed Ordering attribute
     */
    record DivergencePorts(boolean translated, boolean relaxedOrdering) implements AcsPolicy {
        @Override
        public ImmutableList<Way> ways(PathTable table, int provider, int client, int common) {
            if (common == PathTable.NONE) {
                return Ways.of(Truth.YES, blocks(table, client, PathTable.NONE), Truth.NO);
            }
            int completer = table.childBelow(common, provider);
            int requester = table.childBelow(common, client);
            Truth blockedBelow = client == common ? Truth.NO : blocks(table, client, common);
            Truth blockedAbove = requester == PathTable.NONE ? Truth.NO : blocks(table, requester, PathTable.NONE);
            if (completer == PathTable.NONE || requester == PathTable.NONE) {
                return Ways.of(Truth.NO, blockedBelow, blockedAbove);
            }
            PciFunction port = table.function(requester);
            Truth requestBlocked = translated ? on(port, AcsBit.TB) : Truth.NO;
            Truth redirect = requestRedirect(port).or(completionRedirect(table.function(completer)));
            return Ways.of(redirect, blockedBelow.or(requestBlocked), blockedAbove);
        }

        private Truth requestRedirect(PciFunction port) {
            Truth redirect = on(port, AcsBit.RR).or(on(port, AcsBit.EC));
            return translated ? redirect.and(on(port, AcsBit.DT).not()) : redirect;
        }

        private Truth completionRedirect(PciFunction port) {
            return relaxedOrdering ? Truth.NO : on(port, AcsBit.CR);
        }

        /** Whether a port above a function and below another refuses translated requests. */
        private Truth blocks(PathTable table, int from, int below) {
            Truth blocked = Truth.NO;
            if (translated) {
                for (int at = table.parent(from); at != PathTable.NONE && at != below; at = table.parent(at)) {
                    blocked = blocked.or(on(table.function(at), AcsBit.TB));
                }
            }
            return blocked;
        }

        private static Truth on(PciFunction function, AcsBit bit) {
            if (function.acs().isEmpty()) {
                return Truth.NO;
            }
            Acs acs = function.acs().get();
            return (acs.notKnown() & bit.mask()) != 0 ? Truth.NOT_KNOWN : Truth.of(acs.isOn(bit));
        }

        /** Those that the kernel's hint names: by the bits for untranslated requests, whatever was asked. */
        @Override
        public ImmutableList<PciFunction> redirecting(PathTable table, int provider, int client, int common) {
            ImmutableList.Builder<PciFunction> ports = ImmutableList.builder();
            int completer = common == PathTable.NONE ? common : table.childBelow(common, provider);
            int requester = common == PathTable.NONE ? common : table.childBelow(common, client);
            if (completer == PathTable.NONE || requester == PathTable.NONE) {
                return ImmutableList.of();
            }
            if (on(table.function(completer), AcsBit.CR) == Truth.YES) {
                ports.add(table.function(completer));
            }
            PciFunction port = table.function(requester);
            if (on(port, AcsBit.RR).or(on(port, AcsBit.EC)) == Truth.YES) {
                ports.add(port);
            }
            return ports.build();
        }

        @Override
        public ImmutableList<PciFunction> notKnown(PathTable table, int provider, int client, int common) {
            return table.examined(provider, client, common).stream()
                    .filter(function ->
                            function.acs().isPresent() && !function.acs().get().isKnown())
                    .collect(ImmutableList.toImmutableList());
        }
    }
}
