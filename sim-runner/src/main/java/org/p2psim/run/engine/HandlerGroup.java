package org.p2psim.run.engine;

/**
 * What happens at primitive events of several kinds, in one place. A model whose events are of many kinds, one after
 * the other in ever changing order, is faster with one group than with many {@link Handler handlers}: which code comes
 * next is a branch then, and no longer the target of a call.
 */
@FunctionalInterface
public interface HandlerGroup {
    /**
     * An event of this group happens.
     *
     * @param kind from 0 on
     * @param index under which it was scheduled
     */
    void happen(int kind, int index);
}
