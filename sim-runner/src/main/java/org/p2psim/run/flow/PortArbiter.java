package org.p2psim.run.flow;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Port arbitration of a channel: its ports are served in turn, each as often as its weight says. */
final class PortArbiter {
    private Port[] ports = {};
    private int turn;
    private int sentInTurn;

    /** Of the last search: whose turn it was, and when another is worthwhile if nothing was ready. */
    private int chosen;

    private long retry;

    /** Lets TLPs come from the buffer of the channel before. */
    void addPort(Receiver before) {
        if (Arrays.stream(ports).noneMatch(port -> port.owner == before)) {
            add(new Port(before, 1));
        }
    }

    /** Some TLPs of a queue go on here. */
    void addQueue(Receiver before, Receiver.Queue queue) {
        for (Port port : ports) {
            if (port.owner == before) {
                port.add(queue);
            }
        }
    }

    /** Lets TLPs start here. */
    void addSource(Input source) {
        Port port = new Port(source, 1);
        port.add(source);
        add(port);
    }

    private void add(Port port) {
        ports = Arrays.copyOf(ports, ports.length + 1);
        ports[ports.length - 1] = port;
    }

    void removeSource(Input source) {
        for (int i = 0; i < ports.length; i++) {
            if (ports[i].owner == source) {
                Port[] others = Arrays.copyOf(ports, ports.length - 1);
                System.arraycopy(ports, i + 1, others, i, others.length - i);
                ports = others;
                if (i == turn) {
                    sentInTurn = 0;
                }
                turn = i < turn ? turn - 1 : turn == ports.length ? 0 : turn;
                return;
            }
        }
    }

    boolean hasPorts() {
        return ports.length > 0;
    }

    boolean hasOnePort() {
        return ports.length == 1;
    }

    /** The only input of the only port, if there are no more. */
    @Nullable
    Input onlyInput() {
        return ports.length == 1 ? ports[0].onlyInput() : null;
    }

    /** The input that sends next; it takes its turn. Null if none is ready, see {@link #retry}. */
    @Nullable
    Input next(Channel channel, long now) {
        retry = Agenda.NEVER;
        int count = ports.length;
        for (int i = 0; i < count; i++) {
            int index = turn + i < count ? turn + i : turn + i - count;
            Port port = ports[index];
            Input input = port.readyInput(channel, now);
            if (input != null) {
                chosen = index;
                takeTurn(index, port.weight);
                return input;
            }
            retry = Math.min(retry, port.retry());
            if (port.holdsTurn()) {
                break;
            }
        }
        return null;
    }

    /** Whether an input is ready to send. */
    boolean isReady(Channel channel, long now) {
        for (Port port : ports) {
            if (port.isReady(channel, now)) {
                return true;
            }
        }
        return false;
    }

    /** When to search again, where nothing was ready. */
    long retry() {
        return retry;
    }

    /** The one that was chosen last is not done yet: it is its turn again. */
    void keepTurn() {
        turn = chosen;
    }

    private void takeTurn(int index, int weight) {
        sentInTurn = index == turn ? sentInTurn + 1 : 1;
        turn = index;
        if (sentInTurn >= weight) {
            turn = index + 1 < ports.length ? index + 1 : 0;
            sentInTurn = 0;
        }
    }

    /** The only port takes so many turns. */
    void takeTurns(int count) {
        sentInTurn = (sentInTurn + count) % ports[0].weight;
    }

    /** When one of the inputs is ready at the earliest; not before {@code free} is as good as at it. */
    long readyAt(Channel channel, long now, long free) {
        long ready = Agenda.NEVER;
        for (Port port : ports) {
            ready = Math.min(ready, port.readyAt(channel, now));
            if (ready <= free) {
                return free;
            }
        }
        return ready;
    }

    void put(State state) {
        state.put(turn);
        state.put(sentInTurn);
        for (Port port : ports) {
            port.put(state);
        }
    }
}
