package org.p2psim.scenario.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.Plan;

class ClassCodesTest {
    private static final Plan PLAN = Machines.read("classes", """
            p2psim: 1
            title: One device of each type, as functions of one device
            kernel: { release: "6.1" }
            fabric:
              sockets: [ { id: s0, cpu: { vendor: GenuineIntel, family: 6 } } ]
              root-complexes:
                - { id: rc0, socket: s0, bus: 16, root-ports: [ { id: rp0, device: [gaudi, nic, ssd, gpu, card] } ] }
            devices:
              gaudi: { type: habanalabs, dram: { base: 0, size: 1GiB }, bars: { 4: { size: 1GiB, prefetchable: true } } }
              nic: { type: rdma-nic }
              ssd: { type: nvme }
              gpu: { type: gpu }
              card: { type: other }
            variants: { host: {} }
            timeline: []
            expect: {}
            """, "host");

    private static final Function<Bdf, OptionalInt> CODES = ClassCodes.of(PLAN);

    @ParameterizedTest
    @CsvSource({
        "17:00.0, 0x120000", // processing accelerator
        "17:00.1, 0x020000", // Ethernet controller
        "17:00.2, 0x010802", // NVM Express
        "17:00.3, 0x030200", // 3D controller
    })
    void classCodesFollowFromTheTypeOfADevice(String address, String code) {
        assertThat(CODES.apply(Bdf.parse(address))).hasValue(Integer.decode(code));
    }

    @Test
    void otherDevicesAndBridgesHaveNone() {
        assertThat(CODES.apply(Bdf.parse("17:00.4"))).isEmpty();
        assertThat(CODES.apply(Bdf.parse("16:01.0"))).isEmpty();
    }
}
