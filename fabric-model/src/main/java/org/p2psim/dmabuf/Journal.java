package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What operations did, in order: their effects for reports, and what checks look at. */
public final class Journal {
    private final List<Entry> entries = new ArrayList<>();

    public enum Action {
        EXPORT,
        INSTALL,
        ATTACH,
        DETACH,
        PIN,
        UNPIN,
        MAP,
        UNMAP,
        /** The core makes the table that it keeps from attach until detach; what importers map later is that. */
        CORE_MAP,
        CORE_UNMAP,
        NOTIFY,
        /** The mmu notifier of an importer is called: what it mapped of a VMA is invalid. */
        INVALIDATE,
        /** The CPU may look at it from here on; and a while later, no more. */
        BEGIN_CPU_ACCESS,
        END_CPU_ACCESS,
        /** The exporter maps it into kernel memory: for the first of those who ask. */
        VMAP,
        /** The exporter takes that back: for the last one. */
        VUNMAP,
        /** A poll is over, and has left a callback on a fence. */
        CALLBACK_LEFT,
        REVOKE,
        /** Importers are told, and whoever has to wait does, before access is back. */
        RESTORING,
        /** Access is back. */
        RESTORE,
        MOVE,
        FENCE,
        ZAP,
        LOAD,
        KEY_INVALIDATED,
        KEY_RESERVED,
        KEY_FREED,
        /** A NIC was told to zap a key that is not live in it. */
        DEAD_KEY,
        EVENT,
        RESET,
        RESET_DONE,
        DISABLE,
        SCRUB,
        RELEASE,
        GONE,
        /** A wait for importers was given up, and the kernel prints a warning. */
        TIMED_OUT,
        /** The kernel prints a warning: somebody uses an interface wrongly. */
        WARNING,
        /** A lock is not held that must be: lockdep would say so (I-20). */
        LOCK_MISSING,
        /** A lock is held that must not be: lockdep would say so (I-21). */
        LOCK_HELD,
        /** The CPU has not given back what it took, or more than that, or a fence still calls its poll back: BUG(). */
        UNBALANCED,
        /** An export went on with what release had destroyed, or left to release what it had not set up. */
        TOUCHED_AFTER_INSTALL,
        /** A null pointer, freed memory, or BUG(): something was used that no reference keeps. */
        CRASH,
        /** A table, or a reference, that nobody can give back any more. */
        LEAK
    }

    /** What readers of an entry go by in addition to its action. Its detail says so, too. */
    public enum Circumstance {
        /** Of an attach: the importer has no callback. */
        NEVER_NOTIFIED("never notified"),
        /** Of a move: nobody is to be told of it. */
        NOT_EXPORTED("not exported"),
        /** Of a reset: it is one of the whole bus. */
        HOT_RESET("hot reset"),
        /** Of what takes a while. */
        BEGINS("begins"),
        /** Of a detach: the importer has not unmapped. */
        STILL_MAPPED("while it is mapped"),
        /** Of a pin or an unpin that the importer has not asked for. */
        BY_CORE("by the core"),
        /** Of an unpin. */
        NOT_PINNED("more often than it was pinned");

        private final String text;

        Circumstance(String text) {
            this.text = text;
        }

        /** As details say it. */
        public String text() {
            return text;
        }
    }

    /**
     * Something that was done.
     *
     * @param task who did it
     * @param cause why the task runs ({@link Task#cause})
     * @param object what to: the name of a dma-buf, an attachment, a region, a device
     * @param detail for people only
     */
    public record Entry(
            String task, int cause, Action action, String object, Optional<Circumstance> circumstance, String detail) {
        public boolean is(Circumstance what) {
            return circumstance.equals(Optional.of(what));
        }

        /** Whether it is about an attachment, and what is mapped through it. */
        public boolean isOfAttachment() {
            return object.contains(Attachment.SEPARATOR);
        }

        @Override
        public String toString() {
            return "%s: %s %s%s".formatted(task, action, object, detail.isEmpty() ? "" : " (" + detail + ")");
        }
    }

    void add(Entry entry) {
        entries.add(entry);
    }

    public ImmutableList<Entry> entries() {
        return ImmutableList.copyOf(entries);
    }

    /** How many entries there are: a mark for {@link #since}. */
    public int size() {
        return entries.size();
    }

    /** The entry of that number, counted from 0. */
    public Entry get(int number) {
        return entries.get(number);
    }

    public ImmutableList<Entry> since(int mark) {
        return ImmutableList.copyOf(entries.subList(mark, entries.size()));
    }

    /** The objects of one kind of entry, in order. */
    public ImmutableList<String> objects(Action action) {
        return entries.stream()
                .filter(entry -> entry.action() == action)
                .map(Entry::object)
                .collect(ImmutableList.toImmutableList());
    }
}
