package org.p2psim.run.flow;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a channel's arbiter serves in turn: the buffer of an ingress port, with up to three classes of TLPs, or a source
 * of TLPs in the same function. Between the classes of a port it goes round as well.
 */
final class Port {
    /** The buffer or the source. */
    final Object owner;
    /** TLPs that it may send before it is the next one's turn. */
    int weight;

    private Input[] inputs = {};
    private int turn;

    /** What {@link #readyInput} has found where nothing is ready: when to look again. */
    private long retry;

    Port(Object owner, int weight) {
        this.owner = owner;
        this.weight = weight;
    }

    void add(Input input) {
        weight = Math.max(weight, input.weight());
        for (Input each : inputs) {
            if (each == input) {
                return;
            }
        }
        inputs = Arrays.copyOf(inputs, inputs.length + 1);
        inputs[inputs.length - 1] = input;
    }

    /** The only input that there is; null if there are others. */
    @Nullable
    Input onlyInput() {
        return inputs.length == 1 ? inputs[0] : null;
    }

    /** An input whose head the channel can send now; null if there is none, see {@link #retry()}. */
    @Nullable
    Input readyInput(Channel channel, long now) {
        Input[] all = inputs;
        retry = Agenda.NEVER;
        for (int i = 0; i < all.length; i++) {
            int index = turn + i < all.length ? turn + i : turn + i - all.length;
            Input input = all[index];
            long at = input.readyAt(channel, now);
            if (at <= now) {
                at = channel.gate().opensAt(input.head(), now);
                if (at <= now) {
                    turn = index + 1 < all.length ? index + 1 : 0;
                    return input;
                }
            }
            retry = Math.min(retry, at);
        }
        return null;
    }

    /** Whether the channel could send one of its heads now. */
    boolean isReady(Channel channel, long now) {
        for (Input input : inputs) {
            if (input.readyAt(channel, now) <= now && channel.gate().opensAt(input.head(), now) <= now) {
                return true;
            }
        }
        return false;
    }

    boolean holdsTurn() {
        return inputs.length == 1 && inputs[0].holdsTurn();
    }

    long retry() {
        return retry;
    }

    void put(State state) {
        state.put(turn);
    }

    /** When the first head is ready, whether there are credits or not. */
    long readyAt(Channel channel, long now) {
        long first = Agenda.NEVER;
        for (Input input : inputs) {
            first = Math.min(first, input.readyAt(channel, now));
        }
        return first;
    }
}
