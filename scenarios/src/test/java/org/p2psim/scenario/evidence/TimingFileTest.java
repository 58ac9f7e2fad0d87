package org.p2psim.scenario.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.scenario.evidence.LinkSetting.Completions;
import org.p2psim.scenario.evidence.TimingRow.BenchRun;
import org.p2psim.scenario.evidence.TimingRow.Cache;
import org.p2psim.scenario.evidence.TimingRow.HostLink;
import org.p2psim.scenario.evidence.TimingRow.Initiator;
import org.p2psim.scenario.evidence.TimingRow.Iommu;
import org.p2psim.scenario.evidence.TimingRow.Operation;
import org.p2psim.scenario.evidence.TimingRow.Pattern;
import org.p2psim.topology.Link;

class TimingFileTest {
    private static final String BANDWIDTH = """
            system,iommu,test,pattern,cache,window,size,gbps,mtrans
            box,off,BW_DMA_RD,Rand,Cold,8192,64,31.906,62.3173
            """;
    private static final String CONFIGS = """
            config,tag,gen,lanes,mps,mrrs,rcb,completions,addr,ecrc
            mine,x,gen4,x4,512,4096,128,rcb,32,1
            """;
    private static final String POINTS = """
            config,op,size,eff_gbps,mtrans_per_s
            mine,write,64,10.5,20.5
            """;

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = folder.resolve("table");
    }

    private static ImmutableList<TimingRow> rows(Path file) throws EvidenceException {
        ImmutableList.Builder<TimingRow> rows = ImmutableList.builder();
        try (TimingFile table = TimingFile.open(file)) {
            for (Optional<TimingRow> row = table.next(); row.isPresent(); row = table.next()) {
                rows.add(row.get());
            }
        }
        return rows.build();
    }

    private static ImmutableList<TimingRow> published(String name) throws Exception {
        return rows(Path.of(TimingFileTest.class.getResource("timing/" + name).toURI()));
    }

    /** Reads the whole file and gives what is wrong with it, without its folder. */
    private String problem() {
        try {
            return "nothing in %d rows".formatted(rows(file).size());
        } catch (EvidenceException e) {
            return String.valueOf(e.getMessage()).replace(folder + "/", "");
        }
    }

    @Test
    void aMeasuredBandwidthSaysWhatWasRun() throws Exception {
        TimingRow.Bandwidth both =
                (TimingRow.Bandwidth) published("bw_sizes.csv").get(3);
        assertThat(both.run())
                .isEqualTo(new BenchRun(
                        "bdw-Xeon-E5-2630v4-dell-t430-s0-s0-s0",
                        Iommu.OFF,
                        Initiator.DMA,
                        Operation.READ_WRITE,
                        Pattern.RANDOM,
                        Cache.HOST_WARM,
                        8192,
                        16));
        assertThat(both.gigabitsPerSecond()).isEqualTo(5.811);
        assertThat(both.megatransfersPerSecond()).isEqualTo(45.4005);
        assertThat(both.place()).endsWith("bw_sizes.csv:5");
    }

    @Test
    void sweepsOverWindowsAreReadByTheirOwnColumns() throws Exception {
        BenchRun run = ((TimingRow.Bandwidth) published("bw_windows.csv").get(0)).run();
        assertThat(run.pattern()).isEqualTo(Pattern.RANDOM);
        assertThat(run.window()).isEqualTo(64 << 20);
        assertThat(run.cache()).isEqualTo(Cache.DEVICE_THRASHED);
        assertThat(run.iommu()).isEqualTo(Iommu.ON_WITHOUT_SUPERPAGES);
        assertThat(run.operation()).isEqualTo(Operation.WRITE);
    }

    @Test
    void latenciesAreOfDmaOrOfCommands() throws Exception {
        TimingRow.Latency dma = (TimingRow.Latency) published("lat_sizes.csv").get(1);
        assertThat(dma.run().initiator()).isEqualTo(Initiator.DMA);
        assertThat(dma.run().operation()).isEqualTo(Operation.READ);
        assertThat(dma.run().pattern()).isEqualTo(Pattern.SEQUENTIAL);
        assertThat(dma.average()).isEqualTo(541.1062749226888);
        assertThat(dma.median()).isEqualTo(546.6666666666666);
        assertThat(dma.lowest()).isEqualTo(506.6666666666667);
        assertThat(dma.highest()).isEqualTo(600.0);
        assertThat(dma.percentile95()).isEqualTo(546.6666666666666);
        assertThat(dma.percentile99p9()).isEqualTo(573.3333333333334);
        TimingRow.Latency command =
                (TimingRow.Latency) published("lat_windows.csv").get(0);
        assertThat(command.run().initiator()).isEqualTo(Initiator.COMMAND);
        assertThat(command.run().operation()).isEqualTo(Operation.WRITE_THEN_READ);
        assertThat(command.run().cache()).isEqualTo(Cache.DEVICE_WARM);
    }

    @Test
    void theLinkOfASystemIsTheFastestOfItsCards() throws Exception {
        List<HostLink> links =
                published("linkcfg.csv").stream().map(HostLink.class::cast).toList();
        HostLink link =
                HostLink.of("ib-Xeon-E5-2620v2_dell-t620-s0-s0-s0", links).orElseThrow();
        assertThat(link.setting()).isEqualTo(new LinkSetting(new Link(3, 8), 256, 512, 64, Completions.MPS, 64, false));
        assertThat(link.tags()).isEqualTo(32);
        assertThat(link.relaxedOrdering()).isTrue();
        assertThat(link.device()).isEqualTo("03:00.0 Ethernet controller: Netronome Systems, Inc. Device");
        assertThat(HostLink.of("another", links)).isEmpty();
    }

    @Test
    void extendedTagsAre256() throws Exception {
        Files.writeString(file, """
                system,dev,mps,mrrs,speed,width,ext_tag,relaxed_ordering,rcb
                box,nic,512,4096,32GT/s,x16,True,False,64
                """);
        assertThat(((HostLink) rows(file).get(0)).tags()).isEqualTo(256);
    }

    @Test
    void anAnalyticPointIsOfTheConfigurationThatItNames() throws Exception {
        TimingRow.AnalyticPoint point =
                (TimingRow.AnalyticPoint) published("analytic.csv").get(0);
        assertThat(point.setting())
                .isEqualTo(new LinkSetting(new Link(3, 8), 256, 512, 64, Completions.RCB, 64, false));
        assertThat(point.operation()).isEqualTo(Operation.READ);
        TimingRow.AnalyticPoint both =
                (TimingRow.AnalyticPoint) published("analytic.csv").get(1);
        assertThat(both.setting())
                .isEqualTo(new LinkSetting(new Link(5, 16), 512, 4096, 64, Completions.MPS, 64, false));
        assertThat(both.operation()).isEqualTo(Operation.READ_WRITE);
    }

    @Test
    void configurationsBesideThePointsExplainTheirNames() throws Exception {
        Files.writeString(file, POINTS);
        assertThat(problem())
                .isEqualTo("table:2: config: \"mine\" is no configuration; it looks like"
                        + " gen3x8-mps256-mrrs512-rcb64-a64-e0");
        Files.writeString(folder.resolve("configs.csv"), CONFIGS);
        assertThat(((TimingRow.AnalyticPoint) rows(file).get(0)).setting())
                .isEqualTo(new LinkSetting(new Link(4, 4), 512, 4096, 128, Completions.RCB, 32, true));
    }

    @Test
    void brokenConfigurationsBesideThePointsAreNamed() throws Exception {
        Files.writeString(file, POINTS);
        Files.writeString(folder.resolve("configs.csv"), CONFIGS.replace("512", "500"));
        assertThat(problem())
                .isEqualTo("configs.csv:2: config: mps must be 128, 256, 512, 1024, 2048 or 4096, not 500");
    }

    @Test
    void aPublishedFigureMayHaveTwoValues() throws Exception {
        ImmutableList<TimingRow> targets = published("p2p_targets.csv");
        TimingRow.PeerTarget first = (TimingRow.PeerTarget) targets.get(0);
        assertThat(first.values()).containsExactly(53.4);
        assertThat(first.conditions())
                .isEqualTo("Gen5 x16 GPU->GPU, Switchtec PM50100, TR Pro 7955WX, iommu off, ACS RR/CR off");
        TimingRow.PeerTarget second = (TimingRow.PeerTarget) targets.get(1);
        assertThat(second.id()).isEqualTo("P42");
        assertThat(second.values()).containsExactly(27.12, 54.21);
        assertThat(second.metric()).isEqualTo("uni/bidir bandwidth");
    }

    @Test
    void columnsMayStandInAnyOrderWithOthersBetween() throws Exception {
        Files.writeString(file, """
                gbps,note,mtrans,size,window,cache,test,iommu,system
                31.906,ours,62.3173,64,8192,Cold,BW_DMA_WR,iommu,box
                """);
        TimingRow.Bandwidth row = (TimingRow.Bandwidth) rows(file).get(0);
        assertThat(row.gigabitsPerSecond()).isEqualTo(31.906);
        assertThat(row.run().iommu()).isEqualTo(Iommu.ON);
    }

    @Test
    void spreadsheetsAddAByteOrderMarkAndCarriageReturns() throws Exception {
        Files.writeString(file, "\ufeff" + BANDWIDTH.replace("\n", "\r\n"));
        assertThat(problem()).isEqualTo("nothing in 1 rows");
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiterString = "->",
            quoteCharacter = '`',
            value = {
                "box,off -> ,off -> system is empty",
                "off -> no -> iommu is \"no\", not one of off, iommu, iommu-nosp",
                "BW_DMA_RD -> BW_DMA -> test is \"BW_DMA\", not one of BW_DMA_RD, BW_DMA_WR, BW_DMA_RW",
                "Rand -> Random -> pattern is \"Random\", not one of Rand, Seq",
                "Cold -> cold -> cache is \"cold\", not one of Cold, HWarm, DWarm, DThrash",
                "8192 -> 8 KiB -> window is \"8 KiB\", not a whole number from 1 to 1099511627776",
                ",64, -> ,0, -> size is \"0\", not a whole number from 1 to 16777216",
                ",64, -> ,8193, -> size is \"8193\", not at most the window of 8192",
                "31.906 -> NaN -> gbps is \"NaN\", not a number that is not negative",
                "31.906 -> -1 -> gbps is \"-1\", not a number that is not negative",
                "62.3173 -> 62,3173 -> 10 cells, but the header names 9 columns",
                ",62.3173 -> `` -> 8 cells, but the header names 9 columns",
                "box -> \"box -> not comma-separated values: a quote does not end on this line, or text follows it",
                "box -> \"b\"ox -> not comma-separated values: a quote does not end on this line, or text follows it",
            })
    void aWrongCellIsNamedWithItsLine(String right, String wrong, String message) throws Exception {
        assertThat(BANDWIDTH).contains(right);
        Files.writeString(file, BANDWIDTH.replace(right, wrong));
        assertThat(problem()).isEqualTo("table:2: " + message);
    }

    @ParameterizedTest
    @CsvSource({
        "gen3x8-mps256-mrrs512-rcb64-a64, is no configuration",
        "gen7x8-mps256-mrrs512-rcb64-a64-e0, PCIe generation must be 1 to 6",
        "gen3x7-mps256-mrrs512-rcb64-a64-e0, link width must be",
        "gen3x8-mps64-mrrs512-rcb64-a64-e0, mps must be",
        "gen3x8-mps256-mrrs768-rcb64-a64-e0, mrrs must be",
        "gen3x8-mps256-mrrs512-rcb32-a64-e0, rcb must be 64 or 128",
    })
    void aConfigurationThatCannotBeIsRefused(String name, String reason) throws Exception {
        Files.writeString(file, POINTS.replace("mine", name));
        assertThat(problem()).startsWith("table:2: config: ").contains(reason);
    }

    @Test
    void aHeaderOfNoKnownTableIsRefusedWithTheKnownOnes() throws Exception {
        Files.writeString(file, "a,b\n1,2\n");
        assertThat(problem())
                .startsWith("table:1: no table of timing has these columns; known are analytic points (config,op,");
    }

    @Test
    void aColumnThatIsNamedTwiceIsRefused() throws Exception {
        Files.writeString(file, BANDWIDTH.replace("pattern", "gbps"));
        assertThat(problem()).isEqualTo("table:1: two columns have the same name");
    }

    @Test
    void anEmptyTableFileIsRefused() throws Exception {
        Files.writeString(file, "");
        assertThat(problem()).isEqualTo("table: empty");
    }

    @Test
    void garbageAfterTheHeaderIsRefusedWithItsLine() throws Exception {
        byte[] header = BANDWIDTH.substring(0, BANDWIDTH.indexOf('\n') + 1).getBytes(StandardCharsets.UTF_8);
        for (int seed = 1; seed <= 200; seed++) {
            byte[] garbage = new byte[header.length + 500];
            new SplittableRandom(seed).nextBytes(garbage);
            System.arraycopy(header, 0, garbage, 0, header.length);
            Files.write(file, garbage);
            assertThat(problem()).as("seed %d", seed).matches("table:[0-9]+: \\P{Cntrl}*");
        }
    }
}
