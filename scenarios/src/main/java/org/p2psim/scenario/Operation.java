package org.p2psim.scenario;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Optional;

/** One line of the timeline: what is done, to what, and when. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "do")
@JsonSubTypes({
    @JsonSubTypes.Type(name = "allocate", value = MemoryOperation.Allocate.class),
    @JsonSubTypes.Type(name = "free", value = MemoryOperation.Free.class),
    @JsonSubTypes.Type(name = "evict", value = MemoryOperation.Evict.class),
    @JsonSubTypes.Type(name = "defragment", value = MemoryOperation.Defragment.class),
    @JsonSubTypes.Type(name = "write-memory", value = MemoryOperation.WriteMemory.class),
    @JsonSubTypes.Type(name = "read-memory", value = MemoryOperation.ReadMemory.class),
    @JsonSubTypes.Type(name = "assign", value = MemoryOperation.Assign.class),
    @JsonSubTypes.Type(name = "export", value = DmaBufOperation.Export.class),
    @JsonSubTypes.Type(name = "close", value = DmaBufOperation.Close.class),
    @JsonSubTypes.Type(name = "attach", value = DmaBufOperation.Attach.class),
    @JsonSubTypes.Type(name = "pin", value = DmaBufOperation.Pin.class),
    @JsonSubTypes.Type(name = "map", value = DmaBufOperation.Map.class),
    @JsonSubTypes.Type(name = "unmap", value = DmaBufOperation.Unmap.class),
    @JsonSubTypes.Type(name = "unpin", value = DmaBufOperation.Unpin.class),
    @JsonSubTypes.Type(name = "detach", value = DmaBufOperation.Detach.class),
    @JsonSubTypes.Type(name = "revoke", value = DmaBufOperation.Revoke.class),
    @JsonSubTypes.Type(name = "move", value = DmaBufOperation.Move.class),
    @JsonSubTypes.Type(name = "begin-cpu-access", value = CpuOperation.BeginCpuAccess.class),
    @JsonSubTypes.Type(name = "end-cpu-access", value = CpuOperation.EndCpuAccess.class),
    @JsonSubTypes.Type(name = "vmap", value = CpuOperation.Vmap.class),
    @JsonSubTypes.Type(name = "vunmap", value = CpuOperation.Vunmap.class),
    @JsonSubTypes.Type(name = "mmap", value = CpuOperation.Mmap.class),
    @JsonSubTypes.Type(name = "sync", value = CpuOperation.Sync.class),
    @JsonSubTypes.Type(name = "seek", value = CpuOperation.Seek.class),
    @JsonSubTypes.Type(name = "poll", value = CpuOperation.Poll.class),
    @JsonSubTypes.Type(name = "signal", value = CpuOperation.Signal.class),
    @JsonSubTypes.Type(name = "limit-descriptors", value = CpuOperation.LimitDescriptors.class),
    @JsonSubTypes.Type(name = "open-device", value = DeviceOperation.OpenDevice.class),
    @JsonSubTypes.Type(name = "close-device", value = DeviceOperation.CloseDevice.class),
    @JsonSubTypes.Type(name = "reset", value = DeviceOperation.Reset.class),
    @JsonSubTypes.Type(name = "hot-reset", value = DeviceOperation.HotReset.class),
    @JsonSubTypes.Type(name = "write-memory-enable", value = DeviceOperation.WriteMemoryEnable.class),
    @JsonSubTypes.Type(name = "low-power", value = DeviceOperation.LowPower.class),
    @JsonSubTypes.Type(name = "unbind", value = DeviceOperation.Unbind.class),
    @JsonSubTypes.Type(name = "unplug", value = DeviceOperation.Unplug.class),
    @JsonSubTypes.Type(name = "set-master", value = DeviceOperation.SetMaster.class),
    @JsonSubTypes.Type(name = "drop-master", value = DeviceOperation.DropMaster.class),
    @JsonSubTypes.Type(name = "drm-ioctl", value = DeviceOperation.DrmIoctl.class),
    @JsonSubTypes.Type(name = "register-mr", value = RdmaOperation.RegisterMr.class),
    @JsonSubTypes.Type(name = "deregister-mr", value = RdmaOperation.DeregisterMr.class),
    @JsonSubTypes.Type(name = "revoke-mr", value = RdmaOperation.RevokeMr.class),
    @JsonSubTypes.Type(name = "create-qp", value = RdmaOperation.CreateQp.class),
    @JsonSubTypes.Type(name = "rdma-read", value = RdmaOperation.RdmaRead.class),
    @JsonSubTypes.Type(name = "rdma-write", value = RdmaOperation.RdmaWrite.class),
    @JsonSubTypes.Type(name = "rdma-send", value = RdmaOperation.RdmaSend.class),
    @JsonSubTypes.Type(name = "rdma-receive", value = RdmaOperation.RdmaReceive.class),
    @JsonSubTypes.Type(name = "local-access", value = RdmaOperation.LocalAccess.class),
    @JsonSubTypes.Type(name = "register-token", value = NvmeOperation.RegisterToken.class),
    @JsonSubTypes.Type(name = "unregister-token", value = NvmeOperation.UnregisterToken.class),
    @JsonSubTypes.Type(name = "nvme-read", value = NvmeOperation.NvmeRead.class),
    @JsonSubTypes.Type(name = "nvme-write", value = NvmeOperation.NvmeWrite.class),
    @JsonSubTypes.Type(name = "iommufd-map", value = IommufdOperation.IommufdMap.class),
    @JsonSubTypes.Type(name = "iommufd-unmap", value = IommufdOperation.IommufdUnmap.class),
    @JsonSubTypes.Type(name = "iommufd-split", value = IommufdOperation.IommufdSplit.class),
    @JsonSubTypes.Type(name = "iommufd-access", value = IommufdOperation.IommufdAccess.class),
    @JsonSubTypes.Type(name = "iommufd-map-domain", value = IommufdOperation.IommufdMapDomain.class),
    @JsonSubTypes.Type(name = "share", value = VmaOperation.Share.class),
    @JsonSubTypes.Type(name = "p2p-map", value = VmaOperation.P2pMap.class),
    @JsonSubTypes.Type(name = "p2p-unmap", value = VmaOperation.P2pUnmap.class),
    @JsonSubTypes.Type(name = "munmap", value = VmaOperation.Munmap.class),
    @JsonSubTypes.Type(name = "zap", value = VmaOperation.Zap.class),
    @JsonSubTypes.Type(name = "dma-read", value = DmaOperation.DmaRead.class),
    @JsonSubTypes.Type(name = "dma-write", value = DmaOperation.DmaWrite.class),
    @JsonSubTypes.Type(name = "traffic", value = DmaOperation.Traffic.class),
    @JsonSubTypes.Type(name = "all-reduce", value = DmaOperation.AllReduce.class),
    @JsonSubTypes.Type(name = "repeat", value = Repeat.class),
})
public sealed interface Operation
        permits MemoryOperation,
                DmaBufOperation,
                CpuOperation,
                DeviceOperation,
                RdmaOperation,
                NvmeOperation,
                IommufdOperation,
                VmaOperation,
                DmaOperation,
                Repeat {
    /** What a line says instead of a device for host memory. */
    String MEMORY = "memory";

    /** When it is begun, ticks from the start of the run. */
    long at();

    /** What expectations and the report call it; if absent, expectations call it by its number in the file. */
    Optional<String> id();
}
