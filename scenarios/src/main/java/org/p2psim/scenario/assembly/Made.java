package org.p2psim.scenario.assembly;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.DmaOperation;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.IommufdOperation;
import org.p2psim.scenario.MemoryOperation;
import org.p2psim.scenario.NvmeOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.RdmaOperation;
import org.p2psim.scenario.VmaOperation;

/** What operations make, by name, and others refer to. */
final class Made {
    private final List<Finding> findings;
    private final Map<Kind, Set<String>> names = new EnumMap<>(Kind.class);

    enum Kind {
        DMA_BUF("dma-buf", "exported"),
        MR("mr", "registered"),
        ATTACHMENT("attachment", "attached"),
        HANDLE("handle", "allocated"),
        QP("qp", "created"),
        TOKEN("token", "registered"),
        AREA("area", "mapped"),
        VMA("vma", "shared"),
        MAPPING("mapping", "mapped"),
        /** A transfer. */
        DMA("dma", "the id of a transfer"),
        /** Any line. */
        LINE("id", "the id of a line");

        private final String key;
        private final String madeBy;

        Kind(String key, String madeBy) {
            this.key = key;
            this.madeBy = madeBy;
        }
    }

    /** What a line makes. */
    record Thing(Kind kind, String name) {}

    Made(List<Timeline.Line> timeline, List<Finding> findings) {
        this.findings = findings;
        for (Kind kind : Kind.values()) {
            names.put(kind, new TreeSet<>());
        }
        timeline.forEach(line -> collect(line.operation(), line.pointer()));
    }

    private void collect(Operation operation, String pointer) {
        operation.id().ifPresent(id -> make(Kind.LINE, id, pointer));
        if (isTransfer(operation)) {
            operation.id().ifPresent(names(Kind.DMA)::add);
        }
        by(operation).ifPresent(made -> make(made.kind(), made.name(), pointer));
    }

    /** The object that a line makes, if it makes one. */
    static Optional<Thing> by(Operation operation) {
        if (operation instanceof DmaBufOperation.Export export) {
            return Optional.of(new Thing(Kind.DMA_BUF, export.dmaBuf()));
        } else if (operation instanceof RdmaOperation.RegisterMr register) {
            return Optional.of(new Thing(Kind.MR, register.mr()));
        } else if (operation instanceof DmaBufOperation.Attach attach) {
            return Optional.of(new Thing(Kind.ATTACHMENT, attach.attachment()));
        } else if (operation instanceof MemoryOperation.Allocate allocate) {
            return Optional.of(new Thing(Kind.HANDLE, allocate.handle()));
        } else if (operation instanceof RdmaOperation.CreateQp create) {
            return Optional.of(new Thing(Kind.QP, create.qp()));
        } else if (operation instanceof NvmeOperation.RegisterToken register) {
            return Optional.of(new Thing(Kind.TOKEN, register.token()));
        } else if (operation instanceof IommufdOperation.IommufdMap map) {
            return Optional.of(new Thing(Kind.AREA, map.area()));
        } else if (operation instanceof VmaOperation.Share share) {
            return Optional.of(new Thing(Kind.VMA, share.vma()));
        } else if (operation instanceof VmaOperation.P2pMap map) {
            return Optional.of(new Thing(Kind.MAPPING, map.mapping()));
        }
        return Optional.empty();
    }

    /** Whether an operation moves data, so that expectations may name it as a DMA. */
    private static boolean isTransfer(Operation operation) {
        return operation instanceof DmaOperation
                || operation instanceof RdmaOperation.Remote
                || operation instanceof RdmaOperation.RdmaSend
                || operation instanceof RdmaOperation.LocalAccess
                || operation instanceof NvmeOperation.Commands
                || operation instanceof MemoryOperation.Access;
    }

    private void make(Kind kind, String name, String pointer) {
        if (!names(kind).add(name)) {
            String message = "\"%s\" is %s twice; give it a name of its own".formatted(name, kind.madeBy);
            findings.add(Finding.at(pointer + "/" + kind.key, "duplicate-name", message));
        }
    }

    Set<String> names(Kind kind) {
        return names.getOrDefault(kind, Set.of());
    }

    /** Whatever the timeline gives a name to. */
    Set<String> all() {
        Set<String> all = new TreeSet<>();
        names.values().forEach(all::addAll);
        return all;
    }

    boolean has(Kind kind, String name) {
        return names(kind).contains(name);
    }

    void refer(Kind kind, String name, String pointer) {
        refer(kind, name, pointer, "/" + kind.key);
    }

    /** Something of a kind is named at a place; the timeline must make it somewhere. */
    void refer(Kind kind, String name, String pointer, String key) {
        if (!has(kind, name)) {
            String message = switch (kind) {
                case DMA -> "no transfer of the timeline has the id \"%s\"".formatted(name);
                case LINE -> "no line of the timeline has the id \"%s\"".formatted(name);
                case HANDLE ->
                    "handle \"%s\" is never allocated; one that its driver does not know any more is allocated and freed"
                            .formatted(name);
                default -> "%s \"%s\" is never %s".formatted(kind.key, name, kind.madeBy);
            };
            findings.add(Finding.at(pointer + key, "unknown-name", message + Finding.nearest(name, names(kind))));
        }
    }
}
