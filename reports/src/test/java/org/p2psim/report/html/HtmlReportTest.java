package org.p2psim.report.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.RunLike;
import org.p2psim.report.SampleLifetimes;
import org.p2psim.report.SampleOutcomes;
import org.p2psim.report.SampleServers;
import org.xml.sax.InputSource;

class HtmlReportTest {
    private static final List<RunOutcome> TWO = List.of(SampleOutcomes.bareMetal(), SampleOutcomes.vm());
    private static final String PAGE = HtmlReport.render(TWO);
    private static final Pattern SVG = Pattern.compile("<svg.*?</svg>", Pattern.DOTALL);

    @Test
    void theAnswerIsTheFirstParagraphOfTheMainPart() {
        String main = PAGE.substring(PAGE.indexOf("<main>"));
        assertThat(main.substring(main.indexOf("<p")))
                .startsWith("<p class=\"answer\"><bdi>gaudi0 to nic0 works in bare-metal: BUS_ADDR, distance 4");
    }

    @Test
    void everyIdIsUniqueAndEveryInnerLinkLeadsSomewhere() {
        for (List<RunOutcome> runs : List.of(
                SampleServers.fiveVariants(),
                List.of(SampleLifetimes.doubleInversion(), SampleLifetimes.merged(), SampleLifetimes.many(3)))) {
            String page = HtmlReport.render(runs);
            List<String> ids = Pages.found(page, " id=\"([^\"]*)\"");
            assertThat(ids).doesNotHaveDuplicates();
            assertThat(ids).containsAll(Pages.found(page, "href=\"#([^\"]*)\""));
            assertThat(ids).containsAll(Pages.found(page, "url\\(#([^)]*)\\)"));
        }
    }

    @Test
    void nothingIsLoadedFromAnywhere() {
        assertThat(Pages.found(PAGE, "(?:src|href|action|data|poster|srcset)=\"([^\"#][^\"]*)\""))
                .isEmpty();
        assertThat(PAGE).doesNotContain("@import").doesNotContain("<link").doesNotContain("<img");
        assertThat(PAGE).contains("default-src 'none'").doesNotContain("unsafe-inline");
    }

    @Test
    void everyEventVerdictNoteAndDigestAppears() {
        for (RunOutcome run : TWO) {
            assertThat(run.events())
                    .isNotEmpty()
                    .allSatisfy(
                            event -> assertThat(PAGE).contains(event.detail().replace("'", "&#39;")));
            assertThat(run.notes())
                    .isNotEmpty()
                    .allSatisfy(note -> assertThat(PAGE).contains(note.text()));
            assertThat(PAGE).contains(run.provenance().digest());
        }
        assertThat(PAGE).contains("NOT_SUPPORTED").contains("-EPERM").contains("BUS_ADDR, distance 4");
        assertThat(PAGE).contains("cannot be used for peer-to-peer DMA as the client and provider (0000:01:00.0)");
    }

    /** At an instant a link is always all busy or idle: the largest figure is a mean over time too. */
    @Test
    void theLargestUseOfALinkIsThatOfItsBusiestSlice() {
        List<String> heads = Pages.found(PAGE, "<th scope=\"col\" class=\"number\">([^<]*)</th>");
        assertThat(heads).containsSubsequence("Mean", "Busiest slice", "Data").doesNotContain("Peak");
    }

    @Test
    void theCommandThatReproducesItIsThere() {
        assertThat(PAGE).contains("p2psim compare gaudi-dmabuf --seed 1");
        assertThat(HtmlReport.render(List.of(SampleOutcomes.vm())))
                .contains("p2psim run gaudi-dmabuf --variant vm --seed 1");
    }

    @Test
    void theCompleteListOfPortsIsThereThoughTheKernelCutsItsOwn() {
        String page = HtmlReport.render(List.of(SampleServers.twoSockets()));
        assertThat(page).contains("pci=disable_acs_redir=0000:24:00.0;0000:22:00.0;0000:27:00.0;0000:22:01.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>", "\"onload=\"alert(1)", "']]>", "</svg><b>", "</title></style></script>",
                "&lt;img&gt;", "${7*7}", "\u202eevil", "a\u0000b\u001bc", "\uD83D\uDCBE disk"
            })
    void namesFromFilesStayText(String name) {
        String page =
                HtmlReport.render(List.of(SampleOutcomes.bareMetal(name, "nic0"), SampleOutcomes.vm(name, "nic0")));
        assertThat(Pages.found(page, "(<script)")).hasSize(1);
        assertThat(Pages.found(page, "<[^>]*?\\s(on[a-z]+)=")).isEmpty();
        assertThat(page).doesNotContain("\u202e").doesNotContain("\u0000").doesNotContain("\u001b");
        assertThat(Pages.found(page, "(<b>(?=</|<script|alert))")).isEmpty();
        picturesParse(page);
    }

    @Test
    void whatLooksLikeATemplateIsNotEvaluated() {
        assertThat(HtmlReport.render(List.of(SampleOutcomes.bareMetal("${7*7}", "nic0"))))
                .contains("${7*7} to nic0")
                .doesNotContain("49 to nic0");
    }

    @Test
    void veryLongNamesDoNotMakeTheDrawingWide() {
        String page = HtmlReport.render(List.of(SampleOutcomes.bareMetal("x".repeat(5_000), "nic0")));
        assertThat(Pages.found(page, "-host-title[^>]* width=\"(\\d+)"))
                .isNotEmpty()
                .allMatch(width -> Integer.parseInt(width) < 900);
        picturesParse(page);
    }

    @Test
    void everyPictureIsXmlWithTitleAndDescription() {
        picturesParse(PAGE);
        picturesParse(HtmlReport.render(SampleServers.fiveVariants()));
        picturesParse(HtmlReport.render(List.of(SampleLifetimes.doubleInversion(), SampleLifetimes.many(2))));
    }

    @Test
    void everyTableHeadHasAScope() {
        assertThat(Pages.found(PAGE, "(<th(?![^>]*scope=)[ >])")).isEmpty();
        assertThat(PAGE)
                .startsWith("<!doctype html>")
                .contains("<html lang=\"en\">")
                .contains("class=\"skip\"");
    }

    @Test
    void equalOutcomesGiveTheSameBytes() {
        assertThat(HtmlReport.render(List.of(SampleOutcomes.bareMetal(), SampleOutcomes.vm())))
                .isEqualTo(PAGE);
    }

    @Test
    void sixteenDevicesStayBelowAMegabyte() {
        int size =
                HtmlReport.render(SampleServers.fiveVariants().subList(0, 2)).getBytes(StandardCharsets.UTF_8).length;
        assertThat(size).isLessThan(1_000_000);
    }

    @Test
    void ofAThousandTablesTheFirstAreShownAndTheOthersCounted() {
        RunOutcome one = SampleOutcomes.bareMetal();
        RunOutcome thousand = new RunLike(one)
                .sgTables(Collections.nCopies(1000, one.sgTables().get(0)))
                .withoutTransfers()
                .outcome();
        String page = HtmlReport.render(List.of(thousand));
        assertThat(Pages.found(page, "(<td class=\"number\">1 of 1</td>)")).hasSize(32);
        assertThat(page).contains("968 more tables").contains("Nothing is transferred.");
    }

    @Test
    void aPageNeedsARun() {
        assertThatThrownBy(() -> HtmlReport.render(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void samplesAreWrittenForLooking() throws IOException {
        Files.writeString(Path.of("target/sample-two.html"), PAGE);
        Files.writeString(Path.of("target/sample-one.html"), HtmlReport.render(List.of(SampleServers.twoSockets())));
        Files.writeString(Path.of("target/sample-five.html"), HtmlReport.render(SampleServers.fiveVariants()));
        Files.writeString(
                Path.of("target/sample-lifetimes.html"),
                HtmlReport.render(
                        List.of(SampleLifetimes.doubleInversion(), SampleLifetimes.merged(), SampleLifetimes.three())));
        Files.writeString(Path.of("target/sample-many.html"), HtmlReport.render(List.of(SampleLifetimes.many(1))));
        assertThat(Path.of("target/sample-five.html")).isNotEmptyFile();
    }

    private static void picturesParse(String page) {
        List<String> pictures =
                SVG.matcher(page).results().map(MatchResult::group).toList();
        assertThat(pictures).isNotEmpty();
        for (String picture : pictures) {
            assertThat(picture).contains("<title id=").contains("<desc id=");
            try {
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new InputSource(new StringReader(picture)));
            } catch (Exception e) {
                throw new AssertionError(picture, e);
            }
        }
    }
}
