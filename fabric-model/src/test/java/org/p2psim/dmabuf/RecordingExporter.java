package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import java.util.ArrayList;
import java.util.List;
import org.p2psim.address.AddressRange;

/** Hands one range to whoever asks, and writes down its calls. */
public class RecordingExporter implements Exporter {
    public static final ImmutableSet<ExporterOp> STATIC =
            ImmutableSet.of(ExporterOp.MAP, ExporterOp.UNMAP, ExporterOp.RELEASE);
    public static final ImmutableSet<ExporterOp> DYNAMIC = ImmutableSet.of(
            ExporterOp.MAP, ExporterOp.UNMAP, ExporterOp.RELEASE, ExporterOp.PIN, ExporterOp.UNPIN, ExporterOp.VMAP);

    private final ImmutableSet<ExporterOp> ops;
    private final boolean caches;
    private final AddressRange range;
    private final List<String> calls = new ArrayList<>();

    /** @param caches cache_sgt_mapping of the kernels that have it */
    public RecordingExporter(ImmutableSet<ExporterOp> ops, boolean caches, AddressRange range) {
        this.ops = ops;
        this.caches = caches;
        this.range = range;
    }

    /** The calls since the last time. */
    public final String drain() {
        String drained = String.join(" ", calls);
        calls.clear();
        return drained;
    }

    protected final void called(String call) {
        calls.add(call);
    }

    @Override
    public ImmutableSet<ExporterOp> ops() {
        return ops;
    }

    @Override
    public boolean cachesTables() {
        return caches;
    }

    @Override
    public Reply<Boolean> attach(Attachment attachment) {
        return Reply.done(attachment.peer2peer());
    }

    @Override
    public Reply<SgTable> map(Attachment attachment) {
        called("map");
        return Reply.done(new SgTable(List.of(new SgTable.Entry(range.base(), range.size()))));
    }

    @Override
    public void unmap(Attachment attachment, SgTable table) {
        called("unmap");
    }

    @Override
    public Reply<Attachment> pin(Attachment attachment) {
        called("pin");
        return Reply.done(attachment);
    }

    @Override
    public void unpin(Attachment attachment) {
        called("unpin");
    }

    @Override
    public Reply<DmaBuf> vmap(DmaBuf dmaBuf) {
        called("vmap");
        return Reply.done(dmaBuf);
    }

    @Override
    public Reply<DmaBuf> release(DmaBuf dmaBuf) {
        called("release");
        return Reply.done(dmaBuf);
    }

    @Override
    public ImmutableList<AddressRange> ranges(DmaBuf dmaBuf) {
        return ImmutableList.of(range);
    }
}
