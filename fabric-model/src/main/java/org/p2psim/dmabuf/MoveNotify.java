package org.p2psim.dmabuf;

/**
 * An importer's callback for a buffer that moves or is revoked: {@code move_notify}, from 7.1 on {@code
 * invalidate_mappings}.
 */
@FunctionalInterface
public interface MoveNotify {
    /** Called with the buffer's reservation held. What it answers does not count; it may wait. */
    Reply<Attachment> invalidated(Attachment attachment);
}
