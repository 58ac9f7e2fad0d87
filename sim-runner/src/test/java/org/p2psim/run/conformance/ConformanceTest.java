package org.p2psim.run.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.outcome.ConformanceOutcome;
import org.p2psim.outcome.ConformanceOutcome.Difference;
import org.p2psim.outcome.ConformanceOutcome.Source;

class ConformanceTest {
    /** Two endpoints below one switch, ACS redirect on at the port of the second; 8086:29c0 is not listed. */
    private static final String SWITCH = """
            {"id":"switch","kernel":"6.12","cpu":{"vendor":"GenuineIntel","family":6},"hostBridges":[{"domain":"0000",\
            "bus":"00","devices":[{"bdf":"0000:00:00.0","vendor":"8086","device":"29c0","type":"host_bridge",\
            "acs":null,"children":[]},{"bdf":"0000:00:01.0","vendor":"1b36","device":"000c","type":"root_port",\
            "acs":null,"children":[{"bdf":"0000:01:00.0","vendor":"104c","device":"8232","type":"upstream_port",\
            "acs":null,"children":[{"bdf":"0000:02:00.0","vendor":"104c","device":"8233","type":"downstream_port",\
            "acs":null,"children":[{"bdf":"0000:03:00.0","vendor":"1b36","device":"0010","type":"endpoint","acs":null,\
            "children":[]}]},{"bdf":"0000:02:01.0","vendor":"104c","device":"8233","type":"downstream_port",\
            "acs":{"cap":"001f","ctl":"0004"},"children":[{"bdf":"0000:04:00.0","vendor":"1b36","device":"0010",\
            "type":"endpoint","acs":null,"children":[]}]}]}]}]}],"queries":[\
            {"provider":"0000:03:00.0","clients":["0000:04:00.0"],"distance":-1,"mapType":"NOT_SUPPORTED","hops":4,\
            "acsList":"0000:02:01.0","warnings":["ACS_REDIRECT","ACS_HINT","HOST_BRIDGE_NOT_LISTED 8086:29c0",\
            "NO_PATH"]},\
            {"provider":"0000:03:00.0","clients":["0000:02:00.0","nonpci"],"distance":-1,"mapType":"NOT_SUPPORTED",\
            "pairs":[{"mapType":"BUS_ADDR","hops":1},{"mapType":null,"hops":null}]},\
            {"provider":"0000:03:00.0","clients":["nonpci"],"distance":-1,"mapType":"NOT_SUPPORTED","hops":null,\
            "acsList":null,"warnings":["NOT_PCI"]},\
            {"provider":"0000:03:00.0","clients":[],"distance":-1,"mapType":"NOT_SUPPORTED","pairs":[]}]}
            """;

    private static final String BOOT = """
            {"id":"boot","kernel":"6.12","iommu":true,"noats":false,"disableAcsRedir":null,"configAcs":null,"devices":[\
            {"bdf":"0000:00:01.0","parent":null,"vendor":"8086","device":"2030","subvendor":"0000","subdevice":"0000",\
            "externalFacing":false,"untrusted":false,"acs":{"cap":"001f","ctl":"0000"},"ctlWritten":"001d"},\
            {"bdf":"0000:01:00.0","parent":"0000:00:01.0","vendor":"144d","device":"a808","subvendor":"0000",\
            "subdevice":"0000","externalFacing":false,"untrusted":false,"acs":null,"ctlWritten":null}]}
            """;

    @TempDir
    private Path folder;

    private Source replay(String text) throws Exception {
        Path file = Files.writeString(folder.resolve("evidence.jsonl"), text);
        return new Conformance(100).replay(List.of(file)).sources().get(0);
    }

    @Test
    void eachQueryAndEachBootIsACase() throws Exception {
        assertThat(replay(SWITCH + SWITCH))
                .isEqualTo(new Source(folder.resolve("evidence.jsonl").toString(), 8, 8, List.of()));
        assertThat(replay(BOOT).cases()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"distance\":-1 | \"distance\":4 | distance: recorded 4, model -1",
                "\"mapType\":\"NOT_SUPPORTED\",\"hops\":4 | \"mapType\":\"BUS_ADDR\",\"hops\":4 | mapType: recorded BUS_ADDR,"
                        + " model NOT_SUPPORTED",
                "\"hops\":4 | \"hops\":5 | hops: recorded 5, model 4",
                "\"hops\":4 | \"hops\":null | hops: recorded none, model 4",
                "\"acsList\":\"0000:02:01.0\" | \"acsList\":null | acsList: recorded none, model 0000:02:01.0",
                "\"ACS_HINT\", | `` | warnings: recorded [ACS_REDIRECT, HOST_BRIDGE_NOT_LISTED 8086:29c0, NO_PATH], model"
                        + " [ACS_REDIRECT, ACS_HINT, HOST_BRIDGE_NOT_LISTED 8086:29c0, NO_PATH]",
                "LISTED 8086:29c0 | LISTED 8086:29c1 | warnings: recorded [ACS_REDIRECT, ACS_HINT, HOST_BRIDGE_NOT_LISTED"
                        + " 8086:29c1, NO_PATH], model [ACS_REDIRECT, ACS_HINT, HOST_BRIDGE_NOT_LISTED 8086:29c0, NO_PATH]"
            })
    void aWrongAnswerIsListedWithWhatWasRecordedAndWhatTheModelSays(String right, String wrong, String difference)
            throws Exception {
        assertThat(SWITCH).contains(right);
        int at = SWITCH.indexOf(right);
        Source source = replay(SWITCH.substring(0, at) + wrong + SWITCH.substring(at + right.length()));
        assertThat(source.agreeing()).isEqualTo(3);
        assertThat(source.differences())
                .containsExactly(
                        new Difference("switch query 1", "provider 0000:03:00.0, clients 0000:04:00.0: " + difference));
    }

    @Test
    void theAnswerForEachOfSeveralClientsIsCompared() throws Exception {
        assertThat(replay(SWITCH.replace("\"hops\":1}", "\"hops\":3}")).differences())
                .containsExactly(new Difference(
                        "switch query 2",
                        "provider 0000:03:00.0, clients 0000:02:00.0, nonpci: pairs: recorded [BUS_ADDR 3, none],"
                                + " model [BUS_ADDR 1, none]"));
    }

    @Test
    void everyFieldThatDiffersIsNamed() throws Exception {
        assertThat(replay(SWITCH.replace(
                                "\"distance\":-1,\"mapType\":\"NOT_SUPPORTED\",\"hops\":4",
                                "\"distance\":4," + "\"mapType\":\"BUS_ADDR\",\"hops\":4"))
                        .differences())
                .extracting(Difference::difference)
                .containsExactly("provider 0000:03:00.0, clients 0000:04:00.0: distance: recorded 4, model -1;"
                        + " mapType: recorded BUS_ADDR, model NOT_SUPPORTED");
    }

    @Test
    void aWrongWordOfABootIsListedWithItsFunction() throws Exception {
        Source source = replay(BOOT.replace("\"ctlWritten\":\"001d\"", "\"ctlWritten\":\"0000\"")
                .replace("\"ctlWritten\":null", "\"ctlWritten\":\"001d\""));
        assertThat(source.differences())
                .containsExactly(new Difference(
                        "boot", "0000:00:01.0: recorded 0000, model 001d; 0000:01:00.0: recorded 001d, model none"));
    }

    @Test
    void differencesAreCountedBeyondThoseThatAreKept() throws Exception {
        Path file = Files.writeString(
                folder.resolve("evidence.jsonl"),
                SWITCH.replace("\"distance\":-1", "\"distance\":7").repeat(5));
        ConformanceOutcome outcome = new Conformance(3).replay(List.of(file));
        assertThat(outcome.cases()).isEqualTo(20);
        assertThat(outcome.agreeing()).isZero();
        assertThat(outcome.sources().get(0).differences())
                .extracting(Difference::id)
                .containsExactly("switch query 1", "switch query 2", "switch query 3");
    }

    @Test
    void oneBadSourceIsNamedWithAllOthersThatAreBad() throws Exception {
        Path good = Files.writeString(folder.resolve("good.jsonl"), BOOT);
        Path bad = Files.writeString(folder.resolve("bad.jsonl"), BOOT + "{\n");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThatThrownBy(() -> new Conformance(100).replay(List.of(empty, good, bad)))
                .isInstanceOf(EvidenceProblems.class)
                .hasMessageMatching(
                        "(?s)" + empty + ": no evidence in this folder[^\n]*\n" + bad + ":2: not a JSON object[^\n]*");
    }

    /** One switch on an EPYC whose ports have ACS redirect on: recorded with 6.12.107. */
    private static final Path SHIPPED =
            Path.of("src", "test", "resources", "conformance", "machines", "6.12.107-o14-switch-acs-epyc");

    private Path machine(String... rows) throws Exception {
        for (String file : List.of("cpuinfo.txt", "uname.txt", "lspci-xxxx.txt")) {
            Files.copy(SHIPPED.resolve(file), folder.resolve(file));
        }
        Files.writeString(
                folder.resolve("p2p.tsv"),
                "# provider\tclient\tdistance\tmap_type\traw_dist\n"
                        + String.join("\n", rows).replace(' ', '\t')
                        + "\n");
        return folder;
    }

    private static Source replay(Path machine) throws Exception {
        return new Conformance(100).replay(List.of(machine)).sources().get(0);
    }

    @Test
    void theRowsOfACapturedMachineAreItsCases() throws Exception {
        assertThat(replay(machine(
                        "0000:03:00.0 0000:03:00.0 0 BUS_ADDR 0",
                        "0000:03:00.0 0000:04:00.0 4 THRU_HOST_BRIDGE 4",
                        "0000:03:00.0 0000:00:1f.2 5 THRU_HOST_BRIDGE 5")))
                .isEqualTo(new Source(folder.toString(), 3, 3, List.of()));
    }

    @ParameterizedTest
    @CsvSource({"4 BUS_ADDR 4", "2 THRU_HOST_BRIDGE 4", "4 THRU_HOST_BRIDGE 2", "-1 NOT_SUPPORTED 4"})
    void distanceMapTypeAndRawDistanceOfARowAreCompared(String wrong) throws Exception {
        List<String> words = Splitter.on(' ').splitToList(wrong);
        assertThat(replay(machine("0000:03:00.0 0000:04:00.0 " + wrong)).differences())
                .containsExactly(new Difference(
                        "p2p.tsv 0000:03:00.0 0000:04:00.0",
                        "recorded %s, distance %s, raw_dist %s; model THRU_HOST_BRIDGE, distance 4, raw_dist 4"
                                .formatted(words.get(1), words.get(0), words.get(2))));
    }

    private void refused(Path machine, String message) {
        assertThatThrownBy(() -> replay(machine))
                .isInstanceOf(EvidenceProblems.class)
                .hasMessageContaining(message);
    }

    @Test
    void aRowOfAFunctionThatTheDumpsDoNotShowIsNamed() throws Exception {
        Path machine = machine("0000:03:00.0 0000:1f:00.0 4 BUS_ADDR 4");
        refused(
                machine,
                machine.resolve("p2p.tsv") + ":2: there is no function 0000:1f:00.0 in the dumps of this machine");
    }

    @Test
    void withoutCpuKernelOrDumpAMachineCannotBeAsked() throws Exception {
        Path machine = machine("0000:03:00.0 0000:04:00.0 4 THRU_HOST_BRIDGE 4");
        Files.writeString(machine.resolve("uname.txt"), "Linux host 4.19.0-18-amd64 #1 SMP x86_64 GNU/Linux\n");
        refused(machine, machine + ": kernel release 4.19.0-18-amd64: the rules are known from 4.20 on");
        Files.delete(machine.resolve("uname.txt"));
        refused(machine, machine + ": the kernel release that answered is not known: there is no uname.txt");
        Files.delete(machine.resolve("cpuinfo.txt"));
        refused(machine, machine + ": the CPU that answered is not known: there is no cpuinfo.txt");
        Files.delete(machine.resolve("lspci-xxxx.txt"));
        refused(machine, machine + ": no lspci*.txt in this folder");
    }
}
