package org.p2psim.practice;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Optional;
import org.p2psim.address.DeviceId;

/** What a function is to {@code rdma_topo}: some by vendor and device id, the rest by class code. */
enum Kind {
    GRACE_ROOT_PORT("Grace root port", "10de:22b1", "10de:22b2", "10de:22b8"),
    VERA_ROOT_PORT("Vera root port", "10de:2f95", "10de:2f96"),
    /** ConnectX-7, -8 and -9. */
    CONNECTX("ConnectX", "15b3:1021", "15b3:1023", "15b3:1025"),
    BLUEFIELD("BlueField-3", "15b3:a2dc"),
    DATA_DIRECT("Data Direct function", "15b3:2100"),
    BLUEFIELD_SWITCH("BlueField-3 switch port", "15b3:197b"),
    CONNECTX_SWITCH("ConnectX switch port", "15b3:197c", "15b3:1979"),
    NVME("NVMe"),
    GPU("NVIDIA GPU"),
    /** Of any vendor: a bridge on a root bus. */
    ROOT_PORT("root port"),
    BRIDGE("bridge"),
    OTHER("function");

    private static final int NVIDIA = 0x10de;
    private static final int DISPLAY = 0x03;
    private static final int NVM_EXPRESS = 0x010802;
    private static final int PCI_BRIDGE = 0x060400;
    private static final ImmutableMap<DeviceId, Kind> BY_ID = byId();

    private final String label;
    private final ImmutableSet<String> ids;

    Kind(String label, String... ids) {
        this.label = label;
        this.ids = ImmutableSet.copyOf(ids);
    }

    private static ImmutableMap<DeviceId, Kind> byId() {
        ImmutableMap.Builder<DeviceId, Kind> kinds = ImmutableMap.builder();
        for (Kind kind : values()) {
            kind.ids.forEach(id -> kinds.put(DeviceId.parse(id), kind));
        }
        return kinds.buildOrThrow();
    }

    /** The kind; empty if it hangs on an id or a class code that is not known. */
    static Optional<Kind> of(RdmaFunction function) {
        if (!function.id().isKnown()) {
            return Optional.empty();
        }
        Kind byId = BY_ID.get(function.id());
        if (byId != null) {
            return Optional.of(byId);
        }
        boolean nvidia = function.id().vendor() == NVIDIA;
        if (function.classCode().isEmpty()) {
            if (function.bridge()) {
                return Optional.of(bridge(function));
            }
            return nvidia ? Optional.empty() : Optional.of(OTHER);
        }
        int classCode = function.classCode().getAsInt();
        if (classCode == NVM_EXPRESS) {
            return Optional.of(NVME);
        }
        if (nvidia && classCode >> 16 == DISPLAY) {
            return Optional.of(GPU);
        }
        return Optional.of(classCode == PCI_BRIDGE ? bridge(function) : OTHER);
    }

    private static Kind bridge(RdmaFunction function) {
        return function.upstreamBridge().isEmpty() ? ROOT_PORT : BRIDGE;
    }

    String label() {
        return label;
    }

    boolean isSwitch() {
        return this == CONNECTX_SWITCH || this == BLUEFIELD_SWITCH;
    }

    boolean isRootPort() {
        return isNvidiaRootPort() || this == ROOT_PORT;
    }

    boolean isNvidiaRootPort() {
        return this == GRACE_ROOT_PORT || this == VERA_ROOT_PORT;
    }
}
