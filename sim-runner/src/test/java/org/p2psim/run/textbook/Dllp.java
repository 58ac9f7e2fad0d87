package org.p2psim.run.textbook;

/**
 * A DLLP that is due: an Ack, or an UpdateFC with the credits that have become free.
 *
 * @param kind {@link #ACK}, or the number of the flow-control class
 */
record Dllp(long due, int kind, int headers, int data) implements Comparable<Dllp> {
    private static final int ACK = -1;

    static Dllp ack(long due) {
        return new Dllp(due, ACK, 0, 0);
    }

    boolean isUpdate() {
        return kind != ACK;
    }

    @Override
    public int compareTo(Dllp other) {
        return due == other.due ? Integer.compare(kind, other.kind) : Long.compare(due, other.due);
    }
}
