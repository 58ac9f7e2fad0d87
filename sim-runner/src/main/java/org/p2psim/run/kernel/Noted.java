package org.p2psim.run.kernel;

import java.util.Locale;
import org.p2psim.dmabuf.Journal;

/**
 * An entry of the kernel's journal.
 *
 * @param event index of the event that it became
 * @param at ticks
 */
public record Noted(Journal.Entry entry, int event, long at) {
    /** What an event calls it: {@code key-reserved}. */
    static String word(Journal.Action action) {
        return action.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public Journal.Action action() {
        return entry.action();
    }

    public String object() {
        return entry.object();
    }
}
