package org.p2psim.run.replay;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.importer.AccessFlag;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.WorkRequest;

/** A work request that the timeline has posted, and how far it is. */
final class Work {
    private final QueuePairs.Access access;
    private final MemoryRegion region;
    private final int key;
    private @Nullable Transfer transfer;
    private int faults;

    Work(QueuePairs.Access access, MemoryRegion region) {
        this.access = access;
        this.region = region;
        this.key = region.key();
    }

    QueuePairs.Access access() {
        return access;
    }

    MemoryRegion region() {
        return region;
    }

    WorkRequest request() {
        AccessFlag written = access.remote() ? AccessFlag.REMOTE_WRITE : AccessFlag.LOCAL_WRITE;
        AccessFlag right = access.read() ? AccessFlag.REMOTE_READ : written;
        return new WorkRequest(
                access.line().lane(), region.nic(), key, right, access.remote(), access.offset(), access.size());
    }

    Optional<Transfer> transfer() {
        return Optional.ofNullable(transfer);
    }

    /** One more page fault on its behalf; the number of them. */
    int faulted() {
        return ++faults;
    }

    /** What is left of it, in the addresses that the NIC has of the region that its key names now. */
    ImmutableList<SgTable.Entry> left(MemoryRegion found) {
        long done = transfer == null ? 0 : transfer.bytes() + transfer.lost();
        return found.segments(access.offset() + done, access.size() - done);
    }

    /** Its transfer, begun if it has not been. */
    Transfer transfer(Transfers transfers, MemoryRegion found, Optional<Transfers.LocalEnd> local, String tag) {
        if (transfer == null) {
            transfer = transfers.begin(
                    new Transfers.Order(
                            access.line(),
                            access.mr(),
                            found.attachment(),
                            Optional.of(found),
                            access.read(),
                            access.size(),
                            local,
                            tag),
                    left(found));
        }
        return transfer;
    }

    /** It will never go on. */
    void unfinished(Transfers transfers) {
        if (transfer != null) {
            transfer.finish();
        } else {
            transfers.refused(access.line(), access.mr(), access.size(), Optional.empty(), "it waits for ever");
        }
    }
}
