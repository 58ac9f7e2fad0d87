package org.p2psim.run.pciebench;

import org.p2psim.scenario.evidence.LinkSetting;
import org.p2psim.scenario.evidence.TimingRow.Cache;
import org.p2psim.scenario.evidence.TimingRow.Initiator;
import org.p2psim.scenario.evidence.TimingRow.Operation;

/**
 * What is different from host to host. All times in ns.
 *
 * @param link how link and device are configured
 * @param tags read requests that the device may have outstanding
 * @param llc bytes of the last-level cache
 * @param hit from the arrival of a read at the root complex to its first completion, if the cache has the data
 * @param miss the same if it has not
 * @param deviceWarm the same if the device has written the data
 * @param aloneMiss as {@code miss}, for a read that is alone
 * @param aloneDeviceWarm as {@code deviceWarm}, for a read that is alone
 * @param iommu what the IOMMU does
 * @param overheads what the device's time stamps have beside the round trip
 */
record HostParameters(
        LinkSetting link,
        int tags,
        long llc,
        double hit,
        double miss,
        double deviceWarm,
        double aloneMiss,
        double aloneDeviceWarm,
        IommuParameters iommu,
        Overheads overheads) {

    /**
     * The IOMMU of a host.
     *
     * @param on whether requests are translated; then IOVAs are below 4 GiB and headers have 32-bit addresses
     * @param page bytes
     * @param entries of the IOTLB; a fit may give a fraction
     * @param oneWalkPerRegion whether walks within 2 MiB exclude each other
     */
    record IommuParameters(
            boolean on,
            long page,
            double entries,
            double missPenalty,
            double walkRead,
            double walkWrite,
            boolean oneWalkPerRegion) {
        static final IommuParameters OFF = new IommuParameters(false, 4096, 1, 0, 0, 0, false);

        IommuParameters withEntries(double newEntries) {
            return new IommuParameters(on, page, newEntries, missPenalty, walkRead, walkWrite, oneWalkPerRegion);
        }

        IommuParameters withWalks(double interval) {
            return new IommuParameters(on, page, entries, missPenalty, interval, interval, oneWalkPerRegion);
        }
    }

    /** Of each kind of latency test. */
    record Overheads(
            double dmaRead,
            double dmaWriteRead,
            double commandRead,
            double commandReadCold,
            double commandReadDeviceWarm,
            double commandWriteRead,
            double dmaWriteReadCold,
            double commandWriteReadCold) {
        static final Overheads USUAL = new Overheads(
                Nfp6000.DMA_OVERHEAD_NS,
                Nfp6000.WRITE_READ_OVERHEAD_NS,
                Nfp6000.DMA_OVERHEAD_NS - Nfp6000.COMMAND_LESS_NS,
                Nfp6000.DMA_OVERHEAD_NS - Nfp6000.COMMAND_LESS_NS,
                Nfp6000.DMA_OVERHEAD_NS - Nfp6000.COMMAND_LESS_NS,
                Nfp6000.WRITE_READ_OVERHEAD_NS - Nfp6000.COMMAND_WRITE_READ_LESS_NS,
                Nfp6000.WRITE_READ_OVERHEAD_NS,
                Nfp6000.WRITE_READ_OVERHEAD_NS - Nfp6000.COMMAND_WRITE_READ_LESS_NS);

        /** @param cache what it holds: commands may reach other memory than DMAs, so its states differ for them */
        double of(Initiator initiator, Operation operation, Cache cache) {
            if (initiator == Initiator.DMA) {
                return operation == Operation.READ ? dmaRead : cache == Cache.COLD ? dmaWriteReadCold : dmaWriteRead;
            }
            if (operation != Operation.READ) {
                return cache == Cache.COLD ? commandWriteReadCold : commandWriteRead;
            }
            return switch (cache) {
                case HOST_WARM -> commandRead;
                case DEVICE_WARM -> commandReadDeviceWarm;
                case COLD, DEVICE_THRASHED -> commandReadCold;
            };
        }
    }

    HostParameters withMemory(double newHit, double newMiss, double newDeviceWarm) {
        return new HostParameters(
                link, tags, llc, newHit, newMiss, newDeviceWarm, newMiss, newDeviceWarm, iommu, overheads);
    }

    HostParameters withAlone(double newMiss, double newDeviceWarm) {
        return new HostParameters(link, tags, llc, hit, miss, deviceWarm, newMiss, newDeviceWarm, iommu, overheads);
    }

    HostParameters withIommu(IommuParameters newIommu) {
        return new HostParameters(
                link, tags, llc, hit, miss, deviceWarm, aloneMiss, aloneDeviceWarm, newIommu, overheads);
    }

    HostParameters withOverheads(Overheads newOverheads) {
        return new HostParameters(
                link, tags, llc, hit, miss, deviceWarm, aloneMiss, aloneDeviceWarm, iommu, newOverheads);
    }
}
