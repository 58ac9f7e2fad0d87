package org.p2psim.run.flow;

import org.jspecify.annotations.Nullable;

/**
 * What a channel's arbiter serves in turn: an ingress port, with up to three classes of TLPs, or a source of TLPs in
 * the same function. Between the classes of a port it goes round as well.
 */
final class Port {
    private final @Nullable Input[] inputs;
    /** TLPs that it may send before it is the next one's turn. */
    int weight;

    private int turn;

    /** What {@link #readyInput} has found where nothing is ready: when to look again. */
    private long retry;

    Port(int classes, int weight) {
        this.inputs = new Input[classes];
        this.weight = weight;
    }

    void put(int index, Input input) {
        inputs[index] = input;
        weight = Math.max(weight, input.weight());
    }

    boolean holds(Input input) {
        for (Input each : inputs) {
            if (each == input) {
                return true;
            }
        }
        return false;
    }

    /** An input whose head the channel can send now; null if there is none, see {@link #retry()}. */
    @Nullable
    Input readyInput(Channel channel, long now) {
        retry = Agenda.NEVER;
        for (int i = 0; i < inputs.length; i++) {
            int index = turn + i < inputs.length ? turn + i : turn + i - inputs.length;
            Input input = inputs[index];
            if (input == null) {
                continue;
            }
            long at = input.readyAt(channel, now);
            if (at <= now) {
                at = channel.creditsAt(input.head(), now);
                if (at <= now) {
                    turn = index + 1 < inputs.length ? index + 1 : 0;
                    return input;
                }
            }
            retry = Math.min(retry, at);
        }
        return null;
    }

    long retry() {
        return retry;
    }

    /** When the first head is ready, whether there are credits or not. */
    long readyAt(Channel channel, long now) {
        long first = Agenda.NEVER;
        for (Input input : inputs) {
            if (input != null) {
                first = Math.min(first, input.readyAt(channel, now));
            }
        }
        return first;
    }
}
