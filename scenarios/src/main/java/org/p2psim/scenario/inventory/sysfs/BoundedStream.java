package org.p2psim.scenario.inventory.sysfs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Refuses to go on once more was read than allowed: an archive of kilobytes may unpack to terabytes. */
final class BoundedStream extends FilterInputStream {
    private final long mostBytes;
    private long bytes;
    private long allowed;

    BoundedStream(InputStream in, long mostBytes) {
        super(in);
        this.mostBytes = mostBytes;
        this.allowed = mostBytes;
    }

    /** Limits what may be read from here on, within the limit of the whole. */
    void allow(long more) {
        allowed = Math.min(mostBytes, bytes + Math.min(more, mostBytes));
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int read = super.read(target, offset, length);
        count(Math.max(0, read));
        return read;
    }

    @Override
    public long skip(long length) throws IOException {
        long skipped = super.skip(length);
        count(skipped);
        return skipped;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    private void count(long more) throws IOException {
        bytes += more;
        if (bytes > mostBytes) {
            throw new IOException("larger than %d MiB, the limit for a sysfs tree".formatted(mostBytes >> 20));
        }
        if (bytes > allowed) {
            throw new IOException("a header that is larger than any of a sysfs tree");
        }
    }
}
