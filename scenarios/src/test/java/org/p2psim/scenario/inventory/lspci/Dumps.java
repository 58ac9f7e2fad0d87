package org.p2psim.scenario.inventory.lspci;

import java.nio.charset.StandardCharsets;
import org.p2psim.address.Bdf;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;

/** Small dumps for tests: text, and configuration spaces built register by register. */
final class Dumps {
    private static final String STATUS =
            "\tStatus: Cap+ 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-\n";
    /** In full, as {@code lspci -vvvnn} prints it for root. */
    static final String ROOT_PORT = """
            00:01.0 PCI bridge [0604]: Example Corp. Root Port [12ab:0001] (rev 04) (prog-if 00 [Normal decode])
            \tControl: I/O+ Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx+
            """ + STATUS + """
            \tNUMA node: 1
            \tIOMMU group: 17
            \tBus: primary=00, secondary=01, subordinate=05, sec-latency=0
            \tMemory behind bridge: fe800000-fe9fffff [size=2M] [32-bit]
            \tPrefetchable memory behind bridge: 0000380000000000-00003bffffffffff [size=4T] [64-bit]
            \tCapabilities: [90] Express (v2) Root Port (Slot+), MSI 00
            \t\tDevCap:\tMaxPayload 512 bytes, PhantFunc 0
            \t\tDevCtl:\tCorrErr- NonFatalErr- FatalErr- UnsupReq-
            \t\t\tMaxPayload 256 bytes, MaxReadReq 512 bytes
            \t\tLnkCap:\tPort #3, Speed 32GT/s, Width x16, ASPM L1, Exit Latency L1 <16us
            \t\tLnkSta:\tSpeed 8GT/s (downgraded), Width x8 (downgraded)
            \tCapabilities: [100 v1] Advanced Error Reporting
            \tCapabilities: [110 v1] Access Control Services
            \t\tACSCap:\tSrcValid+ TransBlk+ ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans-
            \t\tACSCtl:\tSrcValid+ TransBlk- ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans-
            \tKernel driver in use: pcieport

            """;
    /** Below that port, as {@code lspci -vnn} prints it. */
    static final String GPU = """
            01:00.0 VGA compatible controller [0300]: Example [EX/AMP] Big GPU [Big 9000] [12ab:0900] (rev a1)
            \tSubsystem: Example [EX/AMP] Board [12ab:0901]
            \tFlags: bus master, fast devsel, latency 0, IRQ 24, NUMA node 1, IOMMU group 18
            \tMemory at fe800000 (32-bit, non-prefetchable) [size=16M]
            \tMemory at 380000000000 (64-bit, prefetchable) [size=16G]
            \tI/O ports at 3000 [size=128]
            \tCapabilities: [78] Express Legacy Endpoint, MSI 00
            \tCapabilities: [100] Access Control Services
            \tCapabilities: [bb0] Physical Resizable BAR
            \tKernel driver in use: example
            \tKernel modules: example, exampledrm

            """;

    private Dumps() {}

    static Inventory read(String text) {
        return read(text, HostFacts.NONE);
    }

    static Inventory read(String text, HostFacts host) {
        try {
            return LspciReader.read("dump.txt", text.getBytes(StandardCharsets.UTF_8), host);
        } catch (InventoryException e) {
            throw new AssertionError(e);
        }
    }

    static FoundFunction function(Inventory inventory, String address) {
        return function(inventory, Bdf.parse(address));
    }

    static FoundFunction function(Inventory inventory, Bdf wanted) {
        return inventory.functions().stream()
                .filter(function -> function.address().equals(wanted))
                .findFirst()
                .orElseThrow();
    }

    /** The only function of a dump. */
    static FoundFunction only(String text) {
        Inventory inventory = read(text);
        if (inventory.functions().size() != 1) {
            throw new AssertionError(inventory.functions().size() + " functions");
        }
        return inventory.functions().get(0);
    }

    static String notes(Inventory inventory) {
        StringBuilder all = new StringBuilder();
        inventory
                .notes()
                .forEach(note ->
                        all.append(note.kind()).append(' ').append(note.text()).append('\n'));
        return all.toString();
    }

    /** A configuration space whose bytes are 0 until set. */
    static final class Space {
        private final byte[] bytes;

        Space(int size) {
            bytes = new byte[size];
        }

        static Space endpoint(int size) {
            return new Space(size).set(0x00, 0x1234_15b3, 4).set(0x08, 0x02000001, 4);
        }

        static Space bridge(int size) {
            return new Space(size)
                    .set(0x00, 0x000c_1b36, 4)
                    .set(0x08, 0x06040000, 4)
                    .set(0x0e, 0x01, 1)
                    .set(0x19, 0x01, 1)
                    .set(0x1a, 0x01, 1);
        }

        Space set(int offset, long value, int length) {
            for (int i = 0; i < length; i++) {
                bytes[offset + i] = (byte) (value >> (8 * i));
            }
            return this;
        }

        /** A PCI Express capability at 0x80, the only one in the list. */
        Space express(int type) {
            return set(0x06, 0x10, 1).set(0x34, 0x80, 1).set(0x80, 0x0010, 2).set(0x82, 2 | (type << 4), 2);
        }

        /** An extended capability. */
        Space extended(int offset, int id, int next) {
            return set(offset, id | (1 << 16) | ((long) next << 20), 4);
        }

        /** As lspci -x prints it, all bytes of it. */
        String print(String deviceLine) {
            StringBuilder text = new StringBuilder(deviceLine).append('\n');
            for (int row = 0; row < bytes.length; row += 16) {
                text.append("%02x:".formatted(row));
                for (int i = row; i < row + 16; i++) {
                    text.append(" %02x".formatted(bytes[i]));
                }
                text.append('\n');
            }
            return text.append('\n').toString();
        }
    }
}
