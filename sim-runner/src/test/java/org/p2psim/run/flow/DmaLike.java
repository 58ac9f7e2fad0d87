package org.p2psim.run.flow;

import java.util.List;
import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Attributes;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.run.flow.DmaRequest.Segment;
import org.p2psim.run.flow.Target.PciTarget;
import org.p2psim.topology.PciFunction;

/** A request like another, but for what is said. */
final class DmaLike {
    /** Where the memory begins that usual requests are for. */
    static final long ABOVE_4_GIB = 1L << 40;

    private final DmaRequest other;
    private String name;
    private PciFunction initiator;
    private Target memory;
    private Direction direction;
    private Requests requests;
    private AddressKind kind;
    private int tags;
    private int mps;
    private int rcb;
    private Attributes attributes;

    DmaLike(DmaRequest other) {
        this.other = other;
        name = other.name();
        initiator = other.initiator();
        memory = other.memory();
        direction = other.direction();
        requests = other.requests();
        kind = other.kind();
        tags = other.tags();
        mps = other.mps();
        rcb = other.rcb();
        attributes = other.attributes();
    }

    /** 4 KiB by addresses of the bus, 256 tags, MPS 256, MRRS 512, RCB 64. */
    static DmaLike usual(PciFunction initiator, PciFunction target, Direction direction) {
        return usual(initiator, new PciTarget(target), direction);
    }

    static DmaLike usual(PciFunction initiator, Target memory, Direction direction) {
        return new DmaLike(new DmaRequest(
                "dma",
                initiator,
                memory,
                direction,
                List.of(new Segment(ABOVE_4_GIB, 4096)),
                AddressKind.BUS_ADDRESS,
                address -> true,
                256,
                256,
                512,
                64));
    }

    DmaLike name(String newName) {
        name = newName;
        return this;
    }

    DmaLike initiator(PciFunction newInitiator) {
        initiator = newInitiator;
        return this;
    }

    DmaLike memory(Target newMemory) {
        memory = newMemory;
        return this;
    }

    DmaLike direction(Direction newDirection) {
        direction = newDirection;
        return this;
    }

    DmaLike requests(Requests newRequests) {
        requests = newRequests;
        return this;
    }

    DmaLike segments(List<Segment> segments) {
        return requests(new Requests.Bulk(segments));
    }

    /** In one segment. */
    DmaLike bytes(long bytes) {
        return segments(List.of(new Segment(ABOVE_4_GIB, bytes)));
    }

    DmaLike kind(AddressKind newKind) {
        kind = newKind;
        return this;
    }

    DmaLike tags(int newTags) {
        tags = newTags;
        return this;
    }

    DmaLike mps(int newMps) {
        mps = newMps;
        return this;
    }

    DmaLike rcb(int newRcb) {
        rcb = newRcb;
        return this;
    }

    DmaLike attributes(Attributes newAttributes) {
        attributes = newAttributes;
        return this;
    }

    DmaRequest request() {
        return new DmaRequest(
                name,
                initiator,
                memory,
                direction,
                requests,
                kind,
                other.translated(),
                tags,
                mps,
                other.mrrs(),
                rcb,
                attributes);
    }
}
