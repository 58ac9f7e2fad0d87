package org.p2psim.scenario.inventory.sysfs;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;

/** A small machine's sysfs, as a folder or a tarball. */
final class SysfsSketch {
    static final String NO_RESOURCE = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n";

    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> links = new LinkedHashMap<>();

    /** A switch with a GPU and a NIC, a host bridge, a conventional bridge with a display: 64 bytes of config each. */
    static SysfsSketch server() {
        SysfsSketch sketch = new SysfsSketch();
        sketch.function("pci0000:00/0000:00:00.0", "0x060000", "0x8086", "0x2020");
        sketch.function("pci0000:00/0000:00:1e.0", "0x060401", "0x8086", "0x244e", 0, 9, 9);
        sketch.function("pci0000:00/0000:00:1e.0/0000:09:03.0", "0x030000", "0x102b", "0x0532");
        String port = "pci0000:3a/0000:3a:00.0";
        sketch.function(port, "0x060400", "0x8086", "0x2030", 0x3a, 0x3b, 0x3e);
        sketch.function(port + "/0000:3b:00.0", "0x060400", "0x10b5", "0x9797", 0x3b, 0x3c, 0x3e);
        String gpu = port + "/0000:3b:00.0/0000:3c:04.0/0000:3d:00.0";
        sketch.function(port + "/0000:3b:00.0/0000:3c:04.0", "0x060400", "0x10b5", "0x9797", 0x3c, 0x3d, 0x3d);
        sketch.function(gpu, "0x030200", "0x10de", "0x20b0");
        String nic = port + "/0000:3b:00.0/0000:3c:08.0/0000:3e:00.0";
        sketch.function(port + "/0000:3b:00.0/0000:3c:08.0", "0x060400", "0x10b5", "0x9797", 0x3c, 0x3e, 0x3e);
        sketch.function(nic, "0x020000", "0x15b3", "0x101d");
        sketch.file("sys/devices/" + gpu + "/numa_node", "1\n");
        sketch.file("sys/devices/" + nic + "/numa_node", "-1\n");
        sketch.link("sys/devices/" + nic + "/driver", "../../../../../bus/pci/drivers/mlx5_core");
        sketch.link("sys/devices/" + nic + "/iommu_group", "../../../../../../kernel/iommu_groups/17");
        sketch.file("proc/cpuinfo", "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\n\n");
        sketch.file("proc/cmdline", "root=/dev/sda1 iommu=pt\n");
        sketch.file("proc/version", "Linux version 6.1.0-13-amd64 (debian) (gcc) #1 SMP\n");
        return sketch;
    }

    void function(String path, String classCode, String vendor, String device) {
        function(path, classCode, vendor, device, 0, 0, 0);
    }

    private void function(
            String path, String classCode, String vendor, String device, int primary, int secondary, int subordinate) {
        String folder = "sys/devices/" + path;
        file(folder + "/class", classCode + "\n");
        file(folder + "/vendor", vendor + "\n");
        file(folder + "/device", device + "\n");
        byte[] config = header();
        if (secondary != 0) {
            config[0x0e] = 1;
            config[0x18] = (byte) primary;
            config[0x19] = (byte) secondary;
            config[0x1a] = (byte) subordinate;
        }
        files.put(folder + "/config", config);
    }

    /** 64 bytes of configuration space: it decodes memory and has capabilities. */
    static byte[] header() {
        byte[] config = new byte[64];
        config[0x04] = 0x06;
        config[0x06] = 0x10;
        config[0x34] = 0x40;
        return config;
    }

    void file(String path, String text) {
        file(path, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void file(String path, byte[] content) {
        files.put(path, content);
    }

    void link(String path, String target) {
        links.put(path, target);
    }

    /** What GNU tar makes of sysfs: each attribute as long as the size that the kernel claims, filled with zeros. */
    SysfsSketch padded() {
        files.replaceAll((path, content) -> path.startsWith("sys/") ? Arrays.copyOf(content, 4096) : content);
        return this;
    }

    byte[] tar(String prefix) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(prefix + file.getKey(), true);
                entry.setSize(file.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
            for (Map.Entry<String, String> link : links.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(prefix + link.getKey(), TarConstants.LF_SYMLINK, true);
                entry.setLinkName(link.getValue());
                tar.putArchiveEntry(entry);
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    void writeTo(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        for (Map.Entry<String, String> link : links.entrySet()) {
            Path path = folder.resolve(link.getKey());
            Files.createDirectories(path.getParent());
            Files.createSymbolicLink(path, Path.of(link.getValue()));
        }
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] bzip2(byte[] content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new BZip2CompressorOutputStream(bytes)) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
