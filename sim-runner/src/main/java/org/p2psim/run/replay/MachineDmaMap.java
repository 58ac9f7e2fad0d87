package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.DmaMap;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.iommu.IovaDomain;
import org.p2psim.iommu.MappedPages;
import org.p2psim.routing.AddressKind;
import org.p2psim.topology.HostBridge;

/**
 * {@code dma_map_resource()} of the deciding kernel: an IOVA of the importer's own domain behind a translating IOMMU,
 * the physical address itself otherwise. A guest without a virtual IOMMU maps to guest physical addresses.
 */
final class MachineDmaMap implements DmaMap {
    private final World world;
    private final Map<String, IovaDomain> domains = new LinkedHashMap<>();

    MachineDmaMap(World world) {
        this.world = world;
    }

    @Override
    public long map(Importer importer, long physical, long length) {
        return hasDomain(importer) ? domain(importer).map(physical, length) : physical;
    }

    @Override
    public OptionalLong mapTogether(Importer importer, List<AddressRange> physical) {
        return hasDomain(importer) ? domain(importer).mapTogether(physical) : OptionalLong.empty();
    }

    @Override
    public void unmap(Importer importer, long dmaAddress) {
        if (hasDomain(importer)) {
            domain(importer).unmap(dmaAddress);
        }
    }

    /** The physical address, in the deciding kernel's view, that a device reaches with a DMA address. */
    long physical(Importer importer, long dmaAddress) {
        return hasDomain(importer) ? domain(importer).physical(dmaAddress) : dmaAddress;
    }

    /**
     * What an importer puts into its requests for an address of its tables. An address of a host bridge window is never
     * an I/O virtual address: it is the exporter's, for TLPs that turn below the root complex.
     */
    AddressKind kind(Importer importer, long dmaAddress) {
        return isOnBus(importer, dmaAddress) ? AddressKind.BUS_ADDRESS : world.addresses(importer.name());
    }

    private boolean isOnBus(Importer importer, long dmaAddress) {
        return hasDomain(importer) && domain(importer).reserves(dmaAddress);
    }

    /** How many bytes from a DMA address on, which is mapped, stand for physical addresses that follow one another. */
    long mappedFrom(Importer importer, long dmaAddress) {
        return hasDomain(importer)
                ? domain(importer).call(dmaAddress).orElseThrow().last() - dmaAddress + 1
                : Long.MAX_VALUE;
    }

    /** What the page table of an importer's domain has for a table, by the map calls that its entries are of. */
    ImmutableList<MappedPages> pages(Importer importer, SgTable table) {
        if (!hasDomain(importer)) {
            return ImmutableList.of();
        }
        HostBridge bridge = world.host().hostBridge(world.onHost(importer.name()));
        boolean superpages = world.plan().timings().rootComplex(bridge).iommu().page() > IovaDomain.PAGE;
        return MappedPages.sum(table.entries().stream()
                .flatMap(entry -> domain(importer).call(entry.address()).stream())
                .distinct()
                .flatMap(call ->
                        MappedPages.ofCall(call.base(), physical(importer, call.base()), call.size(), superpages)
                                .stream())
                .toList());
    }

    /** iommufd attaches with a device of its own, which does no DMA and has no domain. */
    private boolean hasDomain(Importer importer) {
        return world.guest().isEmpty()
                && world.plan().addresses().containsKey(importer.name())
                && world.translates(importer.name());
    }

    private IovaDomain domain(Importer importer) {
        return domains.computeIfAbsent(
                importer.name(),
                name -> new IovaDomain(
                        world.host().hostBridge(world.onHost(name)).windows()));
    }
}
