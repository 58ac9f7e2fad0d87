package org.p2psim.scenario.inventory.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.Found;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.Mutation;

/** Archives that are made to do harm, or that were damaged, are refused; nothing of them is written or followed. */
class HostileTreesTest {
    private static final String GPU = "sys/devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0/0000:3c:04.0/0000:3d:00.0/";

    private static Inventory read(InputStream archive) throws InventoryException {
        SysfsTree tree = new SysfsTree();
        TarSource.read(archive, tree);
        return SysfsReader.inventory(tree);
    }

    private static Inventory read(byte[] archive) throws InventoryException {
        return read(new ByteArrayInputStream(archive));
    }

    private static String messageOf(InputStream archive) {
        return Found.messageOf(() -> read(archive));
    }

    private static String messageOf(byte[] archive) {
        return messageOf(new ByteArrayInputStream(archive));
    }

    private static String messageWith(String path, String text) {
        SysfsSketch sketch = SysfsSketch.server();
        sketch.file(path, text);
        return messageOf(sketch.tar(""));
    }

    /** A tar header of a given kind for so many bytes of content. */
    private static byte[] header(String name, byte kind, long size) {
        TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
        entry.setSize(size);
        byte[] header = new byte[512];
        entry.writeEntryHeader(header);
        return header;
    }

    private static void write(OutputStream out, byte[] block, long times) throws IOException {
        for (long i = 0; i < times; i++) {
            out.write(block);
        }
    }

    @Test
    void pathsThatLeaveTheDumpAreRefused() {
        assertThat(messageWith("sys/../../etc/passwd", "x"))
                .isEqualTo("sys/../../etc/passwd: a path that leaves the dump");
        assertThat(messageOf(SysfsSketch.server().tar("/etc/")))
                .endsWith(": an absolute path outside of /sys and /proc");
        assertThat(messageWith("/sysx/a", "x")).isEqualTo("/sysx/a: an absolute path outside of /sys and /proc");
    }

    @Test
    void pathsThatAreDeeperOrLongerThanSysfsAreRefused() {
        assertThat(messageWith("a/".repeat(70) + "b", "x")).endsWith(": deeper than 64 folders");
        assertThat(messageWith("a".repeat(5000), "x"))
                .endsWith("...: a path of 5000 characters; sysfs has none beyond 2048");
    }

    @Test
    void linksAndDevicesInPlaceOfFilesAreNotRead() throws IOException, InventoryException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            for (byte kind : new byte[] {
                TarConstants.LF_LINK,
                TarConstants.LF_SYMLINK,
                TarConstants.LF_CHR,
                TarConstants.LF_FIFO,
                TarConstants.LF_DIR
            }) {
                TarArchiveEntry entry =
                        new TarArchiveEntry(GPU + "vendor" + (kind == TarConstants.LF_DIR ? "/" : ""), kind, true);
                entry.setLinkName("/etc/passwd");
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
            TarArchiveEntry entry = new TarArchiveEntry(GPU + "class", true);
            entry.setSize(9);
            tar.putArchiveEntry(entry);
            tar.write("0x030200\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            tar.closeArchiveEntry();
        }
        Inventory inventory = read(bytes.toByteArray());
        assertThat(Found.at(inventory, "3d:00.0").id()).isEqualTo(DeviceId.NOT_KNOWN);
    }

    @Test
    void twoMachinesInOneArchiveAreRefused() {
        byte[] first = SysfsSketch.server().tar("a/");
        byte[] second = SysfsSketch.server().tar("b/");
        byte[] both = Arrays.copyOf(withoutEnd(first), withoutEnd(first).length + second.length);
        System.arraycopy(second, 0, both, withoutEnd(first).length, second.length);
        assertThat(messageOf(both))
                .isEqualTo("a/sys/devices/pci0000:00/0000:00:00.0 and b/sys/devices/pci0000:00/0000:00:00.0:"
                        + " one function in two places; a dump holds one machine");
    }

    /** An archive without the zeros that end it. */
    private static byte[] withoutEnd(byte[] tar) {
        int end = tar.length;
        while (tar[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOf(tar, (end + 511) / 512 * 512);
    }

    @Test
    void aFunctionOnAnotherRootBusIsRefused() {
        SysfsSketch sketch = SysfsSketch.server();
        sketch.function("pci0000:00/0000:01:00.0", "0x020000", "0x8086", "0x1592");
        assertThat(messageOf(sketch.tar("")))
                .isEqualTo("sys/devices/pci0000:00/0000:01:00.0: 0000:01:00.0 is not on that root bus");
    }

    @Test
    void attributesThatSysfsNeverWritesAreRefusedWithTheirFile() {
        assertThat(messageWith(GPU + "vendor", "nvidia\n"))
                .isEqualTo(GPU + "vendor: \"nvidia\"; sysfs writes a number of up to 0xffff here");
        assertThat(messageWith(GPU + "vendor", "0x10000\n")).startsWith(GPU + "vendor: \"0x10000\"");
        assertThat(messageWith(GPU + "numa_node", "one\n"))
                .isEqualTo(GPU + "numa_node: \"one\"; sysfs writes a number of up to 65535 here");
        assertThat(messageWith(GPU + "resource", "0x0 0x0 0x0\nBAR\n"))
                .startsWith(GPU + "resource: line 2 is \"BAR\"; sysfs writes first address, last address and flags");
        assertThat(messageWith(GPU + "resource", SysfsSketch.NO_RESOURCE.repeat(1000)))
                .startsWith(GPU + "resource: line 33 is ");
        assertThat(messageWith(GPU + "config", "x".repeat(4097)))
                .isEqualTo(GPU + "config: 4097 bytes; configuration space has 64, 256 or 4096");
        assertThat(messageWith(GPU + "resource", " ".repeat(70_000)))
                .isEqualTo(GPU + "resource: larger than 64 KiB, the most that sysfs gives");
    }

    @Test
    void whatIsNoTarballIsRefused() {
        assertThat(messageOf(new byte[0])).startsWith("holds no PCI function");
        assertThat(messageOf(new byte[100_000_000])).startsWith("holds no PCI function");
        assertThat(messageOf("vendor: 0x8086\n".repeat(1000).getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .startsWith("not a");
        assertThat(messageOf(new byte[] {(byte) 0xfd, '7', 'z', 'X', 'Z', 0}))
                .isEqualTo("compressed with xz; unpack it with xz -d");
        assertThat(messageOf(new byte[] {'P', 'K', 3, 4})).isEqualTo("a zip file; a sysfs tree comes as a tarball");
    }

    @Test
    void garbageAfterACompressorsMagicIsRefused() {
        for (long seed = 0; seed < 300; seed++) {
            byte[] bytes = new byte[2000];
            new SplittableRandom(seed).nextBytes(bytes);
            byte[] magic = seed % 2 == 0 ? new byte[] {0x1f, (byte) 0x8b, 8, 0} : new byte[] {'B', 'Z', 'h', '9'};
            System.arraycopy(magic, 0, bytes, 0, magic.length);
            assertThat(messageOf(bytes))
                    .as("seed %d", seed)
                    .doesNotStartWith("read: ")
                    .doesNotContain("null");
        }
    }

    @Test
    void truncatedArchivesAreRefused() {
        byte[] tar = SysfsSketch.server().tar("");
        assertThat(messageOf(Arrays.copyOf(tar, 700))).startsWith("not a readable archive: ");
        byte[] gzip = SysfsSketch.gzip(tar);
        assertThat(messageOf(Arrays.copyOf(gzip, gzip.length / 2))).startsWith("not a readable archive: ");
        byte[] bzip2 = SysfsSketch.bzip2(tar);
        assertThat(messageOf(Arrays.copyOf(bzip2, bzip2.length / 2))).startsWith("not a readable archive: ");
    }

    @Test
    void kilobytesThatUnpackToAGigabyteAreRefusedByTheirSize() throws IOException {
        ByteArrayOutputStream entry = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(entry)) {
            out.write(header("zeros", TarConstants.LF_NORMAL, 16 << 20));
            out.write(new byte[16 << 20]);
        }
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        write(bomb, entry.toByteArray(), 64);
        assertThat(messageOf(bomb.toByteArray()))
                .isEqualTo("not a readable archive: larger than 512 MiB, the limit for a sysfs tree");
    }

    @Test
    void aNameOfAHundredMegabytesIsRefusedAtItsFirst64Kilobytes() throws IOException {
        for (byte kind : new byte[] {TarConstants.LF_GNUTYPE_LONGNAME, TarConstants.LF_PAX_EXTENDED_HEADER_LC}) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (OutputStream out = new GZIPOutputStream(bytes)) {
                out.write(header("long", kind, 100_000_000));
                out.write("99999990 path=".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                byte[] letters = new byte[1 << 20];
                Arrays.fill(letters, (byte) 'a');
                write(out, letters, 96);
            }
            assertThat(messageOf(bytes.toByteArray()))
                    .isEqualTo("not a readable archive: a header that is larger than any of a sysfs tree");
        }
    }

    @Test
    void aHundredThousandHeadersInFrontOfAnEntryAreRefused() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        write(bytes, header("pax", TarConstants.LF_PAX_EXTENDED_HEADER_LC, 0), 100_000);
        assertThat(messageOf(bytes.toByteArray()))
                .isEqualTo("not a readable archive: a header that is larger than any of a sysfs tree");
    }

    @Test
    void halfAMillionEntriesAreRefused() {
        byte[] block = new byte[512 << 10];
        byte[] header = header("empty", TarConstants.LF_NORMAL, 0);
        for (int i = 0; i < block.length; i += header.length) {
            System.arraycopy(header, 0, block, i, header.length);
        }
        InputStream endless = new InputStream() {
            private InputStream now = new ByteArrayInputStream(block);

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (now.available() == 0) {
                    now = new ByteArrayInputStream(block);
                }
                return now.read(target, offset, length);
            }
        };
        assertThat(messageOf(endless)).isEqualTo("more than 500000 entries");
    }

    @Test
    void moreFunctionsThanAnyMachineHasAreRefused() {
        SysfsSketch sketch = new SysfsSketch();
        for (int i = 0; i < 17_000; i++) {
            String bus = "%04x:%02x".formatted(i >> 8, i & 0xff);
            sketch.file("sys/devices/pci%s/%s:00.0/class".formatted(bus, bus), "0x020000\n");
        }
        assertThat(messageOf(sketch.tar(""))).isEqualTo("more than 16384 PCI functions");
    }

    @Test
    void aFolderWithoutATreeIsRefused(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("readme"), "nothing here");
        assertThat(messageOfPath(folder))
                .isEqualTo(
                        folder + ": holds no PCI function; expected sys/devices/pci0000:00/0000:00:00.0 and the like");
        assertThat(messageOfPath(folder.resolve("none"))).startsWith(folder.resolve("none") + ": cannot be read: ");
    }

    private static String messageOfPath(Path path) {
        return Found.messageOf(() -> SysfsReader.read(path));
    }

    @Test
    void damagedArchivesGiveAWholeInventoryOrAMessage() throws IOException {
        Mutation mutation = new Mutation(
                "pci0000:00",
                "0000:00:00.0",
                "../",
                "/",
                "0x",
                "ffffffff",
                "\0",
                "L",
                "K",
                "x",
                "g",
                "S",
                "2",
                "1",
                "-1",
                "config");
        byte[] plain;
        try (InputStream in = new GZIPInputStream(KernelRun.stream("6.12.107-o22-nvme-sriov.tar.gz"))) {
            plain = in.readAllBytes();
        }
        byte[] padded = SysfsSketch.server().padded().tar("m/");
        byte[] compressed = SysfsSketch.bzip2(SysfsSketch.server().tar(""));
        for (long seed = 0; seed < 1500; seed++) {
            byte[] original = seed % 3 == 0 ? plain : seed % 3 == 1 ? padded : compressed;
            byte[] damaged = mutation.of(original, new SplittableRandom(seed));
            Found.assertWholeOrRefused(seed, "", () -> read(damaged));
        }
    }
}
