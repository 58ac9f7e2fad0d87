package org.p2psim.scenario.assembly;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.p2psim.scenario.CpuOperation;
import org.p2psim.scenario.Device;
import org.p2psim.scenario.DeviceOperation;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.DmaOperation;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.FabricSpec;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.IommufdOperation;
import org.p2psim.scenario.MemoryOperation;
import org.p2psim.scenario.NvmeOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.RdmaOperation;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.VmaOperation;

/** Everything that the timeline and the expectations name must exist; whether it does in time is the kernel's answer. */
final class References {
    private final Scenario scenario;
    private final Timeline timeline;
    private final List<Finding> findings;
    private final Made made;
    private final DeviceRoles roles;
    private final MemoryRules memory;
    private final RdmaRules rdma;
    private final WorkloadRules workloads;

    /**
     * @param scenario with the lines of the timeline one by one
     * @param passthrough the devices that the guest has, if the timeline runs in one
     */
    References(
            Scenario scenario,
            Timeline timeline,
            Map<String, Device> devices,
            Map<String, Driver> drivers,
            Optional<List<String>> passthrough,
            List<Finding> findings) {
        this.scenario = scenario;
        this.timeline = timeline;
        this.findings = findings;
        this.made = new Made(timeline.lines(), findings);
        this.roles = new DeviceRoles(devices, drivers, passthrough, findings);
        this.memory = new MemoryRules(scenario.timeline(), made, roles, findings);
        this.rdma = new RdmaRules(scenario.timeline(), made, roles, findings);
        this.workloads = new WorkloadRules(
                roles,
                scenario.fabric().sockets().stream()
                        .map(FabricSpec.SocketSpec::id)
                        .collect(Collectors.toCollection(TreeSet::new)),
                findings);
    }

    void check() {
        timeline.lines().forEach(line -> check(line.operation(), line.pointer()));
        ExpectationRules expectations = new ExpectationRules(scenario, timeline, made, roles, findings);
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
                expectations.check(lines.get(i), pointer + "/" + i);
            }
        });
    }

    private void check(Operation operation, String pointer) {
        if (operation instanceof MemoryOperation op) {
            memory.check(op, pointer);
        } else if (operation instanceof DmaBufOperation op) {
            dmaBuf(op, pointer);
        } else if (operation instanceof CpuOperation op) {
            cpu(op, pointer);
        } else if (operation instanceof DeviceOperation op) {
            device(op, pointer);
        } else if (operation instanceof RdmaOperation op) {
            rdma.check(op, pointer);
        } else if (operation instanceof NvmeOperation op) {
            nvme(op, pointer);
        } else if (operation instanceof IommufdOperation op) {
            iommufd(op, pointer);
        } else if (operation instanceof VmaOperation op) {
            vma(op, pointer);
        } else if (operation instanceof DmaOperation op) {
            dma(op, pointer);
        }
    }

    private void dmaBuf(DmaBufOperation operation, String pointer) {
        if (operation instanceof DmaBufOperation.Export op) {
            memory.check(op, pointer);
        } else if (operation instanceof DmaBufOperation.OfDmaBuf op) {
            made.refer(Made.Kind.DMA_BUF, op.dmaBuf(), pointer);
        } else if (operation instanceof DmaBufOperation.OfAttachment op) {
            made.refer(Made.Kind.ATTACHMENT, op.attachment(), pointer);
        }
        if (operation instanceof DmaBufOperation.Attach op) {
            roles.importer(op.importer(), pointer + "/importer");
        }
    }

    private void cpu(CpuOperation operation, String pointer) {
        if (operation instanceof CpuOperation.OfDmaBuf op) {
            made.refer(Made.Kind.DMA_BUF, op.dmaBuf(), pointer);
        } else if (operation instanceof CpuOperation.Signal op) {
            made.refer(Made.Kind.LINE, op.line(), pointer, "/line");
        }
    }

    private void device(DeviceOperation operation, String pointer) {
        String at = pointer + "/device";
        if (operation instanceof DeviceOperation.OpenDevice || operation instanceof DeviceOperation.CloseDevice) {
            roles.opened(operation.device(), at);
        } else if (operation instanceof DeviceOperation.Reset) {
            roles.reset(operation.device(), at);
        } else if (operation instanceof DeviceOperation.Unplug) {
            roles.unplugged(operation.device(), at);
        } else if (operation instanceof DeviceOperation.SetMaster
                || operation instanceof DeviceOperation.DropMaster
                || operation instanceof DeviceOperation.DrmIoctl) {
            roles.drm(operation.device(), at);
        } else {
            roles.vfio(operation.device(), at);
        }
    }

    private void nvme(NvmeOperation operation, String pointer) {
        if (operation instanceof NvmeOperation.RegisterToken op) {
            roles.nvme(op.nvme(), pointer + "/nvme");
            made.refer(Made.Kind.DMA_BUF, op.dmaBuf(), pointer);
        } else if (operation instanceof NvmeOperation.UnregisterToken op) {
            made.refer(Made.Kind.TOKEN, op.token(), pointer);
        } else if (operation instanceof NvmeOperation.Commands op) {
            commands(op.nvme(), op.memory(), pointer, op instanceof NvmeOperation.NvmeRead ? "/to" : "/from");
            workloads.check(op, pointer);
        }
    }

    /** A drive, and the memory that its commands are about. */
    private void commands(String drive, String target, String pointer, String key) {
        roles.nvme(drive, pointer + "/nvme");
        if (target.equals(Operation.MEMORY)) {
            return;
        }
        if (made.has(Made.Kind.ATTACHMENT, target)) {
            owned("attachment", target, drive, pointer + key);
        } else if (made.has(Made.Kind.TOKEN, target)) {
            owned("token", target, drive, pointer + key);
        } else {
            roles.initiator(target, pointer + key);
            roles.hasMemory(target, pointer + key);
        }
        if (target.equals(drive)) {
            String message = "\"%s\" does not go out on PCIe to itself".formatted(target);
            findings.add(Finding.at(pointer + key, "nvme", message));
        }
    }

    private void owned(String kind, String name, String drive, String pointer) {
        boolean owns = scenario.timeline().stream()
                .anyMatch(line -> line instanceof DmaBufOperation.Attach attach
                                && attach.attachment().equals(name)
                                && attach.importer().equals(drive)
                        || line instanceof NvmeOperation.RegisterToken register
                                && register.token().equals(name)
                                && register.nvme().equals(drive));
        if (!owns) {
            String message = "%s \"%s\" is not one of \"%s\"".formatted(kind, name, drive);
            findings.add(Finding.at(pointer, "nvme", message));
        }
    }

    private void iommufd(IommufdOperation operation, String pointer) {
        if (operation instanceof IommufdOperation.IommufdMap op) {
            roles.initiator(op.device(), pointer + "/device");
            made.refer(Made.Kind.DMA_BUF, op.dmaBuf(), pointer);
        } else {
            made.refer(Made.Kind.AREA, operation.area(), pointer);
        }
    }

    private void vma(VmaOperation operation, String pointer) {
        if (operation instanceof VmaOperation.Share op) {
            roles.vmaExporter(op.device(), pointer + "/device");
            if (!roles.hasBar(op.device(), op.region())) {
                String message = "\"%s\" has no BAR %d".formatted(op.device(), op.region());
                findings.add(Finding.at(pointer + "/region", "region", message));
            }
        } else if (operation instanceof VmaOperation.P2pUnmap op) {
            made.refer(Made.Kind.MAPPING, op.mapping(), pointer);
        } else if (operation instanceof VmaOperation.OfVma op) {
            made.refer(Made.Kind.VMA, op.vma(), pointer);
        }
        if (operation instanceof VmaOperation.P2pMap op) {
            roles.initiator(op.importer(), pointer + "/importer");
        }
    }

    private void dma(DmaOperation operation, String pointer) {
        if (operation instanceof DmaOperation.OfMapping op) {
            mapped(op.attachment(), pointer);
        } else if (operation instanceof DmaOperation.Traffic op) {
            workloads.check(op, pointer);
        } else if (operation instanceof DmaOperation.AllReduce op) {
            workloads.check(op, pointer);
        }
    }

    private void mapped(String name, String pointer) {
        if (!made.has(Made.Kind.MAPPING, name)) {
            made.refer(Made.Kind.ATTACHMENT, name, pointer);
        }
    }
}
