package org.p2psim.practice;

import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.practice.RdmaMachine.Fact;
import org.p2psim.topology.Acs;

/** Machines for tests, to be changed before they are checked. */
final class Machine {
    static final String ROOT_PORT = "0000:00:01.0";
    static final String SHARED_SWITCH = "0000:01:00.0";
    static final String NIC_PORT = "0000:02:00.0";
    static final String GPU_PORT = "0000:02:01.0";
    static final String NIC = "0000:03:00.0";
    static final String GPU = "0000:06:00.0";
    static final String DATA_DIRECT = "0000:03:00.0";
    static final String MAIN_NIC = "0001:01:00.0";

    private final Map<Bdf, RdmaFunction> functions = new TreeMap<>();
    private final Set<Fact> captured = EnumSet.allOf(Fact.class);

    /** Root port, ConnectX switch, below it the NIC, and a second ConnectX switch with the GPU. */
    static Machine inline(String root, String nicPort, String gpuPort) {
        return new Machine()
                .bridge(ROOT_PORT, "8086:352a", "", root)
                .bridge(SHARED_SWITCH, "15b3:197c", ROOT_PORT, "")
                .bridge(NIC_PORT, "15b3:197c", SHARED_SWITCH, nicPort)
                .bridge(GPU_PORT, "15b3:197c", SHARED_SWITCH, gpuPort)
                .endpoint(NIC, "15b3:1023", 0x020000, NIC_PORT)
                .bridge("0000:04:00.0", "15b3:197c", GPU_PORT, "")
                .bridge("0000:05:00.0", "15b3:197c", "0000:04:00.0", "")
                .endpoint(GPU, "10de:2901", 0x030200, "0000:05:00.0");
    }

    static Machine bareMetal() {
        return inline("0000000", "0000000", "0000000")
                .ats(NIC, false)
                .group(NIC, 7)
                .group(GPU, 7);
    }

    static Machine forVirtualMachines() {
        return inline("0011101", "1011101", "0011101")
                .ats(NIC, true)
                .group(NIC, 7)
                .group(GPU, 8);
    }

    /** A Grace root port, ConnectX switch, below it Data Direct and the GPU's switch; the NIC is at another root port. */
    static Machine dataDirect() {
        return new Machine()
                .bridge(ROOT_PORT, "10de:22b1", "", "0011100")
                .bridge(SHARED_SWITCH, "15b3:197c", ROOT_PORT, "")
                .bridge(NIC_PORT, "15b3:197c", SHARED_SWITCH, "0011001")
                .bridge(GPU_PORT, "15b3:197c", SHARED_SWITCH, "0010101")
                .endpoint(DATA_DIRECT, "15b3:2100", 0x020000, NIC_PORT)
                .bridge("0000:04:00.0", "15b3:197c", GPU_PORT, "")
                .bridge("0000:05:00.0", "15b3:197c", "0000:04:00.0", "")
                .endpoint(GPU, "10de:2901", 0x030200, "0000:05:00.0")
                .bridge("0001:00:00.0", "10de:22b2", "", "0011101")
                .endpoint(MAIN_NIC, "15b3:1023", 0x020000, "0001:00:00.0")
                .card(DATA_DIRECT, "one-card")
                .card(MAIN_NIC, "one-card")
                .group(DATA_DIRECT, 3)
                .group(GPU, 3);
    }

    /** A NIC and a GPU on one NUMA node, each directly below a Vera root port. */
    static Machine numa() {
        return new Machine()
                .bridge("0000:00:00.0", "10de:2f95", "", "0010101")
                .bridge("0000:00:01.0", "10de:2f95", "", "0010101")
                .endpoint("0000:01:00.0", "15b3:1025", 0x020000, "0000:00:00.0")
                .endpoint("0000:02:00.0", "10de:2901", 0x030200, "0000:00:01.0")
                .ats("0000:01:00.0", false)
                .node("0000:01:00.0", 0)
                .node("0000:02:00.0", 0)
                .group("0000:01:00.0", 1)
                .group("0000:02:00.0", 2);
    }

    Machine bridge(String address, String id, String above, String acs) {
        return put(new RdmaFunction(
                Bdf.parse(address),
                DeviceId.parse(id),
                OptionalInt.of(0x060400),
                true,
                above.isEmpty() ? Optional.empty() : Optional.of(Bdf.parse(above)),
                acs.isEmpty() ? Optional.empty() : Optional.of(new Acs(0x7f, Integer.parseInt(acs, 2))),
                Optional.of(false),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty()));
    }

    Machine endpoint(String address, String id, int classCode, String above) {
        return put(new RdmaFunction(
                Bdf.parse(address),
                DeviceId.parse(id),
                OptionalInt.of(classCode),
                false,
                Optional.of(Bdf.parse(above)),
                Optional.empty(),
                Optional.of(false),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty()));
    }

    private RdmaFunction at(String address) {
        return Optional.ofNullable(functions.get(Bdf.parse(address))).orElseThrow();
    }

    private Machine put(RdmaFunction function) {
        functions.put(function.address(), function);
        return this;
    }

    Machine without(String address) {
        functions.remove(Bdf.parse(address));
        return this;
    }

    Machine id(String address, String id) {
        RdmaFunction f = at(address);
        return put(new RdmaFunction(
                f.address(),
                DeviceId.parse(id),
                f.classCode(),
                f.bridge(),
                f.upstreamBridge(),
                f.acs(),
                f.ats(),
                f.iommuGroup(),
                f.numaNode(),
                f.cardId()));
    }

    Machine classNotKnown(String address) {
        RdmaFunction f = at(address);
        return put(new RdmaFunction(
                f.address(),
                f.id(),
                OptionalInt.empty(),
                f.bridge(),
                f.upstreamBridge(),
                f.acs(),
                f.ats(),
                f.iommuGroup(),
                f.numaNode(),
                f.cardId()));
    }

    Machine acs(String address, Optional<Acs> acs) {
        return facts(
                address,
                acs,
                at(address).ats(),
                at(address).iommuGroup(),
                at(address).numaNode());
    }

    Machine acs(String address, String bits) {
        return acs(address, Optional.of(new Acs(0x7f, Integer.parseInt(bits, 2))));
    }

    Machine ats(String address, boolean has) {
        return ats(address, Optional.of(has));
    }

    Machine ats(String address, Optional<Boolean> has) {
        return facts(
                address,
                at(address).acs(),
                has,
                at(address).iommuGroup(),
                at(address).numaNode());
    }

    Machine group(String address, int group) {
        return facts(
                address,
                at(address).acs(),
                at(address).ats(),
                OptionalInt.of(group),
                at(address).numaNode());
    }

    Machine noGroup(String address) {
        return facts(
                address,
                at(address).acs(),
                at(address).ats(),
                OptionalInt.empty(),
                at(address).numaNode());
    }

    Machine node(String address, int node) {
        return facts(address, at(address).acs(), at(address).ats(), at(address).iommuGroup(), OptionalInt.of(node));
    }

    private Machine facts(
            String address, Optional<Acs> acs, Optional<Boolean> ats, OptionalInt group, OptionalInt node) {
        RdmaFunction f = at(address);
        return put(new RdmaFunction(
                f.address(), f.id(), f.classCode(), f.bridge(), f.upstreamBridge(), acs, ats, group, node, f.cardId()));
    }

    Machine card(String address, String cardId) {
        RdmaFunction f = at(address);
        return put(new RdmaFunction(
                f.address(),
                f.id(),
                f.classCode(),
                f.bridge(),
                f.upstreamBridge(),
                f.acs(),
                f.ats(),
                f.iommuGroup(),
                f.numaNode(),
                cardId.isEmpty() ? Optional.empty() : Optional.of(cardId)));
    }

    Machine notCaptured(Fact fact) {
        captured.remove(fact);
        return this;
    }

    RdmaMachine machine() {
        List<RdmaFunction> backwards = new ArrayList<>(functions.values());
        Collections.reverse(backwards);
        return new RdmaMachine(backwards, ImmutableSet.copyOf(captured));
    }

    AcsPractice check() {
        return RdmaTopoCheck.of(machine(), Optional.empty());
    }

    AcsPractice check(Use use) {
        return RdmaTopoCheck.of(machine(), Optional.of(use));
    }
}
