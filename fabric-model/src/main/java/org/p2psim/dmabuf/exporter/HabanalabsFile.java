package org.p2psim.dmabuf.exporter;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.Kernel;
import org.p2psim.dmabuf.Reply;
import org.p2psim.dmabuf.Wait;
import org.p2psim.dmabuf.exporter.HabanalabsProfile.DeviceLife;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.platform.Errno;

/**
 * The device file of a habanalabs device: one user at a time, whose context lives until the last thing that holds it is
 * gone; then the memory may be cleared, and another user may open it (drivers/accel/habanalabs/common/habanalabs_drv.c).
 */
public final class HabanalabsFile {
    private final String device;
    private final AddressRange memory;
    private final OwnedMemory owned;
    private final Kernel kernel;
    private final DeviceLife life;
    private final boolean scrubs;
    private @Nullable Context context;
    private boolean scrubbing;
    private boolean resetting;
    private boolean unplugged;

    /** A user's; what he exported refers to it. */
    static final class Context {
        private final String user;
        private boolean fileOpen = true;
        private boolean fileReleased;
        private int exports;
        private int references = 1;

        private Context(String user) {
            this.user = user;
        }
    }

    /**
     * @param memory what users may export, in physical addresses
     * @param scrubs whether the module's option to clear memory between users is on
     */
    HabanalabsFile(
            String device, AddressRange memory, OwnedMemory owned, Kernel kernel, DeviceLife life, boolean scrubs) {
        this.device = device;
        this.memory = memory;
        this.owned = owned;
        this.kernel = kernel;
        this.life = life;
        this.scrubs = scrubs;
    }

    public OwnedMemory owned() {
        return owned;
    }

    /** Who owns the device: also after he has closed it, as long as something holds his context. */
    public Optional<String> user() {
        return context().map(live -> live.user);
    }

    Optional<Context> context() {
        return Optional.ofNullable(context);
    }

    /** {@code open()} of the device file. */
    public Reply<String> open(String user) {
        if (unplugged) {
            return Reply.refused(Errno.ENXIO, "there is no such minor");
        }
        if (resetting) {
            return life == DeviceLife.HOLDS_CONTEXT
                    ? Reply.refused(Errno.EPERM, device + " is not operational")
                    : Reply.refused(Errno.EAGAIN, device + " is in reset");
        }
        if (context != null) {
            boolean inRelease = !context.fileOpen && life == DeviceLife.HOLDS_CONTEXT_AND_RESETS;
            return Reply.refused(
                    inRelease ? Errno.EAGAIN : Errno.EBUSY, "the context of %s is alive".formatted(context.user));
        }
        if (scrubbing && life != DeviceLife.HOLDS_CONTEXT) {
            return Reply.refused(Errno.EAGAIN, "the memory is being cleared");
        }
        if (scrubbing) {
            // whoever waited with this one may have been quicker
            return Reply.after(
                    new Wait(Wait.Kind.SCRUB, "the memory of " + device, () -> !scrubbing, () -> List.of(device)),
                    () -> open(user));
        }
        context = new Context(user);
        owned.assign(memory, user);
        return Reply.done(user);
    }

    /** The user closes his descriptor of the device. */
    public Reply<String> close() {
        if (context == null || !context.fileOpen) {
            return Reply.refused(Errno.EBADF, "the device is not open");
        }
        Context closed = context;
        closed.fileOpen = false;
        if (life != DeviceLife.HOLDS_FILE || closed.exports == 0) {
            releaseFile(closed);
        }
        return Reply.done(closed.user);
    }

    private void releaseFile(Context closed) {
        closed.fileReleased = true;
        if (closed.references > 1) {
            kernel.note(Journal.Action.WARNING, device, "closed while it is still in use");
            if (life == DeviceLife.HOLDS_CONTEXT_AND_RESETS) {
                resetting = true;
                kernel.note(Journal.Action.RESET, device, "while a dma-buf maps its memory");
            }
        }
        put(closed);
    }

    /** An export takes the context of the user, and with later kernels the file. */
    Optional<Context> exported() {
        if (kernel.has(Bug.NO_CONTEXT_REFERENCE)) {
            return Optional.empty();
        }
        context().ifPresent(live -> {
            live.references++;
            live.exports++;
        });
        return context();
    }

    /** A dma-buf of the user's is gone. */
    void released(Context exporter) {
        exporter.exports--;
        put(exporter);
        if (life == DeviceLife.HOLDS_FILE && exporter.exports == 0 && !exporter.fileOpen && !exporter.fileReleased) {
            releaseFile(exporter);
        }
    }

    private void put(Context freed) {
        freed.references--;
        if (freed.references > 0) {
            return;
        }
        context = null;
        owned.free(memory);
        if (scrubs && !kernel.has(Bug.NO_SCRUB)) {
            scrubbing = true;
            kernel.note(Journal.Action.SCRUB, device, Journal.Circumstance.BEGINS, "");
        }
    }

    public boolean isScrubbing() {
        return scrubbing;
    }

    /** The memory is cleared, after however long that takes. */
    public void scrubbed() {
        scrubbing = false;
        owned.clear(memory);
        kernel.note(Journal.Action.SCRUB, device, "over");
    }

    /** The function is gone, and its minor with it. */
    public void unplug() {
        unplugged = true;
    }

    /** A hard reset, whoever uses the device; over when it answers again. */
    public Reply<String> reset() {
        if (resetting) {
            return Reply.refused(Errno.EBUSY, device + " is in reset already");
        }
        resetting = true;
        kernel.note(Journal.Action.RESET, device, "asked for");
        return Reply.after(
                new Wait(Wait.Kind.RESET, "the reset of " + device, () -> !resetting, () -> List.of(device)),
                () -> Reply.done(device));
    }

    public boolean isResetting() {
        return resetting;
    }

    /** The reset is over, after however long that takes. */
    public void resetDone() {
        resetting = false;
        kernel.note(Journal.Action.RESET_DONE, device, "");
    }
}
