package org.p2psim.scenario.inventory.sysfs;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.sysfs.SysfsTree.Place;

/** Reads a tarball of a sysfs tree, plain or compressed with gzip or bzip2, without unpacking it. */
final class TarSource {
    /** A server's whole sysfs, each attribute in blocks of 4 KiB, has about half of it. */
    static final long MOST_BYTES = 512L << 20;

    static final int MOST_ENTRIES = 500_000;
    /** What may stand before an entry: long names and extended headers. */
    private static final long MOST_HEADER_BYTES = 64 << 10;

    private static final int RECORD = 512;

    private TarSource() {}

    static void read(String name, InputStream file, SysfsTree tree) throws InventoryException {
        try {
            BoundedStream unpacked = new BoundedStream(unpacked(name, file), MOST_BYTES);
            entries(name, unpacked, tree);
        } catch (IOException e) {
            throw new InventoryException("%s: not a readable archive: %s".formatted(name, e.getMessage()));
        }
    }

    private static InputStream unpacked(String name, InputStream file) throws IOException, InventoryException {
        BufferedInputStream in = new BufferedInputStream(new BoundedStream(file, MOST_BYTES));
        in.mark(4);
        byte[] magic = Arrays.copyOf(in.readNBytes(4), 4);
        in.reset();
        return switch (((magic[0] & 0xff) << 16) | ((magic[1] & 0xff) << 8) | (magic[2] & 0xff)) {
            case 0x1f8b08 -> new GZIPInputStream(in);
            case 0x425a68 -> new BZip2CompressorInputStream(in, true);
            case 0xfd377a ->
                throw new InventoryException("%s: compressed with xz; unpack it with xz -d".formatted(name));
            case 0x28b52f ->
                throw new InventoryException("%s: compressed with zstd; unpack it with zstd -d".formatted(name));
            case 0x504b03 ->
                throw new InventoryException("%s: a zip file; a sysfs tree comes as a tarball".formatted(name));
            default -> in;
        };
    }

    private static void entries(String name, BoundedStream unpacked, SysfsTree tree)
            throws IOException, InventoryException {
        TarArchiveInputStream tar = new TarArchiveInputStream(unpacked);
        unpacked.allow(MOST_HEADER_BYTES);
        int entries = 0;
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (!entry.isCheckSumOK()) {
                throw new InventoryException(
                        "%s: not a tar archive, or a damaged one: the checksum of header %d is wrong"
                                .formatted(name, entries + 1));
            }
            if (++entries > MOST_ENTRIES) {
                throw new InventoryException("%s: more than %d entries".formatted(name, MOST_ENTRIES));
            }
            unpacked.allow(Math.max(0, entry.getSize()) + RECORD);
            entry(tar, entry, tree);
            unpacked.allow(Math.max(0, entry.getSize()) + RECORD + MOST_HEADER_BYTES);
        }
    }

    private static void entry(TarArchiveInputStream tar, TarArchiveEntry entry, SysfsTree tree)
            throws IOException, InventoryException {
        Place place = Place.of(entry.getName());
        if (entry.isSymbolicLink()) {
            tree.link(place, entry.getLinkName());
        } else if (isPlainFile(entry) && tree.wants(place)) {
            byte[] content = tar.readNBytes(SysfsTree.MOST_FILE_BYTES);
            if (tar.read() >= 0 && !tree.mayBeCut(place)) {
                throw new InventoryException("%s: larger than %d KiB, the most that sysfs gives"
                        .formatted(entry.getName(), SysfsTree.MOST_FILE_BYTES >> 10));
            }
            tree.file(place, content);
        }
    }

    private static boolean isPlainFile(TarArchiveEntry entry) {
        byte kind = entry.getLinkFlag();
        return !entry.isDirectory()
                && !entry.isSparse()
                && (kind == TarConstants.LF_NORMAL
                        || kind == TarConstants.LF_OLDNORM
                        || kind == TarConstants.LF_CONTIG);
    }
}
