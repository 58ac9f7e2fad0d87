package org.p2psim.scenario.inventory.sysfs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Note;
import org.p2psim.platform.Cpu;
import org.p2psim.scenario.inventory.Found;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

class SysfsReaderTest {
    private static final String GPU = "sys/devices/pci0000:3a/0000:3a:00.0/0000:3b:00.0/0000:3c:04.0/0000:3d:00.0/";

    @TempDir
    Path folder;

    private Inventory read(byte[] archive) throws InventoryException {
        return SysfsReader.read(written(archive));
    }

    private Path written(byte[] archive) {
        try {
            return Files.write(folder.resolve("machine.tar"), archive);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Inventory read(SysfsSketch sketch) throws InventoryException {
        return read(sketch.tar("machine/"));
    }

    @Test
    void theTreeFollowsFromThePaths() throws InventoryException {
        Inventory inventory = read(SysfsSketch.server());
        assertThat(inventory.format()).isEqualTo("sysfs");
        assertThat(inventory.complete()).isTrue();
        assertThat(inventory.functions()).hasSize(9);
        Found.assertWellFormed(inventory);
        assertThat(Found.at(inventory, "3a:00.0").upstreamBridge()).isEmpty();
        FoundFunction gpu = Found.at(inventory, "3d:00.0");
        assertThat(gpu.upstreamBridge()).hasValue(Bdf.parse("3c:04.0"));
        assertThat(gpu.id()).isEqualTo(DeviceId.parse("10de:20b0"));
        assertThat(gpu.classCode()).hasValue(0x030200);
        assertThat(gpu.numaNode()).hasValue(1);
        FoundFunction nic = Found.at(inventory, "3e:00.0");
        assertThat(nic.numaNode()).isEmpty();
        assertThat(nic.driver()).hasValue("mlx5_core");
        assertThat(nic.iommuGroup()).hasValue(17);
        FoundFunction port = Found.at(inventory, "3b:00.0");
        assertThat(port.secondaryBus()).hasValue(0x3c);
        assertThat(port.subordinateBus()).hasValue(0x3e);
    }

    @Test
    void theHostIsReadFromProc() throws InventoryException {
        Inventory inventory = read(SysfsSketch.server());
        assertThat(inventory.host().cpu()).hasValue(new Cpu("GenuineIntel", 6, 85));
        assertThat(inventory.host().kernel().map(Object::toString)).hasValue("6.1.0-13-amd64");
        assertThat(inventory.host().cmdline()).hasValue("root=/dev/sda1 iommu=pt");
    }

    @Test
    void of64BytesTypesAreDerivedAndAcsIsNotKnown() throws InventoryException {
        Inventory inventory = read(SysfsSketch.server());
        assertThat(Found.at(inventory, "00:00.0").type()).isEqualTo(PortType.HOST_BRIDGE);
        assertThat(Found.at(inventory, "00:1e.0").type()).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
        assertThat(Found.at(inventory, "09:03.0").type()).isEqualTo(PortType.LEGACY_ENDPOINT);
        assertThat(Found.at(inventory, "3a:00.0").type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(Found.at(inventory, "3b:00.0").type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(Found.at(inventory, "3c:08.0").type()).isEqualTo(PortType.DOWNSTREAM_PORT);
        assertThat(inventory.functions())
                .allSatisfy(function -> assertThat(function.acs()).hasValue(Acs.NOT_KNOWN));
        assertThat(Found.notes(inventory, Note.Kind.ASSUMED))
                .containsExactly("port type taken from the place in the tree"
                        + " (0000:00:1e.0, 0000:3a:00.0, 0000:3b:00.0, 0000:3c:04.0, 0000:3c:08.0)");
        assertThat(Found.notes(inventory, Note.Kind.NOT_KNOWN))
                .anyMatch(text -> text.startsWith("ACS, ATS and payload sizes;"));
    }

    @Test
    void whatTarPadsWithZerosReadsAsBefore() throws InventoryException {
        assertThat(read(SysfsSketch.server().padded())).isEqualTo(read(SysfsSketch.server()));
    }

    @Test
    void aFolderAndEveryTarballOfItReadAlike() throws InventoryException, IOException {
        Inventory expected = read(SysfsSketch.server());
        for (String prefix : List.of("", "./", "/", "a/b/machine/")) {
            byte[] tar = SysfsSketch.server().tar(prefix);
            assertThat(read(tar)).as("prefix %s", prefix).isEqualTo(expected);
            assertThat(read(SysfsSketch.gzip(tar)))
                    .as("gzip, prefix %s", prefix)
                    .isEqualTo(expected);
            assertThat(read(SysfsSketch.bzip2(tar)))
                    .as("bzip2, prefix %s", prefix)
                    .isEqualTo(expected);
        }
        Path copy = folder.resolve("copy");
        SysfsSketch.server().writeTo(copy);
        assertThat(SysfsReader.read(copy)).isEqualTo(expected);
        for (Path below : List.of(copy.resolve("sys"), copy.resolve("sys/devices"))) {
            Inventory inventory = SysfsReader.read(below);
            assertThat(inventory.functions()).isEqualTo(expected.functions());
            assertThat(inventory.host().kernel())
                    .as("proc is outside of what was given")
                    .isEmpty();
        }
        assertThat(SysfsReader.read(copy.resolve("sys/devices/pci0000:3a")).functions())
                .isEqualTo(expected.functions().subList(3, 9));
    }

    @Test
    void linksThatLeadOutOfAFolderAreNotFollowed() throws InventoryException, IOException {
        Path copy = folder.resolve("copy");
        SysfsSketch.server().writeTo(copy);
        Path outside = folder.resolve("outside");
        SysfsSketch other = new SysfsSketch();
        other.function("pci0000:80/0000:80:00.0", "0x060000", "0x1022", "0x1480");
        other.file("proc/cpuinfo", "vendor_id: AuthenticAMD\ncpu family: 25\nmodel: 1\n");
        other.writeTo(outside);
        Files.createSymbolicLink(copy.resolve("sys/devices/pci0000:80"), outside.resolve("sys/devices/pci0000:80"));
        Path vendor = copy.resolve(GPU + "vendor");
        Files.delete(vendor);
        Files.createSymbolicLink(vendor, outside.resolve("sys/devices/pci0000:80/0000:80:00.0/vendor"));
        Files.delete(copy.resolve("proc/cpuinfo"));
        Files.createSymbolicLink(copy.resolve("proc/cpuinfo"), outside.resolve("proc/cpuinfo"));
        Inventory inventory = SysfsReader.read(copy);
        assertThat(inventory.functions()).hasSize(9);
        assertThat(Found.at(inventory, "3d:00.0").id()).isNotEqualTo(DeviceId.parse("1022:20b0"));
        assertThat(inventory.host().cpu()).isEmpty();
    }

    @Test
    void aVmdControllersDomainHasARootBusOfItsOwn() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        String vmd = "pci0000:00/0000:00:0e.0";
        sketch.function(vmd, "0x010400", "0x8086", "0x9a0b");
        sketch.function(vmd + "/pci10000:e0/10000:e0:06.0", "0x060400", "0x8086", "0x9a09");
        sketch.function(vmd + "/pci10000:e0/10000:e0:06.0/10000:e1:00.0", "0x010802", "0x144d", "0xa80a");
        Inventory inventory = read(sketch);
        FoundFunction port = Found.at(inventory, "10000:e0:06.0");
        assertThat(port.upstreamBridge()).isEmpty();
        assertThat(port.type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(Found.at(inventory, "10000:e1:00.0").upstreamBridge()).hasValue(Bdf.parse("10000:e0:06.0"));
    }

    @Test
    void whereTheKernelHasLinkFilesAFunctionWithoutThemIsConventional() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        sketch.file(GPU + "max_link_speed", "16.0 GT/s PCIe\n");
        sketch.file(GPU + "max_link_width", "16\n");
        sketch.file(GPU + "current_link_speed", "2.5 GT/s PCIe\n");
        sketch.file(GPU + "current_link_width", "8\n");
        sketch.function("pci0000:00/0000:00:02.0", "0x060400", "0x1b36", "0x0001");
        Inventory inventory = read(sketch);
        FoundFunction gpu = Found.at(inventory, "3d:00.0");
        assertThat(gpu.linkCapability()).hasValue(new Link(4, 16));
        assertThat(gpu.linkStatus()).hasValue(new Link(1, 8));
        assertThat(gpu.type()).isEqualTo(PortType.ENDPOINT);
        assertThat(Found.at(inventory, "00:02.0").type()).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
    }

    @Test
    void barsAndWindowsAreInTheResourceFile() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        String none = SysfsSketch.NO_RESOURCE;
        sketch.file(
                GPU + "resource",
                "0x00000000c5000000 0x00000000c5ffffff 0x0000000000040200\n"
                        + "0x000038b000000000 0x000038bfffffffff 0x000000000014220c\n"
                        + none
                        + "0x0000000000003000 0x000000000000307f 0x0000000000040101\n"
                        + "0x0000000000000000 0x0000000000ffffff 0x0000000020040200\n"
                        + none.repeat(8));
        String port = "sys/devices/pci0000:3a/0000:3a:00.0/";
        sketch.file(
                port + "resource",
                none.repeat(13)
                        + "0x0000000000003000 0x0000000000003fff 0x0000000000000101\n"
                        + "0x00000000c5000000 0x00000000c60fffff 0x0000000000000200\n"
                        + "0x000038b000000000 0x000038c001ffffff 0x0000000000102201\n"
                        + none);
        Inventory inventory = read(sketch);
        assertThat(Found.at(inventory, "3d:00.0").bars())
                .containsExactly(
                        new FoundBar(0, 0xc5000000L, OptionalLong.of(16 << 20), false, false, true),
                        new FoundBar(1, 0x38b000000000L, OptionalLong.of(64L << 30), true, true, true),
                        new FoundBar(4, 0, OptionalLong.of(16 << 20), false, false, false));
        assertThat(Found.at(inventory, "3a:00.0").windows())
                .containsExactly(
                        new Window(new AddressRange(0xc5000000L, 0x1100000), false),
                        new Window(new AddressRange(0x38b000000000L, 0x1002000000L), true));
    }

    @Test
    void kernelsWithoutSriovHaveTheWindowsFourLinesAfterTheRom() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        String none = SysfsSketch.NO_RESOURCE;
        sketch.file(
                "sys/devices/pci0000:3a/0000:3a:00.0/resource",
                none.repeat(8)
                        + "0x00000000c5000000 0x00000000c60fffff 0x0000000000000200\n"
                        + "0x00000000d0000000 0x00000000d01fffff 0x0000000000001201\n"
                        + none);
        assertThat(Found.at(read(sketch), "3a:00.0").windows())
                .containsExactly(
                        new Window(new AddressRange(0xc5000000L, 0x1100000), false),
                        new Window(new AddressRange(0xd0000000L, 0x200000), true));
    }

    @Test
    void aBarOfAFunctionThatDoesNotDecodeMemoryIsNotEnabled() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        byte[] config = SysfsSketch.header();
        config[0x04] = 0;
        sketch.file(GPU + "config", config);
        sketch.file(GPU + "resource", "0x00000000c5000000 0x00000000c5ffffff 0x0000000000040200\n");
        assertThat(Found.at(read(sketch), "3d:00.0").bars())
                .containsExactly(new FoundBar(0, 0xc5000000L, OptionalLong.of(16 << 20), false, false, false));
    }

    @Test
    void busAddressesThatDifferFromCpuAddressesAreACaution() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        byte[] config = SysfsSketch.header();
        config[0x13] = (byte) 0x80;
        sketch.file(GPU + "config", config);
        sketch.file(GPU + "resource", "0x00003efe80000000 0x00003efe80ffffff 0x0000000000040200\n");
        assertThat(Found.notes(read(sketch), Note.Kind.CAUTION))
                .containsExactly("resource shows CPU addresses that are not the bus addresses in the BARs;"
                        + " the CPU addresses were taken (0000:3d:00.0)");
    }

    @Test
    void aFunctionWithoutCapabilitiesHasNoAcs() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        byte[] config = SysfsSketch.header();
        config[0x06] = 0;
        sketch.file(GPU + "config", config);
        FoundFunction gpu = Found.at(read(sketch), "3d:00.0");
        assertThat(gpu.acs()).isEmpty();
        assertThat(gpu.ats()).hasValue(false);
        assertThat(gpu.type()).isEqualTo(PortType.LEGACY_ENDPOINT);
    }

    @Test
    void aFunctionThatDoesNotAnswerIsNotKnown() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        byte[] config = new byte[4096];
        java.util.Arrays.fill(config, (byte) 0xff);
        sketch.file(GPU + "config", config);
        assertThat(Found.at(read(sketch), "3d:00.0").acs()).hasValue(Acs.NOT_KNOWN);
        assertThat(Found.at(read(sketch), "3d:00.0").id()).isEqualTo(DeviceId.parse("10de:20b0"));
    }

    @Test
    void extendedCapabilitiesAreReadAndAListWithoutEndIsLeft() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        byte[] config = java.util.Arrays.copyOf(SysfsSketch.header(), 4096);
        config[0x40] = 0x10;
        config[0x42] = 0x02;
        // ATS at 100h, ACS at 110h, and from there back to 100h.
        put(config, 0x100, 0x1101000f);
        put(config, 0x110, 0x1001000d);
        put(config, 0x114, 0x001d005f);
        sketch.file(GPU + "config", config);
        FoundFunction gpu = Found.at(read(sketch), "3d:00.0");
        assertThat(gpu.type()).isEqualTo(PortType.ENDPOINT);
        assertThat(gpu.acs()).hasValue(new Acs(0x5f, 0x1d));
        assertThat(gpu.ats()).hasValue(true);
    }

    @Test
    void aKernelThatReaches256BytesOfAnExpressFunctionFindsNoAcs() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        byte[] config = java.util.Arrays.copyOf(SysfsSketch.header(), 256);
        config[0x40] = 0x10;
        sketch.file(GPU + "config", config);
        Inventory inventory = read(sketch);
        assertThat(Found.at(inventory, "3d:00.0").acs()).isEmpty();
        assertThat(Found.at(inventory, "3d:00.0").ats()).hasValue(false);
        assertThat(inventory.notes())
                .filteredOn(note ->
                        note.kind() == Note.Kind.ASSUMED && note.source().contains("pci_cfg_space_size()"))
                .singleElement()
                .satisfies(note -> assertThat(note.text())
                        .startsWith("no ACS and no ATS for the kernel")
                        .endsWith("(0000:3d:00.0)"));
    }

    @Test
    void the64BytesOfAnybodySayNothingOfAcsHoweverTarPadsThem() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        sketch.file(GPU + "config", java.util.Arrays.copyOf(SysfsSketch.header(), 256));
        assertThat(Found.at(read(sketch), "3d:00.0").acs()).hasValue(Acs.NOT_KNOWN);
        assertThat(Found.at(read(sketch), "3d:00.0").ats()).isEmpty();
    }

    @Test
    void whereNothingAnswersBeyond256BytesAcsIsNotKnown() throws InventoryException {
        SysfsSketch sketch = SysfsSketch.server();
        byte[] config = java.util.Arrays.copyOf(SysfsSketch.header(), 4096);
        config[0x40] = 0x10;
        java.util.Arrays.fill(config, 256, 4096, (byte) 0xff);
        sketch.file(GPU + "config", config);
        Inventory inventory = read(sketch);
        assertThat(Found.at(inventory, "3d:00.0").acs()).hasValue(Acs.NOT_KNOWN);
        assertThat(Found.notes(inventory, Note.Kind.NOT_KNOWN))
                .anyMatch(text -> text.startsWith("ACS and ATS; they are beyond the first 256 bytes")
                        && text.endsWith("(0000:3d:00.0)"));
    }

    private static void put(byte[] config, int offset, int value) {
        for (int i = 0; i < 4; i++) {
            config[offset + i] = (byte) (value >> (8 * i));
        }
    }

    @Test
    void rootReadsOfABootedMachineGiveWhatLspciShows() throws InventoryException {
        Inventory inventory = SysfsReader.read(KernelRun.path("6.12.107-o13-switch-acs-vtd.tar.gz"));
        assertThat(inventory.host().cpu()).hasValue(new Cpu("GenuineIntel", 6, 94));
        assertThat(inventory.host().kernel().map(Object::toString)).hasValue("6.12.107-p2ptest");
        assertThat(inventory.host().cmdline())
                .hasValueSatisfying(line -> assertThat(line).contains("intel_iommu=on"));
        FoundFunction rootPort = Found.at(inventory, "00:02.0");
        assertThat(rootPort.type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(rootPort.acs()).hasValue(new Acs(0x5f, 0x1d));
        assertThat(rootPort.linkCapability()).hasValue(new Link(4, 32));
        assertThat(rootPort.linkStatus()).hasValue(new Link(1, 1));
        assertThat(rootPort.windows())
                .containsExactly(
                        new Window(new AddressRange(0xfe400000L, 6 << 20), false),
                        new Window(new AddressRange(0xfd800000L, 12 << 20), true));
        FoundFunction upstream = Found.at(inventory, "01:00.0");
        assertThat(upstream.type()).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(upstream.acs()).as("the XIO3130's upstream port has no ACS").isEmpty();
        assertThat(Found.at(inventory, "02:01.0").type()).isEqualTo(PortType.DOWNSTREAM_PORT);
        assertThat(Found.at(inventory, "02:01.0").acs()).hasValue(new Acs(0x5f, 0x1d));
        FoundFunction nvme = Found.at(inventory, "04:00.0");
        assertThat(nvme.type()).isEqualTo(PortType.ENDPOINT);
        assertThat(nvme.iommuGroup()).hasValue(8);
        assertThat(nvme.driver()).hasValue("nvme");
        assertThat(nvme.mps()).hasValue(128);
        assertThat(nvme.mrrs()).hasValue(128);
        assertThat(nvme.bars())
                .containsExactly(
                        new FoundBar(0, 0xfe600000L, OptionalLong.of(16 << 10), false, true, true),
                        new FoundBar(2, 0xfd800000L, OptionalLong.of(4 << 20), true, true, true));
        assertThat(Found.notes(inventory, Note.Kind.ASSUMED)).isEmpty();
    }

    @Test
    void virtualFunctionsStandBesideTheirPhysicalFunction() throws InventoryException {
        Inventory inventory = SysfsReader.read(KernelRun.path("6.12.107-o22-nvme-sriov.tar.gz"));
        FoundFunction virtual = Found.at(inventory, "01:00.2");
        assertThat(virtual.upstreamBridge()).hasValue(Bdf.parse("00:02.0"));
        assertThat(virtual.id()).as("its own vendor register reads ffff").isEqualTo(DeviceId.parse("1b36:0010"));
        assertThat(virtual.description()).hasValue("virtual function of 0000:01:00.0");
        assertThat(virtual.type()).isEqualTo(PortType.ENDPOINT);
        assertThat(virtual.acs()).isEqualTo(Optional.empty());
        assertThat(virtual.bars())
                .containsExactly(new FoundBar(0, 0xfe808000L, OptionalLong.of(16 << 10), false, true, true));
        FoundFunction physical = Found.at(inventory, "01:00.0");
        assertThat(physical.capabilities()).contains("SR-IOV");
        assertThat(physical.bars())
                .as("the BARs of its virtual functions are theirs")
                .hasSize(1);
    }
}
