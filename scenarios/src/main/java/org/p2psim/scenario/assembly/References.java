package org.p2psim.scenario.assembly;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.Device.DeviceType;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.FabricSpec;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.Scenario;

/** Everything that the timeline and the expectations name must exist; whether it does in time is the kernel's answer. */
final class References {
    private static final long SMALLEST_PAGE = 4096;
    private static final long MOST_PAGES = 65536;

    private final Scenario scenario;
    private final Map<String, Device> devices;
    private final Optional<List<String>> passthrough;
    private final List<Finding> findings;
    private final WorkloadRules workloads;
    private final Map<Kind, Set<String>> made = new HashMap<>();

    /** What operations make and others refer to. */
    private enum Kind {
        DMA_BUF("dma-buf", "exported"),
        MR("mr", "registered"),
        ATTACHMENT("attachment", "attached"),
        HANDLE("handle", "allocated"),
        DMA("dma", "the id of a transfer");

        private final String key;
        private final String madeBy;

        Kind(String key, String madeBy) {
            this.key = key;
            this.madeBy = madeBy;
        }
    }

    /** @param passthrough the devices that the guest has, if the timeline runs in one */
    References(
            Scenario scenario,
            Map<String, Device> devices,
            Optional<List<String>> passthrough,
            List<Finding> findings) {
        this.scenario = scenario;
        this.devices = devices;
        this.passthrough = passthrough;
        this.findings = findings;
        this.workloads = new WorkloadRules(
                this::usable,
                scenario.fabric().sockets().stream()
                        .map(FabricSpec.SocketSpec::id)
                        .collect(Collectors.toCollection(TreeSet::new)),
                findings);
        for (Kind kind : Kind.values()) {
            made.put(kind, new TreeSet<>());
        }
    }

    void check() {
        for (int i = 0; i < scenario.timeline().size(); i++) {
            collect(scenario.timeline().get(i), "/timeline/" + i);
        }
        for (int i = 0; i < scenario.timeline().size(); i++) {
            check(scenario.timeline().get(i), "/timeline/" + i);
        }
        Set<String> keys = new HashSet<>(scenario.variants().keySet());
        keys.add(Scenario.ALL_VARIANTS);
        scenario.expect().forEach((variant, lines) -> {
            String pointer = "/expect" + Finding.step(variant);
            if (!keys.contains(variant)) {
                String message =
                        "no variant \"%s\"%s".formatted(variant, Finding.nearest(variant, new TreeSet<>(keys)));
                findings.add(new Finding(pointer, true, message, "unknown-variant"));
            }
            for (int i = 0; i < lines.size(); i++) {
                check(lines.get(i), pointer + "/" + i);
            }
        });
    }

    private void collect(Operation operation, String pointer) {
        if (operation instanceof Operation.Export export) {
            make(Kind.DMA_BUF, export.dmaBuf(), pointer);
        } else if (operation instanceof Operation.RegisterMr register) {
            make(Kind.MR, register.mr(), pointer);
        } else if (operation instanceof Operation.Attach attach) {
            make(Kind.ATTACHMENT, attach.attachment(), pointer);
        } else if (operation instanceof Operation.Allocate allocate) {
            make(Kind.HANDLE, allocate.handle(), pointer);
        } else {
            transferId(operation).ifPresent(id -> make(Kind.DMA, id, pointer));
        }
    }

    private void checkPages(Operation.Allocate allocate, String pointer) {
        if (Long.bitCount(allocate.pageSize()) != 1 || Long.compareUnsigned(allocate.pageSize(), SMALLEST_PAGE) < 0) {
            findings.add(
                    Finding.at(pointer + "/page-size", "page-size", "a page size is a power of two, 4 KiB at least"));
        } else if (allocate.pages().isEmpty() == allocate.size().isEmpty()) {
            findings.add(Finding.at(pointer, "pages", "say either pages or size"));
        } else if (allocate.size().isPresent()
                && (allocate.size().getAsLong() == 0
                        || Long.compareUnsigned(
                                        Long.divideUnsigned(allocate.size().getAsLong(), allocate.pageSize()),
                                        MOST_PAGES)
                                > 0)) {
            findings.add(
                    Finding.at(pointer + "/size", "pages", "an allocation has 1 to %d pages".formatted(MOST_PAGES)));
        }
    }

    private static Optional<String> transferId(Operation operation) {
        if (operation instanceof Operation.RdmaRead read) {
            return read.id();
        } else if (operation instanceof Operation.RdmaWrite write) {
            return write.id();
        } else if (operation instanceof Operation.DmaRead read) {
            return read.id();
        } else if (operation instanceof Operation.RdmaSend send) {
            return send.id();
        }
        if (operation instanceof Operation.Traffic traffic) {
            return traffic.id();
        } else if (operation instanceof Operation.AllReduce ring) {
            return ring.id();
        }
        if (operation instanceof Operation.NvmeRead read) {
            return read.id();
        } else if (operation instanceof Operation.NvmeWrite write) {
            return write.id();
        }
        return operation instanceof Operation.DmaWrite write ? write.id() : Optional.empty();
    }

    private void make(Kind kind, String name, String pointer) {
        if (!names(kind).add(name)) {
            String key = kind == Kind.DMA ? "/id" : "/" + kind.key;
            String message = "\"%s\" is %s twice; give it a name of its own".formatted(name, kind.madeBy);
            findings.add(Finding.at(pointer + key, "duplicate-name", message));
        }
    }

    private Set<String> names(Kind kind) {
        return made.getOrDefault(kind, Set.of());
    }

    private void check(Operation operation, String pointer) {
        if (operation instanceof Operation.Allocate allocate) {
            exporter(allocate.from(), pointer + "/from");
            checkPages(allocate, pointer);
        } else if (operation instanceof Operation.Free free) {
            refer(Kind.HANDLE, free.handle(), pointer);
        } else if (operation instanceof Operation.Export export) {
            exporter(export.from(), pointer + "/from");
            export.handle().ifPresent(handle -> refer(Kind.HANDLE, handle, pointer));
        } else if (operation instanceof Operation.Close close) {
            refer(Kind.DMA_BUF, close.dmaBuf(), pointer);
        } else if (operation instanceof Operation.Revoke revoke) {
            refer(Kind.DMA_BUF, revoke.dmaBuf(), pointer);
        } else if (operation instanceof Operation.Move move) {
            refer(Kind.DMA_BUF, move.dmaBuf(), pointer);
        } else if (operation instanceof Operation.Attach attach) {
            refer(Kind.DMA_BUF, attach.dmaBuf(), pointer);
            importer(attach.importer(), pointer + "/importer");
        } else if (operation instanceof Operation.RegisterMr register) {
            refer(Kind.DMA_BUF, register.dmaBuf(), pointer);
            nic(register.nic(), pointer + "/nic");
        } else if (operation instanceof Operation.Traffic traffic) {
            workloads.check(traffic, pointer);
        } else if (operation instanceof Operation.AllReduce ring) {
            workloads.check(ring, pointer);
        } else if (operation instanceof Operation.NvmeRead read) {
            nvme(read.nvme(), read.to(), pointer, "/to");
            workloads.check(read, pointer);
        } else if (operation instanceof Operation.NvmeWrite write) {
            nvme(write.nvme(), write.from(), pointer, "/from");
            workloads.check(write, pointer);
        } else {
            checkUse(operation, pointer);
        }
    }

    private void checkUse(Operation operation, String pointer) {
        if (operation instanceof Operation.Map map) {
            refer(Kind.ATTACHMENT, map.attachment(), pointer);
        } else if (operation instanceof Operation.Unmap unmap) {
            refer(Kind.ATTACHMENT, unmap.attachment(), pointer);
        } else if (operation instanceof Operation.Detach detach) {
            refer(Kind.ATTACHMENT, detach.attachment(), pointer);
        } else if (operation instanceof Operation.DmaRead read) {
            refer(Kind.ATTACHMENT, read.attachment(), pointer);
        } else if (operation instanceof Operation.DmaWrite write) {
            refer(Kind.ATTACHMENT, write.attachment(), pointer);
        } else if (operation instanceof Operation.DeregisterMr deregister) {
            refer(Kind.MR, deregister.mr(), pointer);
        } else if (operation instanceof Operation.RdmaRead read) {
            refer(Kind.MR, read.mr(), pointer);
            read.local().ifPresent(mr -> refer(Kind.MR, mr, pointer, "/local"));
        } else if (operation instanceof Operation.RdmaWrite write) {
            refer(Kind.MR, write.mr(), pointer);
            write.local().ifPresent(mr -> refer(Kind.MR, mr, pointer, "/local"));
        } else if (operation instanceof Operation.RdmaSend send) {
            nic(send.nic(), pointer + "/nic");
            send.local().ifPresent(mr -> refer(Kind.MR, mr, pointer, "/local"));
        } else if (operation instanceof Operation.RdmaReceive receive) {
            nic(receive.nic(), pointer + "/nic");
            refer(Kind.MR, receive.mr(), pointer);
        } else {
            throw new IllegalArgumentException("no such operation: " + operation);
        }
    }

    private void check(Expectation expectation, String pointer) {
        if (expectation instanceof Expectation.P2p p2p) {
            for (int i = 0; i < p2p.p2p().size(); i++) {
                if (!scenario.fabric().listedEndpoints().contains(p2p.p2p().get(i))) {
                    known(p2p.p2p().get(i), pointer + "/p2p/" + i);
                }
            }
        } else if (expectation instanceof Expectation.Mr mr) {
            refer(Kind.MR, mr.mr(), pointer);
        } else if (expectation instanceof Expectation.DmaBuf buffer) {
            refer(Kind.DMA_BUF, buffer.dmaBuf(), pointer);
        } else if (expectation instanceof Expectation.Attachment attachment) {
            refer(Kind.ATTACHMENT, attachment.attachment(), pointer);
        } else if (expectation instanceof Expectation.Dma dma) {
            refer(Kind.DMA, dma.dma(), pointer);
        } else if (expectation instanceof Expectation.Line line
                && line.operation() >= scenario.timeline().size()) {
            String message = "the timeline has %d lines, counted from 0"
                    .formatted(scenario.timeline().size());
            findings.add(Finding.at(pointer + "/operation", "unknown-operation", message));
        }
    }

    private void refer(Kind kind, String name, String pointer) {
        refer(kind, name, pointer, "/" + kind.key);
    }

    private void refer(Kind kind, String name, String pointer, String key) {
        if (!names(kind).contains(name)) {
            String message = kind == Kind.DMA
                    ? "no transfer of the timeline has the id \"%s\"".formatted(name)
                    : "%s \"%s\" is never %s".formatted(kind.key, name, kind.madeBy);
            String hint = Finding.nearest(name, names(kind));
            findings.add(Finding.at(pointer + key, "unknown-name", message + hint));
        }
    }

    private Optional<Device> known(String name, String pointer) {
        Device device = devices.get(name);
        if (device == null) {
            String message = "no device \"%s\" is declared%s".formatted(name, Finding.nearest(name, devices.keySet()));
            findings.add(Finding.at(pointer, "unknown-device", message));
        }
        return Optional.ofNullable(device);
    }

    private Optional<Device> usable(String name, String pointer) {
        Optional<Device> device = known(name, pointer);
        if (device.isPresent() && passthrough.isPresent() && !passthrough.get().contains(name)) {
            String message = "the timeline runs in the virtual machine, which doesn't have \"%s\"; pass it through"
                    .formatted(name);
            findings.add(Finding.at(pointer, "not-passed-through", message));
        }
        return device;
    }

    /** A drive, and the memory that its commands are about. */
    private void nvme(String name, String memory, String pointer, String key) {
        usable(name, pointer + "/nvme")
                .filter(device -> device.type() != DeviceType.NVME)
                .ifPresent(device -> findings.add(
                        Finding.at(pointer + "/nvme", "no-nvme", "\"%s\" is no nvme device".formatted(name))));
        if (memory.equals(Operation.MEMORY)) {
            return;
        }
        if (!names(Kind.ATTACHMENT).contains(memory)) {
            usable(memory, pointer + key);
        } else if (scenario.timeline().stream()
                .noneMatch(line -> line instanceof Operation.Attach attach
                        && attach.attachment().equals(memory)
                        && attach.importer().equals(name))) {
            String message = "attachment \"%s\" is not one of \"%s\"".formatted(memory, name);
            findings.add(Finding.at(pointer + key, "nvme", message));
        }
        if (memory.equals(name)) {
            String message = "\"%s\" does not go out on PCIe to itself".formatted(name);
            findings.add(Finding.at(pointer + key, "nvme", message));
        }
    }

    private void exporter(String name, String pointer) {
        usable(name, pointer)
                .filter(device -> device.type() != DeviceType.HABANALABS)
                .ifPresent(device -> findings.add(Finding.at(
                        pointer, "no-exporter", "\"%s\" cannot export; only a habanalabs device can".formatted(name))));
    }

    private void importer(String name, String pointer) {
        usable(name, pointer)
                .filter(device -> device.importer().isEmpty())
                .ifPresent(device -> findings.add(
                        Finding.at(pointer, "no-importer", "\"%s\" exports only and cannot import".formatted(name))));
    }

    private void nic(String name, String pointer) {
        usable(name, pointer)
                .filter(device -> device.type() != DeviceType.RDMA_NIC)
                .ifPresent(device -> findings.add(Finding.at(
                        pointer, "no-importer", "\"%s\" is no rdma-nic and registers no MRs".formatted(name))));
    }
}
