package org.p2psim.scenario.evidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.p2p.Client;
import org.p2psim.p2p.Distance;
import org.p2psim.p2p.MapType;
import org.p2psim.topology.Acs;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

class EvidenceFileTest {
    private static final String P2PDMA = """
            {"id":"t1","kernel":"6.12","cpu":{"vendor":"  Shanghai  ","family":7},"hostBridges":[{"domain":"10000",\
            "bus":"e0","devices":[{"bdf":"10000:e0:01.0","vendor":"8086","device":"2030","class":"060400",\
            "type":"root_port","acs":{"cap":"051f","ctl":"001d"},"children":[{"bdf":"10000:e1:00.0","vendor":"144d",\
            "device":"a808","class":"010802","type":"legacy_endpoint","acs":null,"children":[]}]}]}],\
            "queries":[{"provider":"10000:e1:00.0","clients":["10000:e0:01.0","child:10000:e1:00.0","nonpci"],\
            "distance":-1,"mapType":"NOT_SUPPORTED"}],"tags":{"anything":"else"}}
            """.strip();

    private static final String ACS = """
            {"id":"a1","kernel":"5.10","iommu":true,"noats":false,"disableAcsRedir":null,"configAcs":null,"devices":[\
            {"bdf":"0000:00:01.0","parent":null,"vendor":"8086","device":"2030","subvendor":"0000","subdevice":"0000",\
            "externalFacing":false,"untrusted":false,"acs":{"cap":"001f","ctl":"0000"},"ctlWritten":"001d"},\
            {"bdf":"0000:01:00.0","parent":"0000:00:01.0","vendor":"144d","device":"a808","subvendor":"1028",\
            "subdevice":"0001","externalFacing":false,"untrusted":true,"acs":null,"ctlWritten":null}]}
            """.strip();

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("evidence");
    }

    private Evidence only() throws EvidenceException {
        try (EvidenceFile evidence = EvidenceFile.open(file)) {
            Evidence first = evidence.next().orElseThrow();
            assertThat(evidence.next()).isEmpty();
            return first;
        }
    }

    /** Reads the whole file and gives what is wrong with it, without its folder. */
    private String problem() throws EvidenceException {
        try (EvidenceFile evidence = EvidenceFile.open(file)) {
            int lines = 0;
            while (evidence.next().isPresent()) {
                lines++;
            }
            return "nothing in %d lines".formatted(lines);
        } catch (EvidenceException e) {
            return String.valueOf(e.getMessage()).replace(folder + "/", "");
        }
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    @Test
    void aTopologyIsReadWithItsFunctionsInTheOrderOfTheFile() throws Exception {
        Files.writeString(file, P2PDMA + "\n");
        P2pdmaEvidence evidence = (P2pdmaEvidence) only();
        assertThat(evidence.id()).isEqualTo("t1");
        assertThat(evidence.cpu().vendor()).isEqualTo("  Shanghai  ");
        assertThat(evidence.cpu().family()).isEqualTo(7);
        assertThat(evidence.fabric().functions())
                .extracting(PciFunction::address)
                .containsExactly(Bdf.parse("10000:e0:01.0"), Bdf.parse("10000:e1:00.0"));
        PciFunction port = evidence.fabric().function(Bdf.parse("10000:e0:01.0"));
        assertThat(port.type()).isEqualTo(PortType.ROOT_PORT);
        assertThat(port.id()).isEqualTo(DeviceId.parse("8086:2030"));
        assertThat(port.acs()).contains(new Acs(0x1f, 0x1d));
        PciFunction endpoint = evidence.fabric().function(Bdf.parse("10000:e1:00.0"));
        assertThat(endpoint.upstreamBridge()).contains(port.address());
        assertThat(endpoint.acs()).isEmpty();
    }

    @Test
    void clientsAreFunctionsDevicesBelowFunctionsAndDevicesThatAreNotPci() throws Exception {
        Files.writeString(file, P2PDMA);
        P2pdmaEvidence.Query query = ((P2pdmaEvidence) only()).queries().get(0);
        assertThat(query.provider()).isEqualTo(Bdf.parse("10000:e1:00.0"));
        assertThat(query.clients())
                .containsExactly(
                        Client.of(Bdf.parse("10000:e0:01.0")),
                        Client.below(Bdf.parse("10000:e1:00.0"), "child:10000:e1:00.0"),
                        Client.notPci("nonpci"));
    }

    @Test
    void anAnswerHasTheFieldsThatTheFileStates() throws Exception {
        Files.writeString(file, P2PDMA);
        assertThat(((P2pdmaEvidence) only()).queries().get(0).answer().fields())
                .containsExactly(Map.entry("distance", "-1"), Map.entry("mapType", "NOT_SUPPORTED"));
    }

    @ParameterizedTest
    @CsvSource({"5.10,5.10.262", "6.1,6.1.192", "6.12,6.12.107", "7.3,7.3-rc7", "5.15,5.15", "6.6.30,6.6.30"})
    void kernelsHaveShortNames(String name, String release) throws Exception {
        Files.writeString(file, P2PDMA.replace("\"6.12\"", '"' + name + '"'));
        assertThat(((P2pdmaEvidence) only()).kernel()).hasToString(release);
    }

    @Test
    void aBootIsReadWithTheBridgeAboveEachFunction() throws Exception {
        Files.writeString(file, ACS);
        AcsEvidence boot = (AcsEvidence) only();
        assertThat(boot.functions()).hasSize(2);
        assertThat(boot.functions().get(0).written()).contains(0x1d);
        AcsEvidence.Word endpoint = boot.functions().get(1);
        assertThat(endpoint.written()).isEmpty();
        assertThat(endpoint.function().upstreamBridge())
                .contains(boot.functions().get(0).function());
        assertThat(endpoint.function().subsystem()).isEqualTo(DeviceId.parse("1028:0001"));
        assertThat(endpoint.function().untrusted()).isTrue();
    }

    @Test
    void gzipIsKnownByItsFirstBytesAndMayHaveSeveralMembers() throws Exception {
        Files.write(file, gzip(P2PDMA + "\n"));
        Files.write(file, gzip(P2PDMA + "\n\n"), StandardOpenOption.APPEND);
        assertThat(problem()).isEqualTo("nothing in 2 lines");
    }

    @Test
    void linesMayEndAsOnWindowsAndBlankLinesArePassedOver() throws Exception {
        Files.writeString(file, "\r\n" + ACS + "\r\n \t\r\n" + ACS);
        assertThat(problem()).isEqualTo("nothing in 2 lines");
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiterString = "->",
            quoteCharacter = '`',
            value = {
                "\"id\":\"t1\", -> \"id2\":\"t1\", -> id is missing",
                "\"t1\" -> 1 -> id is 1, not text",
                "\"6.12\" -> \"six\" -> kernel: \"six\" is not a kernel release; write version and patch level, as in 6.12 or 6.12.107",
                "\"6.12\" -> \"4.19\" -> kernel: kernel release 4.19: the rules are known from 4.20 on",
                "\"family\":7 -> \"family\":\"7\" -> cpu.family is \"7\", not a whole number from -2^31 to 2^31 - 1",
                "\"family\":7 -> \"family\":7000000000 -> cpu.family is 7000000000, not a whole number from -2^31 to 2^31 - 1",
                "{\"vendor\":\"  Shanghai  \",\"family\":7} -> [] -> cpu.vendor is missing",
                "\"bus\":\"e0\" -> \"bus\":\"1e0\" -> hostBridges[0].bus is \"1e0\", not a hexadecimal number up to \"ff\", without 0x",
                "\"bus\":\"e0\" -> \"bus\":\"0xe0\" -> hostBridges[0].bus is \"0xe0\", not a hexadecimal number up to \"ff\", without 0x",
                "\"type\":\"root_port\" -> \"type\":\"switch\" -> hostBridges[0].devices[0].type: \"switch\" is no type of function; there are host_bridge, root_port, upstream_port, downstream_port, pcie_to_pci_bridge, endpoint, legacy_endpoint, rciep",
                "\"type\":\"root_port\" -> \"type\":\"endpoint\" -> hostBridges[0].devices[0].children: 10000:e0:01.0 is no bridge, so nothing can be below it",
                "\"bdf\":\"10000:e1:00.0\" -> \"bdf\":\"10000:e1:00.8\" -> hostBridges[0].devices[0].children[0].bdf: \"10000:e1:00.8\" is not a PCI address; it looks like 0000:3b:00.0",
                "\"bdf\":\"10000:e1:00.0\" -> \"bdf\":\"10000:e0:01.0\" -> hostBridges: two functions have the address 10000:e0:01.0",
                "\"bdf\":\"10000:e1:00.0\" -> \"bdf\":\"0000:e1:00.0\" -> hostBridges[0].devices[0].children[0].bdf: 0000:e1:00.0 is in another domain than its bridge 10000:e0:01.0",
                "\"domain\":\"10000\" -> \"domain\":\"0000\" -> hostBridges: 10000:e0:01.0 is on root bus 10000:e0: no such bus",
                "\"ctl\":\"001d\" -> \"ctl\":\"00fd\" -> hostBridges[0].devices[0].acs.ctl is \"00fd\", not a hexadecimal number up to \"7f\", without 0x",
                "\"ctl\":\"001d\" -> \"control\":\"001d\" -> hostBridges[0].devices[0].acs.ctl is missing",
                "\"queries\":[ -> \"queries\":{}, \"more\":[ -> queries is {}, not a list in [ ]",
                "\"queries\":[ -> \"queries\":[7, -> queries[0].provider is missing",
                "\"provider\":\"10000:e1:00.0\" -> \"provider\":\"10000:e1:01.0\" -> queries[0].provider: there is no function 10000:e1:01.0 in this topology",
                "child:10000:e1:00.0 -> child:10000:e2:00.0 -> queries[0].clients[1]: there is no function 10000:e2:00.0 in this topology",
                "\"nonpci\" -> \"usb\" -> queries[0].clients[2]: \"usb\" is not a PCI address; it looks like 0000:3b:00.0",
                "\"nonpci\" -> 7 -> queries[0].clients[2] is 7, not text",
                "\"NOT_SUPPORTED\" -> \"DEPENDS_ON\" -> queries[0].mapType: \"DEPENDS_ON\" is no map type; there are BUS_ADDR, THRU_HOST_BRIDGE, NOT_SUPPORTED",
                "\"distance\":-1,\"mapType\" -> \"x\" -> queries[0]: no field of an answer is there: distance, mapType, hops, ...",
                "\"mapType\" -> \"warnings\":[\"HOST_BRIDGE\"],\"mapType\" -> queries[0].warnings[0]: \"HOST_BRIDGE\" is no warning; there are [ACS_REDIRECT, ACS_HINT, HOST_BRIDGE_NOT_LISTED, NO_PATH, NOT_PCI, DMA_VIRT_OPS]",
                "\"mapType\" -> \"hops\":2.5,\"mapType\" -> queries[0].hops is 2.5, not a whole number from -2^31 to 2^31 - 1",
                "\"mapType\" -> \"pairs\":[{\"mapType\":\"BUS_ADDR\"}],\"mapType\" -> queries[0].pairs[0].hops is missing",
            })
    void aWrongFieldIsNamedWithItsLine(String right, String wrong, String message) throws Exception {
        assertThat(P2PDMA).contains(right);
        Files.writeString(file, P2PDMA + "\n" + P2PDMA.replace(right, wrong) + "\n" + P2PDMA);
        assertThat(problem()).isEqualTo("evidence:2: " + message);
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiterString = "->",
            value = {
                "\"iommu\":true -> \"iommu\":\"yes\" -> iommu is \"yes\", not true or false",
                "\"configAcs\":null, -> \"config\":null, -> configAcs is missing",
                "\"parent\":\"0000:00:01.0\" -> \"parent\":\"0000:00:02.0\" -> devices[1].parent: there is no function 0000:00:02.0 before this one",
                "\"bdf\":\"0000:01:00.0\" -> \"bdf\":\"0000:00:01.0\" -> devices[1].bdf: two functions have the address 0000:00:01.0",
                "\"001d\" -> \"1001d\" -> devices[0].ctlWritten is \"1001d\", not a hexadecimal number up to \"ffff\", without 0x",
            })
    void aWrongFieldOfABootIsNamedWithItsLine(String right, String wrong, String message) throws Exception {
        assertThat(ACS).contains(right);
        Files.writeString(file, ACS.replace(right, wrong));
        assertThat(problem()).isEqualTo("evidence:1: " + message);
    }

    @Test
    void brokenJsonIsNamedWithLineAndColumn() throws Exception {
        Files.writeString(file, ACS + "\n" + ACS + "\n" + ACS.substring(0, 40));
        assertThat(problem()).startsWith("evidence:3: not a JSON object: ").endsWith("(column 41)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "->",
            value = {
                "[] -> not a JSON object: evidence is JSON Lines, one case a line",
                "{} {} -> not a JSON object: Trailing token",
                "{\"a\":1,\"a\":2} -> not a JSON object: Duplicate Object property \"a\"",
                "# provider client -> not a JSON object: Unexpected character ('#'",
                "{\"id\":\"x\"} -> the fields [id] are of no evidence known here",
            })
    void whatIsNoEvidenceIsRefusedAtItsFirstLine(String text, String message) throws Exception {
        Files.writeString(file, text + "\n" + ACS);
        assertThat(problem()).startsWith("evidence:1: " + message);
    }

    @Test
    void aBinaryFileIsRefusedWithoutItsBytesInTheMessage() throws Exception {
        byte[] bytes = new byte[100_000];
        new SplittableRandom(7).nextBytes(bytes);
        Files.write(file, bytes);
        assertThat(problem()).startsWith("evidence:1: not a JSON object").matches("\\P{Cntrl}*");
    }

    @Test
    void kindsDoNotMixInOneFile() throws Exception {
        Files.writeString(file, ACS + "\n" + P2PDMA);
        assertThat(problem()).isEqualTo("evidence:2: iommu is missing");
    }

    @Test
    void gzipDataThatIsCutOffIsRefusedWithTheLineItReached() throws Exception {
        byte[] whole = gzip((P2PDMA + "\n").repeat(3000));
        Files.write(file, Arrays.copyOf(whole, whole.length - 20));
        assertThat(problem()).matches("evidence:[0-9]+: the gzip data ends in the middle: the file is not complete");
        byte[] small = gzip(ACS);
        for (int length = 1; length < small.length; length++) {
            Files.write(file, Arrays.copyOf(small, length));
            assertThat(problem()).as("%d bytes", length).startsWith("evidence:").doesNotContain("nothing");
        }
    }

    @Test
    void damagedGzipDataIsRefused() throws Exception {
        byte[] whole = gzip((P2PDMA + "\n").repeat(3000));
        byte[] damaged = whole.clone();
        Arrays.fill(damaged, 20, 60, (byte) 0x5a);
        Files.write(file, damaged);
        assertThat(problem()).startsWith("evidence:").contains("gzip");
        whole[whole.length - 6] ^= 1;
        Files.write(file, whole);
        assertThat(problem())
                .as("a wrong checksum")
                .isEqualTo("evidence:3001: damaged gzip data: Corrupt GZIP trailer");
    }

    @Test
    void garbageIsRefused() throws Exception {
        for (int seed = 1; seed <= 200; seed++) {
            byte[] garbage = new byte[1000];
            new SplittableRandom(seed).nextBytes(garbage);
            Files.write(file, garbage);
            assertThat(problem()).as("seed %d", seed).matches("evidence:[0-9]+: not a JSON object.*");
        }
    }

    @Test
    void aCaseIsGivenBeforeTheNextLineIsRead() throws Exception {
        InputStream endless = new InputStream() {
            private final byte[] line = (ACS + "\n").getBytes(StandardCharsets.UTF_8);
            private int at;

            @Override
            public int read() {
                return line[at++ % line.length];
            }
        };
        try (EvidenceFile evidence = EvidenceFile.of("endless", endless)) {
            for (int i = 0; i < 1000; i++) {
                assertThat(evidence.next()).isPresent();
            }
        }
    }

    @Test
    void aLineThatDoesNotEndIsRefusedBeforeItFillsTheMemory() throws Exception {
        Files.write(file, gzip(" ".repeat(EvidenceLines.LINE_BYTES_MAX + 1)));
        assertThat(problem()).isEqualTo("evidence:1: longer than 16 MiB: evidence is JSON Lines, one case a line");
    }

    @Test
    void deepNestingIsRefused() throws Exception {
        Files.writeString(file, "{\"hostBridges\":" + "[".repeat(100_000));
        assertThat(problem()).startsWith("evidence:1: not a JSON object: Document nesting depth (201) exceeds");
    }

    @Test
    void anEmptyFileIsNotEvidence() throws Exception {
        Files.writeString(file, "\n\n");
        assertThat(problem()).isEqualTo("evidence: empty");
    }

    @Test
    void aMissingFileIsSaidToBeMissing() throws Exception {
        assertThat(problem()).isEqualTo("evidence: no such file or folder");
    }

    @Test
    void anAnswerDiffersInTheFieldsThatAreStatedAndOtherwise() throws Exception {
        Files.writeString(file, P2PDMA);
        P2pdmaAnswer recorded = ((P2pdmaEvidence) only()).queries().get(0).answer();
        P2pdmaAnswer model =
                P2pdmaAnswer.of(new Distance(OptionalInt.of(4), MapType.NOT_SUPPORTED, List.of(), List.of()));
        assertThat(recorded.differenceTo(model)).isEqualTo("distance: recorded -1, model 4");
        assertThat(recorded.differenceTo(recorded)).isEmpty();
    }

    @Test
    void readingStopsAtTheFirstWrongLine() throws Exception {
        Files.writeString(file, ACS + "\n{}\n" + ACS);
        try (EvidenceFile evidence = EvidenceFile.open(file)) {
            assertThat(evidence.next()).isPresent();
            assertThatThrownBy(evidence::next).isInstanceOf(EvidenceException.class);
        }
    }
}
