package org.p2psim.p2p;

import java.util.HashMap;
import java.util.Map;
import org.p2psim.address.Bdf;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.KernelRules.Rule;

/**
 * The map types that the kernel keeps with each provider (drivers/pci/p2pdma.c, {@code map_types}, from 5.4 on): a
 * distance call computes and stores, a mapping takes what is stored. So a mapping does not notice that ACS changed
 * until somebody asks for the distance again.
 */
public final class MapTypeCache {
    private final KernelRules rules;
    private final Map<Slot, MapType> stored = new HashMap<>();

    private record Slot(Bdf provider, int index) {}

    public MapTypeCache(KernelRules rules) {
        this.rules = rules;
    }

    /** {@code pci_p2pdma_distance()}: computes on the fabric as it is now, and stores. */
    public Verdict distance(P2pdma now, Bdf provider, Bdf client) {
        Verdict verdict = now.verdict(provider, client);
        stored.put(new Slot(provider, index(client)), verdict.mapType());
        return verdict;
    }

    /**
     * {@code pci_p2pdma_map_type()}: what a mapping uses. A pair that nobody asked for is computed from 6.0 on; before,
     * its mapping failed. Before 5.4 there was nothing to look up: every mapping used bus addresses.
     */
    public MapType mapType(P2pdma now, Bdf provider, Bdf client) {
        if (!rules.has(Rule.MAP_TYPES)) {
            return MapType.BUS_ADDR;
        }
        MapType known = stored.get(new Slot(provider, index(client)));
        if (known != null) {
            return known;
        }
        return rules.has(Rule.COMPUTES_WHEN_MAPPED)
                ? distance(now, provider, client).mapType()
                : MapType.NOT_SUPPORTED;
    }

    /**
     * The kernel's index of a client. The domain is shifted out of 32 bits, so a client behind VMD (domain 0x10000)
     * shares the slot of the same address in domain 0.
     */
    static int index(Bdf client) {
        return client.domain() << 16 | client.bus() << 8 | client.device() << 3 | client.function();
    }
}
