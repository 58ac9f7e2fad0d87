package org.p2psim.scenario.inventory.lspci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.primitives.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.KernelRuns;

/** A damaged or hostile dump gives an inventory or an {@link InventoryException}, and nothing else. */
class HostileDumpTest {
    private static final int ROUNDS = 200;

    private static byte[] seed(SplittableRandom random) {
        String run = KernelRuns.names().get(random.nextInt(KernelRuns.names().size()));
        byte[] text = KernelRuns.bytes(run, "lspci-vvv.txt");
        byte[] config = KernelRuns.bytes(run, "lspci-xxxx.txt");
        return switch (random.nextInt(4)) {
            case 0 -> text.clone();
            case 1 -> config.clone();
            case 2 -> KernelRuns.bytes(run, "lspci-nn.txt").clone();
            default -> Bytes.concat(text, config);
        };
    }

    private static void staysSane(byte[] content, String what) {
        try {
            Inventory inventory = LspciReader.read("dump", content, HostFacts.NONE);
            Set<Bdf> addresses = new HashSet<>();
            for (FoundFunction function : inventory.functions()) {
                assertThat(addresses.add(function.address())).as(what).isTrue();
                assertThat(function.type().isBridge() || function.secondaryBus().isEmpty())
                        .as(what)
                        .isTrue();
            }
        } catch (InventoryException e) {
            assertThat(e).as(what).hasMessageStartingWith("dump: ");
        } catch (RuntimeException | StackOverflowError e) {
            throw new AssertionError(what, e);
        }
    }

    @Test
    void truncatedDumps() {
        for (int round = 0; round < ROUNDS; round++) {
            SplittableRandom random = new SplittableRandom(round);
            byte[] dump = seed(random);
            staysSane(Arrays.copyOf(dump, random.nextInt(dump.length)), "truncated, seed " + round);
        }
    }

    @Test
    void flippedBits() {
        for (int round = 0; round < ROUNDS; round++) {
            SplittableRandom random = new SplittableRandom(round);
            byte[] dump = seed(random);
            int flips = 1 << random.nextInt(12);
            for (int i = 0; i < flips; i++) {
                dump[random.nextInt(dump.length)] ^= (byte) (1 << random.nextInt(8));
            }
            staysSane(dump, "flipped, seed " + round);
        }
    }

    /** Digits stay digits, so that more of the registers are read. */
    @Test
    void otherDigits() {
        for (int round = 0; round < ROUNDS; round++) {
            SplittableRandom random = new SplittableRandom(round);
            byte[] dump = seed(random);
            int changes = 1 << random.nextInt(13);
            for (int i = 0; i < changes; i++) {
                int at = random.nextInt(dump.length);
                if (Character.digit(dump[at], 16) >= 0) {
                    dump[at] = (byte) "0123456789abcdef".charAt(random.nextInt(16));
                }
            }
            staysSane(dump, "digits, seed " + round);
        }
    }

    @Test
    void shuffledLines() {
        for (int round = 0; round < ROUNDS; round++) {
            SplittableRandom random = new SplittableRandom(round);
            List<String> lines = new ArrayList<>(
                    new String(seed(random), StandardCharsets.UTF_8).lines().toList());
            int swaps = 1 << random.nextInt(12);
            for (int i = 0; i < swaps; i++) {
                java.util.Collections.swap(lines, random.nextInt(lines.size()), random.nextInt(lines.size()));
            }
            staysSane(String.join("\n", lines).getBytes(StandardCharsets.UTF_8), "shuffled, seed " + round);
        }
    }

    @Test
    void noise() {
        for (int round = 0; round < ROUNDS; round++) {
            byte[] noise = new byte[20_000];
            new SplittableRandom(round).nextBytes(noise);
            staysSane(noise, "noise, seed " + round);
        }
    }

    @Test
    void aFileWithoutADeviceIsRefusedWithTheCommandToRun() {
        for (String text : List.of("", "hello\n", "-[0000:00]-+-00.0  A\n           \\-01.0-[01]----00.0  B\n")) {
            assertThatThrownBy(() -> LspciReader.read("machine.txt", text.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(InventoryException.class)
                    .hasMessage(
                            "machine.txt: no PCI device in it; it should be what this prints: sudo lspci -vvvnn -xxxx");
        }
    }

    @Test
    void moreThan64MebibytesAreRefused() {
        assertThatThrownBy(() -> LspciReader.read("big", new byte[(64 << 20) + 1]))
                .isInstanceOf(InventoryException.class)
                .hasMessage("big: larger than 64 MiB, the limit for a dump");
    }

    @Test
    void moreThan65536FunctionsAreRefused() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i <= 65_536; i++) {
            text.append("%04x:%02x:%02x.%x Host bridge: A B\n".formatted(i >> 16, i >> 8 & 0xff, i >> 3 & 0x1f, i & 7));
        }
        assertThatThrownBy(() -> LspciReader.read("many", text.toString().getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(InventoryException.class)
                .hasMessage("many: more than 65536 functions");
    }

    /** As many bridges as fit, all of which claim everything: no more work than for others. */
    @Test
    void aDomainFullOfBridges() throws InventoryException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 65_536; i++) {
            text.append("""
                    %02x:%02x.%x PCI bridge: A B
                    \tFlags: fast devsel
                    \tBus: primary=00, secondary=%02x, subordinate=ff, sec-latency=0
                    \tCapabilities: <access denied>

                    """.formatted(i >> 8 & 0xff, i >> 3 & 0x1f, i & 7, (i * 31 & 0xff) | 1));
        }
        Inventory inventory = LspciReader.read("bridges", text.toString().getBytes(StandardCharsets.UTF_8));
        assertThat(inventory.functions()).hasSize(65_536);
    }

    /** Every function claims 65,535 virtual ones. */
    @Test
    void aDomainFullOfPhysicalFunctions() throws InventoryException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 65_536; i++) {
            text.append("""
                    %02x:%02x.%x Ethernet controller: A B
                    \tFlags: fast devsel
                    \tCapabilities: [100 v1] Single Root I/O Virtualization (SR-IOV)
                    \t\tIOVCtl:\tEnable+
                    \t\tInitial VFs: 2, Total VFs: 2, Number of VFs: 65535, Function Dependency Link: 00
                    \t\tVF offset: 0, stride: 0, Device ID: 0010

                    """.formatted(i >> 8 & 0xff, i >> 3 & 0x1f, i & 7));
        }
        Inventory inventory = LspciReader.read("functions", text.toString().getBytes(StandardCharsets.UTF_8));
        assertThat(inventory.functions()).hasSize(65_536);
    }

    @Test
    void lineAfterLineOfBlanksColonsAndBrackets() throws InventoryException {
        String head = "00:00.0 Host bridge: A B\n\tFlags: x\n";
        for (String piece :
                List.of(" ", ":", "a@", "[", "Capabilities: [40] ", "Region 0: Memory at ", "pci=", "(rev ")) {
            String line = piece.repeat(16_000 / piece.length());
            String text = head + (line + "\n").repeat(200);
            assertThat(LspciReader.read("lines", text.getBytes(StandardCharsets.UTF_8))
                            .functions())
                    .hasSize(1);
        }
    }
}
