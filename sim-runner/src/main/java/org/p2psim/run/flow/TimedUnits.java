package org.p2psim.run.flow;

/** Credits that become free at known times, oldest first: a ring that grows to the most that it ever held. */
final class TimedUnits {
    private long[] times = new long[16];
    private int[] headers = new int[16];
    private int[] data = new int[16];
    private int first;
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** @param time ticks, at or after that of the newest entry */
    void add(long time, int headerUnits, int dataUnits) {
        if (size == times.length) {
            grow();
        }
        int at = (first + size++) & (times.length - 1);
        times[at] = time;
        headers[at] = headerUnits;
        data[at] = dataUnits;
    }

    /** @param time ticks, whenever */
    void addInOrder(long time, int headerUnits, int dataUnits) {
        add(time, headerUnits, dataUnits);
        int mask = times.length - 1;
        int at = (first + size - 1) & mask;
        for (int before = (at - 1) & mask; at != first && times[before] > time; before = (before - 1) & mask) {
            times[at] = times[before];
            headers[at] = headers[before];
            data[at] = data[before];
            at = before;
        }
        times[at] = time;
        headers[at] = headerUnits;
        data[at] = dataUnits;
    }

    private void grow() {
        long[] newTimes = new long[2 * size];
        int[] newHeaders = new int[2 * size];
        int[] newData = new int[2 * size];
        for (int i = 0; i < size; i++) {
            int from = (first + i) & (size - 1);
            newTimes[i] = times[from];
            newHeaders[i] = headers[from];
            newData[i] = data[from];
        }
        times = newTimes;
        headers = newHeaders;
        data = newData;
        first = 0;
    }

    int allHeaders() {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += headers(i);
        }
        return sum;
    }

    int allData() {
        int sum = 0;
        for (int i = 0; i < size; i++) {
            sum += data(i);
        }
        return sum;
    }

    /** Of the oldest entry; only if there is one. */
    long time() {
        return times[first];
    }

    int headers() {
        return headers[first];
    }

    int data() {
        return data[first];
    }

    /** @param index 0 for the oldest */
    long time(int index) {
        return times[(first + index) & (times.length - 1)];
    }

    int headers(int index) {
        return headers[(first + index) & (times.length - 1)];
    }

    int data(int index) {
        return data[(first + index) & (times.length - 1)];
    }

    void remove() {
        first = (first + 1) & (times.length - 1);
        size--;
    }

    void shift(long ticks) {
        for (int i = 0; i < size; i++) {
            times[(first + i) & (times.length - 1)] += ticks;
        }
    }
}
