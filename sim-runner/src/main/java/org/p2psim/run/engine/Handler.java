package org.p2psim.run.engine;

/** What happens at primitive events. {@link Engine#handler(Handler)} gives it a code. */
@FunctionalInterface
public interface Handler {
    /** An event of this handler happens, with the index under which it was scheduled. */
    void happen(int index);
}
