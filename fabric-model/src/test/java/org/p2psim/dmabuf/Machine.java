package org.p2psim.dmabuf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.dmabuf.exporter.VfioPci;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.p2psim.unit.Bytes;

/** A machine of one exporter and three NICs at one host bridge, without an IOMMU, and the answers of its kernel. */
public final class Machine {
    public static final String ALLOWED = "8086:2020";
    public static final String UNKNOWN = "8086:29c0";
    public static final Bdf EXPORTER = Bdf.parse("00:02.0");

    private final P2pdma p2pdma;
    private final Kernel kernel;

    public Machine(String hostBridge, String release, Set<Bug> bugs) {
        this(p2pdma(hostBridge), new Kernel(DmaBufCore.of(KernelRelease.parse(release)), bugs));
    }

    /** @param p2pdma of a machine made before, which several may share */
    public Machine(P2pdma p2pdma, Kernel kernel) {
        this.p2pdma = p2pdma;
        this.kernel = kernel;
    }

    public static P2pdma p2pdma(String hostBridge) {
        Fabric fabric = Fabric.of(
                List.of(new Socket("s0", new Cpu("GenuineIntel", 6, 85))),
                List.of(new HostBridge("rc0", "s0", 0, 0, IommuMode.OFF, 0, 64, List.of())),
                List.of(
                        function("00:00.0", hostBridge, PortType.HOST_BRIDGE),
                        function("00:02.0", "1da3:1000", PortType.RC_INTEGRATED_ENDPOINT),
                        function("00:03.0", "15b3:101b", PortType.RC_INTEGRATED_ENDPOINT),
                        function("00:04.0", "1d0f:efa2", PortType.RC_INTEGRATED_ENDPOINT),
                        function("00:05.0", "8086:1592", PortType.RC_INTEGRATED_ENDPOINT)));
        return new P2pdma(fabric, fabric.bootCpu(), KernelRules.of(KernelRelease.parse("6.12")));
    }

    private static PciFunction function(String at, String id, PortType type) {
        return PciFunction.of(Bdf.parse(at), DeviceId.parse(id), type, Optional.empty(), -1, Optional.empty());
    }

    public P2pdma p2pdma() {
        return p2pdma;
    }

    public Kernel kernel() {
        return kernel;
    }

    /** {@code dma_map_resource()} of a machine without an IOMMU. */
    public static DmaMap identity() {
        return new DmaMap() {
            @Override
            public long map(Importer importer, long physical, long length) {
                return physical;
            }

            @Override
            public void unmap(Importer importer, long dmaAddress) {}
        };
    }

    /** NIC x of the machine: 0, 1 or 2. */
    public static Importer importer(int x) {
        return new Importer("x" + x, Bdf.parse("00:0%d.0".formatted(3 + x)), true, true, 2 * Bytes.GIB);
    }

    /** A NIC whose driver attaches without callbacks. */
    public static Importer fixedImporter(int x) {
        Importer importer = importer(x);
        return new Importer(importer.name(), importer.function(), false, false, importer.maxSegmentSize());
    }

    public RdmaNic nic(int x, RdmaFlavour flavour) {
        return new RdmaNic(importer(x), flavour, kernel);
    }

    /** A function that its user has through vfio-pci. */
    public VfioPci vfio(String name, VfioProfile profile, Map<Integer, AddressRange> bars) {
        return new VfioPci(name, EXPORTER, bars, p2pdma, identity(), profile, kernel);
    }

    /** A region over a whole buffer. */
    public static MemoryRegion.Request whole(String name, DmaBuf dmaBuf) {
        return new MemoryRegion.Request(
                name,
                0,
                dmaBuf.size(),
                0,
                Set.of(AccessFlag.LOCAL_WRITE, AccessFlag.REMOTE_WRITE, AccessFlag.REMOTE_READ));
    }

    public MemoryRegion region(RdmaNic nic, String name, DmaBuf dmaBuf) {
        return done(start("register " + name, () -> nic.register(whole(name, dmaBuf), dmaBuf)));
    }

    public <T> Task<T> start(String name, Supplier<Reply<T>> operation) {
        return kernel.start(name, operation);
    }

    public <T> T run(String name, Supplier<Reply<T>> operation) {
        return done(kernel.start(name, operation));
    }

    public static <T> T done(Task<T> task) {
        assertThat(task.waitsFor()).isEmpty();
        return done(task.reply().orElseThrow());
    }

    public static <T> T done(Reply<T> reply) {
        assertThat(reply).isInstanceOf(Reply.Done.class);
        return ((Reply.Done<T>) reply).value();
    }

    public static Errno errno(Task<?> task) {
        assertThat(task.waitsFor()).isEmpty();
        return errno((Reply<?>) task.reply().orElseThrow());
    }

    public static Errno errno(Reply<?> reply) {
        assertThat(reply).isInstanceOf(Reply.Refused.class);
        return ((Reply.Refused<?>) reply).errno();
    }

    public List<String> objects(Journal.Action action) {
        return kernel.journal().objects(action);
    }

    /** The journal from a mark on, as "ACTION object". */
    public List<String> journal(int mark, Journal.Action... actions) {
        List<String> lines = new ArrayList<>();
        for (Journal.Entry entry : kernel.journal().since(mark)) {
            if (List.of(actions).contains(entry.action())) {
                lines.add(entry.action() + " " + entry.object());
            }
        }
        return lines;
    }
}
