package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.p2p.Forest.UNLISTED;
import static org.p2psim.p2p.Forest.XEON;
import static org.p2psim.p2p.Forest.ZEN;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.topology.PortType;

/** {@code pci_p2pdma_distance_many()} with several clients, and {@code pci_p2pmem_find_many()}. */
class ClientsTest {
    private static final Bdf A = Bdf.parse("0000:03:00.0");
    private static final Bdf B = Bdf.parse("0000:04:00.0");
    private static final Bdf ELSEWHERE = Bdf.parse("0000:05:00.0");

    /** Two endpoints below a switch and one below another root port. */
    private static Forest machine() {
        return Forest.oneSwitch(UNLISTED)
                .on("0000:00:02.0", PortType.ROOT_PORT, UNLISTED)
                .below("0000:00:02.0", ELSEWHERE.toString(), PortType.ENDPOINT);
    }

    private static List<String> log(Distance distance) {
        return distance.messages().stream().map(KernelMessage::toString).toList();
    }

    @Test
    void distancesAddUpAndDuplicatesCountAgain() {
        Distance distance = machine().ask("6.12", ZEN).distance(A, List.of(Client.of(B), Client.of(A), Client.of(B)));
        assertThat(distance.sum()).hasValue(8);
        assertThat(distance.mapType()).isEqualTo(MapType.BUS_ADDR);
        Distance mixed = machine().ask("6.12", ZEN).distance(A, List.of(Client.of(B), Client.of(ELSEWHERE)));
        assertThat(mixed.sum()).hasValue(4 + 6);
        assertThat(mixed.mapType()).isEqualTo(MapType.THRU_HOST_BRIDGE);
    }

    @Test
    void withoutClientsThereIsNoDistance() {
        Distance distance = machine().ask("6.12", ZEN).distance(A, List.of());
        assertThat(distance.sum()).hasValue(-1);
        assertThat(distance.mapType()).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(distance.messages()).isEmpty();
    }

    @Test
    void aVerboseCallWarnsAboutEveryClientThatIsNotSupported() {
        Client disk = Client.below(ELSEWHERE, "sda");
        Distance distance = machine().ask("6.12", XEON).distance(A, List.of(Client.of(ELSEWHERE), Client.of(B), disk));
        assertThat(distance.sum()).hasValue(-1);
        assertThat(log(distance)).hasSize(2).allMatch(line -> line.startsWith("0000:05:00.0: cannot be used"));
    }

    @Test
    void theKernelStopsAtAClientThatIsNotPci() {
        Distance distance = machine()
                .ask("6.12", XEON)
                .distance(A, List.of(Client.of(B), Client.notPci("loop0"), Client.of(ELSEWHERE)));
        assertThat(distance.sum()).hasValue(-1);
        assertThat(distance.mapType()).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(log(distance))
                .containsExactly("loop0: cannot be used for peer-to-peer DMA as it is not a PCI device");
        assertThat(distance.pairs()).hasSize(3);
        assertThat(distance.pairs().get(1)).isEmpty();
    }

    /** Software RDMA: removed in 5.11 together with its DMA operations. */
    @Test
    void clientsWithDmaVirtOpsAreRefusedBefore5_11() {
        Client rxe = Client.softwareRdma(B, "rxe0");
        Distance refused = machine().ask("5.10.262", XEON).distance(A, List.of(rxe, Client.of(ELSEWHERE)));
        assertThat(refused.sum()).hasValue(-1);
        assertThat(log(refused))
                .containsExactly(
                        "rxe0: cannot be used for peer-to-peer DMA because the driver makes use of dma_virt_ops");
        Distance allowed = machine().ask("5.11", XEON).distance(A, List.of(rxe));
        assertThat(allowed.sum()).hasValue(4);
        assertThat(allowed.messages()).isEmpty();
        assertThat(machine().ask("4.20", XEON).distance(A, List.of(rxe)).sum()).hasValue(-1);
    }

    @Test
    void theNearestProvidersAreFound() {
        P2pdma p2pdma = machine().ask("6.12", ZEN);
        Bdf port = Bdf.parse("0000:02:01.0");
        assertThat(p2pdma.findMany(List.of(A, ELSEWHERE, B), List.of(Client.of(B), Client.of(A))))
                .containsExactly(A, B);
        assertThat(p2pdma.findMany(List.of(ELSEWHERE, A, port), List.of(Client.of(B))))
                .containsExactly(port);
        assertThat(p2pdma.findMany(List.of(ELSEWHERE, A), List.of(Client.of(B))))
                .containsExactly(A);
    }

    @Test
    void providersWithoutARouteToAllClientsAreNotFound() {
        P2pdma p2pdma = machine().ask("6.12", XEON);
        assertThat(p2pdma.findMany(List.of(A, B), List.of(Client.of(A), Client.of(ELSEWHERE))))
                .isEmpty();
        assertThat(p2pdma.findMany(List.of(A, ELSEWHERE), List.of(Client.of(B))))
                .containsExactly(A);
        assertThat(p2pdma.findMany(List.of(), List.of(Client.of(B)))).isEmpty();
        assertThat(p2pdma.findMany(List.of(A), List.of(Client.of(A), Client.notPci("loop0"))))
                .isEmpty();
    }
}
