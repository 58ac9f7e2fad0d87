package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.Client;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.topology.Fabric;

/**
 * A machine, and what the p2pdma code of a kernel answered about it.
 *
 * @param kernel the release whose code answered
 */
public record P2pdmaEvidence(String id, KernelRelease kernel, Fabric fabric, Cpu cpu, List<Query> queries)
        implements Evidence {
    public P2pdmaEvidence {
        queries = ImmutableList.copyOf(queries);
    }

    /**
     * A call of {@code pci_p2pdma_distance_many()}.
     *
     * @param answer what the file states of the kernel's answer
     */
    public record Query(Bdf provider, List<Client> clients, P2pdmaAnswer answer) {
        public Query {
            clients = ImmutableList.copyOf(clients);
        }
    }
}
