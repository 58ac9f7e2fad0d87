package org.p2psim.scenario.assembly;

import java.util.List;
import java.util.Optional;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.RdmaOperation;

/** What must hold of memory regions, queue pairs and the work requests that use them. */
final class RdmaRules {
    private final List<Operation> timeline;
    private final Made made;
    private final DeviceRoles roles;
    private final List<Finding> findings;

    RdmaRules(List<Operation> timeline, Made made, DeviceRoles roles, List<Finding> findings) {
        this.timeline = timeline;
        this.made = made;
        this.roles = roles;
        this.findings = findings;
    }

    void check(RdmaOperation operation, String pointer) {
        if (operation instanceof RdmaOperation.RegisterMr op) {
            made.refer(Made.Kind.DMA_BUF, op.dmaBuf(), pointer);
            roles.rdma(op.nic(), pointer + "/nic");
        } else if (operation instanceof RdmaOperation.DeregisterMr op) {
            made.refer(Made.Kind.MR, op.mr(), pointer);
        } else if (operation instanceof RdmaOperation.RevokeMr op) {
            made.refer(Made.Kind.MR, op.mr(), pointer);
        } else if (operation instanceof RdmaOperation.CreateQp op) {
            roles.nic(op.nic(), pointer + "/nic");
        } else if (operation instanceof RdmaOperation.Remote op) {
            remote(op, pointer);
        } else if (operation instanceof RdmaOperation.RdmaSend op) {
            roles.nic(op.nic(), pointer + "/nic");
            op.local().ifPresent(name -> made.refer(Made.Kind.MR, name, pointer, "/local"));
        } else if (operation instanceof RdmaOperation.RdmaReceive op) {
            roles.nic(op.nic(), pointer + "/nic");
            made.refer(Made.Kind.MR, op.mr(), pointer);
        } else if (operation instanceof RdmaOperation.LocalAccess op) {
            made.refer(Made.Kind.MR, op.mr(), pointer);
            op.qp().ifPresent(qp -> ownNic(qp, op.mr(), pointer));
        }
    }

    private void remote(RdmaOperation.Remote op, String pointer) {
        made.refer(Made.Kind.MR, op.mr(), pointer);
        op.local().ifPresent(name -> made.refer(Made.Kind.MR, name, pointer, "/local"));
        op.requester().ifPresent(name -> roles.nic(name, pointer + "/requester"));
        op.qp().ifPresent(name -> made.refer(Made.Kind.QP, name, pointer));
        Optional<String> owner = op.qp().flatMap(this::nicOfQp);
        if (owner.isPresent() && op.requester().isPresent() && !owner.equals(op.requester())) {
            String message =
                    "queue pair \"%s\" is one of \"%s\"".formatted(op.qp().orElse(""), owner.get());
            findings.add(Finding.at(pointer + "/requester", "requester", message));
        }
    }

    /** A NIC gathers and scatters for its own queue pairs only. */
    private void ownNic(String qp, String mr, String pointer) {
        made.refer(Made.Kind.QP, qp, pointer);
        Optional<String> owner = nicOfQp(qp);
        Optional<String> registered = nicOfMr(mr);
        if (owner.isPresent() && registered.isPresent() && !owner.equals(registered)) {
            String message = "queue pair \"%s\" is one of \"%s\", and MR \"%s\" one of \"%s\""
                    .formatted(qp, owner.get(), mr, registered.get());
            findings.add(Finding.at(pointer + "/qp", "qp", message));
        }
    }

    private Optional<String> nicOfQp(String qp) {
        return timeline.stream()
                .filter(line -> line instanceof RdmaOperation.CreateQp create
                        && create.qp().equals(qp))
                .map(line -> ((RdmaOperation.CreateQp) line).nic())
                .findFirst();
    }

    private Optional<String> nicOfMr(String mr) {
        return timeline.stream()
                .filter(line -> line instanceof RdmaOperation.RegisterMr register
                        && register.mr().equals(mr))
                .map(line -> ((RdmaOperation.RegisterMr) line).nic())
                .findFirst();
    }
}
