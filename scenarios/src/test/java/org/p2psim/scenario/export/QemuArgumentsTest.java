package org.p2psim.scenario.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.Plan;
import org.p2psim.virtual.VirtualMachine;
import org.p2psim.virtual.VirtualMachine.MachineType;

class QemuArgumentsTest {
    static Stream<Arguments> guests() {
        return IntStream.of(1, 2, 31, 60, 240)
                .boxed()
                .flatMap(count -> Stream.of(MachineType.values()).map(type -> Arguments.of(count, type)));
    }

    /** The command's lines without the comments above it, checked to be one command. */
    private static List<String> command(String text) {
        assertThat(text).endsWith("\n").doesNotContain("\n\n");
        List<String> lines = Splitter.on('\n').omitEmptyStrings().splitToList(text).stream()
                .filter(line -> !line.startsWith("# "))
                .toList();
        assertThat(lines).first().isEqualTo("qemu-system-x86_64 \\");
        assertThat(lines.subList(0, lines.size() - 1)).allMatch(line -> line.endsWith(" \\"));
        assertThat(lines).last().asString().doesNotContain("\\");
        List<String> arguments = lines.subList(1, lines.size()).stream()
                .map(line -> line.endsWith(" \\") ? line.substring(0, line.length() - 2) : line)
                .toList();
        assertThat(arguments).allMatch(line -> line.startsWith("  -"));
        return arguments.stream().map(String::strip).toList();
    }

    private static GuestTree tree(List<String> command) {
        GuestTree tree = new GuestTree();
        for (String argument : command) {
            if (argument.startsWith("-device ")) {
                device(argument.substring("-device ".length()), tree);
            }
        }
        return tree;
    }

    private static void device(String argument, GuestTree tree) {
        List<String> parts = Splitter.on(',').splitToList(argument);
        Map<String, String> properties = new HashMap<>();
        for (String part : parts.subList(1, parts.size())) {
            List<String> pair = Splitter.on('=').splitToList(part);
            assertThat(properties.put(pair.get(0), pair.get(1))).isNull();
        }
        String bus = Objects.requireNonNull(properties.get("bus"));
        List<String> address = Splitter.on('.').splitToList(Objects.requireNonNull(properties.get("addr")));
        int devfn = Integer.parseInt(address.get(0), 16) << 3 | Integer.parseInt(address.get(1), 16);
        boolean multifunction = "on".equals(properties.get("multifunction"));
        if (parts.get(0).equals("pcie-root-port")) {
            assertThat(bus).isEqualTo("pcie.0");
            tree.rootPort(
                    Objects.requireNonNull(properties.get("id")),
                    devfn,
                    multifunction,
                    Integer.parseInt(properties.get("chassis")),
                    Integer.parseInt(properties.get("slot")));
        } else {
            assertThat(parts.get(0)).isEqualTo("vfio-pci");
            Bdf host = Bdf.parse(Objects.requireNonNull(properties.get("host")));
            if (bus.equals("pci.0")) {
                tree.onRootBus(host, devfn, multifunction);
            } else {
                assertThat(devfn).isZero();
                tree.belowRootPort(bus, host);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("guests")
    void qemuBuildsTheTreeThatTheModelWorksWith(int count, MachineType type) throws ExportException {
        Plan plan = Machines.allPassedThrough(Machines.gpus(count), type);
        List<String> command = command(QemuArguments.of(plan));
        assertThat(tree(command).places(type)).hasSize(count).isEqualTo(GuestTree.modelled(plan));
    }

    @ParameterizedTest
    @CsvSource({"gaudi-rdma, vm", "vm-zen, vm-amd", "vm-zen, vm-intel"})
    void shippedGuestsToo(String scenario, String variant) throws ExportException {
        Plan plan = Machines.shipped(scenario, variant);
        assertThat(tree(command(QemuArguments.of(plan))).places(MachineType.Q35))
                .isEqualTo(GuestTree.modelled(plan));
    }

    @Test
    void qemusOwnDevicesStayOutOfTheSlots() throws ExportException {
        List<String> command = command(QemuArguments.of(Machines.shipped("gaudi-rdma", "vm")));
        assertThat(command).contains("-machine q35,accel=kvm", "-vga none", "-nic none");
        Plan i440fx = Machines.allPassedThrough(Machines.gpus(2), MachineType.I440FX);
        assertThat(command(QemuArguments.of(i440fx))).contains("-machine pc,accel=kvm", "-vga none", "-nic none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GenuineIntel | 6 | 85 | host",
                "AuthenticAMD | 25 | 1 | host,vendor=AuthenticAMD,family=25,model=1",
                "GenuineIntel | 6 | 143 | host,vendor=GenuineIntel,family=6,model=143",
                "AuthenticAMD | 23 | 0 | host,vendor=AuthenticAMD,family=23",
            })
    void theCpuIsTheHostsWithWhatTheGuestSeesDifferently(String vendor, int family, int model, String cpu)
            throws ExportException {
        Plan plan = Machines.withGuest(Machines.gpus(1), MachineType.Q35, new Cpu(vendor, family, model));
        assertThat(command(QemuArguments.of(plan))).contains("-cpu " + cpu);
    }

    @Test
    void aVendorIsQuotedForTheShell() throws ExportException {
        Plan plan = Machines.withGuest(Machines.gpus(1), MachineType.Q35, new Cpu("O'Neil $(ls)", 6, 1));
        assertThat(command(QemuArguments.of(plan))).contains("-cpu 'host,vendor=O'\\''Neil $(ls),family=6,model=1'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ARM", "GenuineIntel+", "Genuine,ntel", "Genuine\nntel", "Genuineéntel"})
    void aVendorThatCpuidCannotGiveIsRefused(String vendor) {
        Plan plan = Machines.withGuest(Machines.gpus(1), MachineType.Q35, new Cpu(vendor, 6, 1));
        assertThatThrownBy(() -> QemuArguments.of(plan))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("GenuineIntel");
    }

    @Test
    void aTitleStaysInItsComment() throws ExportException {
        Plan plan =
                Machines.titled(Machines.shipped("gaudi-rdma", "vm"), "x\nrm -rf / \r\u001b[201~ \u2028 $(reboot) \\");
        String text = QemuArguments.of(plan);
        assertThat(text).contains("# x\\u{a}rm -rf / \\u{d}\\u{1b}[201~ \\u{2028} $(reboot) \\\n");
        assertThat(command(text)).isEqualTo(command(QemuArguments.of(Machines.shipped("gaudi-rdma", "vm"))));
    }

    @Test
    void largeBarsComeWithWhatFirmwareNeeds() throws ExportException {
        // 32 GiB + 128 MiB + 128 MiB take 64 GiB with their alignment, the NIC's 32 MiB then the next power of two.
        assertThat(QemuArguments.of(Machines.shipped("gaudi-rdma", "vm")))
                .contains("128 GiB", "-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=131072");
        assertThat(QemuArguments.of(Machines.allPassedThrough(Machines.gpus(60), MachineType.Q35)))
                .doesNotContain("fw_cfg");
    }

    @Test
    void aVariantWithoutVirtualMachineIsRefused() {
        assertThatThrownBy(() -> QemuArguments.of(Machines.shipped("gaudi-rdma", "bare-metal")))
                .isInstanceOf(ExportException.class)
                .hasMessage(
                        "variant bare-metal has no virtual machine; name one with --variant, or give --passthrough");
    }

    @Test
    void moreFunctionsThanSlotsAreRefused() {
        Plan plan = Machines.allPassedThrough(Machines.gpus(241), MachineType.Q35);
        assertThatThrownBy(() -> QemuArguments.of(plan))
                .isInstanceOf(ExportException.class)
                .hasMessageContaining("240 functions at most");
    }

    @Test
    void aFunctionTwiceIsRefused() {
        Plan host = Machines.gpus(1);
        Bdf gpu = host.fabric().endpoints().get(0).address();
        VirtualMachine machine =
                new VirtualMachine(MachineType.Q35, List.of(gpu, gpu), Machines.SKYLAKE, KernelRelease.parse("6.1"));
        assertThatThrownBy(() -> QemuArguments.of(host.with(machine)))
                .isInstanceOf(ExportException.class)
                .hasMessage("variant host: a function is passed through twice");
    }
}
