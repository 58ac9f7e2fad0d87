package org.p2psim.run.replay;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.QueuePair;
import org.p2psim.platform.Errno;

/** What user space holds, by the names of the scenario, in the order in which it was made. */
public final class Handles {
    private final Map<String, UserObject<DmaBuf>> dmaBufs = new LinkedHashMap<>();
    private final Map<String, UserObject<Attachment>> attachments = new LinkedHashMap<>();
    private final Map<String, UserObject<MemoryRegion>> regions = new LinkedHashMap<>();
    private final Map<String, UserObject<Allocation>> allocations = new LinkedHashMap<>();
    private final Map<String, UserObject<QueuePair>> queuePairs = new LinkedHashMap<>();

    public Map<String, UserObject<DmaBuf>> dmaBufs() {
        return dmaBufs;
    }

    public Map<String, UserObject<Attachment>> attachments() {
        return attachments;
    }

    public Map<String, UserObject<MemoryRegion>> regions() {
        return regions;
    }

    public Map<String, UserObject<Allocation>> allocations() {
        return allocations;
    }

    public Map<String, UserObject<QueuePair>> queuePairs() {
        return queuePairs;
    }

    /** The dma-bufs whose export was not refused. */
    public List<DmaBuf> exported() {
        return dmaBufs.values().stream()
                .flatMap(made -> made.object().stream())
                .distinct()
                .toList();
    }

    /** The dma-buf of a name; refused if its export was. */
    Reply<DmaBuf> exported(String name) {
        return find(dmaBufs, name, Errno.EBADF, "was not exported");
    }

    /** The allocation of a handle, freed or not. */
    Reply<Allocation> allocated(String handle) {
        return find(allocations, handle, Errno.EINVAL, "is unknown");
    }

    private static <T> Reply<T> find(Map<String, UserObject<T>> made, String name, Errno errno, String why) {
        Optional<T> found = Optional.ofNullable(made.get(name)).flatMap(UserObject::object);
        return found.isPresent() ? Reply.done(found.get()) : Reply.refused(errno, "%s %s".formatted(name, why));
    }

    public Optional<Attachment> attachment(String name) {
        return Optional.ofNullable(attachments.get(name)).flatMap(UserObject::object);
    }

    public Optional<MemoryRegion> region(String name) {
        return Optional.ofNullable(regions.get(name)).flatMap(UserObject::object);
    }

    /** What the scenario calls whoever has an attachment: an MR or the attachment. */
    Optional<String> owner(Attachment attachment) {
        return name(
                        regions,
                        region -> region.isRegistered() && region.attachment().equals(attachment))
                .or(() -> name(attachments, attachment::equals));
    }

    private static <T> Optional<String> name(Map<String, UserObject<T>> made, Predicate<T> isIt) {
        return made.entrySet().stream()
                .filter(entry -> entry.getValue().object().filter(isIt).isPresent())
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
