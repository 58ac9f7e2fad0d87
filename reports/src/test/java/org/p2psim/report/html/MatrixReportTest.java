package org.p2psim.report.html;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Matrix;
import org.p2psim.outcome.Note;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.Socket;
import org.p2psim.report.SampleMachines;
import org.p2psim.report.html.MatrixReport.TooLargeException;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

class MatrixReportTest {
    private static final Acs OFF = new Acs(0x1d, 0);
    private static final Acs REDIRECT = new Acs(0x1d, 0x1d);
    private static final Acs NOT_KNOWN = new Acs(0x1d, 0, 0x1d);
    private static final Set<String> VOID = Set.of("meta", "br");
    private static final Pattern TAG = Pattern.compile("<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*?)(/?)>");

    /** Switches with eight endpoints each, each switch below a host bridge of its own. */
    private static Matrix matrix(String name, int switches, Acs acs) {
        List<HostBridge> bridges = new ArrayList<>();
        List<PciFunction> functions = new ArrayList<>();
        for (int domain = 0; domain < switches; domain++) {
            bridges.add(new HostBridge("rc" + domain, "s0", domain, 0, IommuMode.OFF, 0, 256, List.of()));
            Bdf root = new Bdf(domain, 0, 1, 0);
            functions.add(SampleMachines.function(
                    root, "rp" + domain, PortType.ROOT_PORT, Optional.empty(), 1, Optional.of(OFF)));
            Bdf upstream = new Bdf(domain, 1, 0, 0);
            functions.add(SampleMachines.function(
                    upstream, "sw" + domain, PortType.UPSTREAM_PORT, Optional.of(root), 2, Optional.empty()));
            for (int slot = 0; slot < 8; slot++) {
                Bdf port = new Bdf(domain, 2, slot, 0);
                functions.add(SampleMachines.function(
                        port,
                        "dp%d-%d".formatted(domain, slot),
                        PortType.DOWNSTREAM_PORT,
                        Optional.of(upstream),
                        3 + slot,
                        Optional.of(acs)));
                functions.add(SampleMachines.function(
                        new Bdf(domain, 3 + slot, 0, 0),
                        slot == 0 && domain == 0 ? name : "gpu%d-%d".formatted(domain, slot),
                        PortType.ENDPOINT,
                        Optional.of(port),
                        -1,
                        Optional.empty()));
            }
        }
        Cpu cpu = SampleMachines.CASCADE_LAKE;
        Fabric fabric = Fabric.of(List.of(new Socket("s0", cpu)), bridges, functions);
        return new Matrix(
                "server",
                "as-found",
                "6.12",
                fabric,
                new P2pdma(fabric, cpu, KernelRules.of(KernelRelease.parse("6.12"))),
                fabric.endpoints(),
                false,
                List.of(
                        new Note(Note.Kind.ASSUMED, "kernel 6.12, as no uname was captured", ""),
                        new Note(Note.Kind.NOT_KNOWN, "whether there is an IOMMU", "")));
    }

    private static String page(Matrix... matrices) {
        try {
            return MatrixReport.render(List.of(matrices), "1.0");
        } catch (TooLargeException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 9})
    void everyElementIsClosedInItsOrderWhateverTheSize(int switches) {
        String page = page(matrix("gpu0", switches, REDIRECT), matrix("gpu0", 1, NOT_KNOWN));
        Deque<String> open = new ArrayDeque<>();
        Matcher tags = TAG.matcher(page.replaceAll("(?s)<(style|script)>.*?</\\1>", ""));
        while (tags.find()) {
            String name = tags.group(2);
            if (!tags.group(1).isEmpty()) {
                // HTML lets the end of a cell go without saying.
                if (!name.equals("td") && "td".equals(open.peek())) {
                    open.pop();
                }
                assertThat(open.pop()).isEqualTo(name);
            } else if (tags.group(4).isEmpty() && !VOID.contains(name)) {
                if (name.equals("td") && "td".equals(open.peek())) {
                    open.pop();
                }
                open.push(name);
            }
        }
        assertThat(open).isEmpty();
    }

    @Test
    void everyCellLeadsToAReasonAndEveryIdIsUnique() {
        String page = page(matrix("gpu0", 2, REDIRECT), matrix("gpu0", 1, OFF));
        List<String> ids = Pages.found(page, " id=\"([^\"]*)\"");
        assertThat(ids).doesNotHaveDuplicates();
        assertThat(ids).containsAll(Pages.found(page, "href=\"#([^\"]*)\""));
        assertThat(Pages.found(page, "<td class=\"[a-z]+\">(<a href=\"#m[12]-reason)"))
                .hasSize(16 * 15 + 8 * 7);
    }

    @Test
    void nothingIsLoadedFromAnywhere() {
        String page = page(matrix("gpu0", 2, REDIRECT));
        assertThat(Pages.found(page, "(?:src|href|action|data|poster|srcset)=\"([^\"#][^\"]*)\""))
                .isEmpty();
        assertThat(page)
                .contains("default-src 'none'")
                .doesNotContain("unsafe-inline")
                .doesNotContain("<link");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "\"onload=\"alert(1)",
                "</title></style></script>",
                "</td><b>x",
                "${7*7}",
                "\u202eevil",
                "a\u0000b\u001bc"
            })
    void namesFromFilesStayTextInSmallAndLargeTables(String name) {
        String page = page(matrix(name, 1, REDIRECT), matrix(name, 9, REDIRECT));
        assertThat(Pages.found(page, "(<script)")).hasSize(1);
        assertThat(Pages.found(page, "<[^>]*?\\s(on[a-z]+)=")).isEmpty();
        assertThat(page)
                .doesNotContain("<b>x")
                .doesNotContain("\u202e")
                .doesNotContain("\u0000")
                .doesNotContain("\u001b");
    }

    @Test
    void aPairThatDependsShowsBothWaysThatItMayTurnOut() {
        String page = page(matrix("gpu0", 1, NOT_KNOWN));
        assertThat(page)
                .contains("<td class=\"open\">")
                .contains("<span class=\"key direct\">B4</span> <bdi>BUS_ADDR (4) if ACS RR, CR and EC are off at")
                .contains("<span class=\"key no\">N</span> <bdi>NOT_SUPPORTED (-1) if one of them is on at");
    }

    @Test
    void theKernelsMessagesAndAllRedirectingPortsAreThere() {
        assertThat(page(matrix("gpu0", 1, REDIRECT)))
                .contains("ACS redirect is set between the client and provider (0000:03:00.0)")
                .contains("pci=disable_acs_redir=0000:02:00.0;0000:02:01.0");
    }

    @Test
    void whatManyReasonsHaveInCommonIsOneReasonThatStillNamesEveryPortThatRedirects() {
        String page = page(matrix("gpu0", 8, REDIRECT));
        assertThat(Pages.found(page, "(<details class=\"reason\")")).hasSizeBetween(1, 299);
        List<String> ports = new ArrayList<>();
        for (int slot = 0; slot < 8; slot++) {
            ports.add("0000:02:%02x.0".formatted(slot));
        }
        assertThat(Pages.found(page, "pci=disable_acs_redir=([0-9a-f:.;]*)"))
                .anySatisfy(list -> assertThat(list.split(";")).contains(ports.toArray(new String[0])));
    }

    @Test
    void notesAreGroupedAndWhatIsNotKnownComesFirst() {
        String page = page(matrix("gpu0", 1, OFF));
        assertThat(page.indexOf("<h3>Not known</h3>"))
                .isPositive()
                .isLessThan(page.indexOf("<h3>Assumed, because nothing says otherwise</h3>"));
    }

    @Test
    void fiveHundredAndTwelveFunctionsStayBelowSixMegabytesWithACellForEachPair() {
        String page = page(matrix("gpu0", 64, REDIRECT));
        assertThat(page.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(6_000_000);
        assertThat(Pages.found(page, "(<td class=[bhnq]>)")).hasSize(512 * 511);
    }

    @Test
    void moreThan1024FunctionsAreRefusedAndSoAreSeveralPagesInOne() {
        assertThatThrownBy(() -> MatrixReport.render(List.of(matrix("gpu0", 129, OFF)), "1.0"))
                .isInstanceOf(TooLargeException.class)
                .hasMessageContaining("1032 functions");
        Matrix half = matrix("gpu0", 64, OFF);
        assertThatThrownBy(() -> MatrixReport.render(List.of(half, half, half, half, half), "1.0"))
                .isInstanceOf(TooLargeException.class);
    }

    @Test
    void aPageNeedsAMatrix() {
        assertThatThrownBy(() -> MatrixReport.render(List.of(), "1.0")).isInstanceOf(IllegalArgumentException.class);
    }
}
