package org.p2psim.run.replay;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.platform.Errno;

/** What user space holds, by the names of the scenario, in the order in which it was made. */
public final class Handles {
    private final Map<String, UserObject<DmaBuf>> dmaBufs = new LinkedHashMap<>();
    private final Map<String, UserObject<Attachment>> attachments = new LinkedHashMap<>();
    private final Map<String, UserObject<MemoryRegion>> regions = new LinkedHashMap<>();

    public Map<String, UserObject<DmaBuf>> dmaBufs() {
        return dmaBufs;
    }

    public Map<String, UserObject<Attachment>> attachments() {
        return attachments;
    }

    public Map<String, UserObject<MemoryRegion>> regions() {
        return regions;
    }

    /** The dma-buf of a name; refused if its export was. */
    Reply<DmaBuf> exported(String name) {
        Optional<DmaBuf> dmaBuf = Optional.ofNullable(dmaBufs.get(name)).flatMap(UserObject::object);
        return dmaBuf.isPresent()
                ? Reply.done(dmaBuf.get())
                : Reply.refused(Errno.EBADF, "%s was not exported".formatted(name));
    }

    Optional<Attachment> attachment(String name) {
        return Optional.ofNullable(attachments.get(name)).flatMap(UserObject::object);
    }

    Optional<MemoryRegion> region(String name) {
        return Optional.ofNullable(regions.get(name)).flatMap(UserObject::object);
    }
}
