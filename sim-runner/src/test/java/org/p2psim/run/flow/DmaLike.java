package org.p2psim.run.flow;

import org.p2psim.routing.AddressKind;
import org.p2psim.run.flow.DmaRequest.Direction;
import org.p2psim.topology.PciFunction;

/** A request like another, but for what is said. */
final class DmaLike {
    private final DmaRequest other;
    private String name;
    private PciFunction initiator;
    private Target memory;
    private Direction direction;
    private Requests requests;
    private AddressKind kind;
    private int rcb;

    DmaLike(DmaRequest other) {
        this.other = other;
        name = other.name();
        initiator = other.initiator();
        memory = other.memory();
        direction = other.direction();
        requests = other.requests();
        kind = other.kind();
        rcb = other.rcb();
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

    DmaLike kind(AddressKind newKind) {
        kind = newKind;
        return this;
    }

    DmaLike rcb(int newRcb) {
        rcb = newRcb;
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
                other.tags(),
                other.mps(),
                other.mrrs(),
                rcb,
                other.attributes());
    }
}
