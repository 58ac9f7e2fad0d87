package org.p2psim.report.svg;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.outcome.TransferOutcome.RouteHop;
import org.p2psim.platform.Socket;
import org.p2psim.report.RunLike;
import org.p2psim.report.SampleLifetimes;
import org.p2psim.report.SampleMachines;
import org.p2psim.report.SampleOutcomes;
import org.p2psim.report.SampleServers;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class PicturesTest {
    private static final Pattern CORNER = Pattern.compile("([0-9.]+) ([0-9.]+)");
    private static final Acs REDIRECT = new Acs(0x1f, 0x1d);
    private static final String HOSTILE = "<script>alert('1')</script>\"&]]>\u0000\u001b\u202e\ud800" + "x".repeat(300);
    private static final String RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd";

    static Stream<Named<Supplier<String>>> pictures() {
        return Stream.of(
                        Named.of("bare metal", SampleOutcomes.bareMetal()),
                        Named.of("vm", SampleOutcomes.vm()),
                        Named.of("hostile names", SampleOutcomes.bareMetal(HOSTILE, RIGHT_TO_LEFT)),
                        Named.of("two sockets", large(4)),
                        Named.of("64 endpoints", large(16)),
                        Named.of("double inversion", SampleLifetimes.doubleInversion()),
                        Named.of("reset that waits", SampleLifetimes.merged()),
                        Named.of("three events", SampleLifetimes.three()),
                        Named.of("300 events", SampleLifetimes.many(4)))
                .flatMap(sample -> {
                    RunOutcome run = sample.getPayload();
                    return Stream.<Named<Supplier<String>>>of(
                            Named.of("topology of " + sample.getName(), () -> topology(run)),
                            Named.of("timeline of " + sample.getName(), () -> TimelinePicture.render("p", run)),
                            Named.of("latency of " + sample.getName(), () -> LatencyCurve.render("p", run.transfers())),
                            Named.of(
                                    "link use of " + sample.getName(),
                                    () -> HeatStrip.render("p", run.links(), run.end())));
                });
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void isAnXmlDocumentWithNameDescriptionAndUniqueIds(Supplier<String> picture) {
        Document document = parse(picture.get());

        Element root = document.getDocumentElement();
        List<String> ids = elements(document).stream()
                .map(element -> element.getAttribute("id"))
                .filter(id -> !id.isEmpty())
                .toList();
        assertThat(root.getAttribute("role")).isEqualTo("img");
        assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.startsWith("p-"));
        assertThat(ids).contains(root.getAttribute("aria-labelledby").split(" "));
        assertThat(elements(document)).noneMatch(element -> element.getTagName().equals("script"));
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void isTheSameEveryTime(Supplier<String> picture) {
        assertThat(picture.get()).isEqualTo(picture.get());
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void keepsEverythingInsideItsFrame(Supplier<String> picture) {
        Document document = parse(picture.get());
        String[] frame = document.getDocumentElement().getAttribute("viewBox").split(" ");
        double width = Double.parseDouble(frame[2]);
        double height = Double.parseDouble(frame[3]);

        for (Element rectangle : elements(document, "rect")) {
            assertThat(number(rectangle, "x") + number(rectangle, "width")).isBetween(0.0, width);
            assertThat(number(rectangle, "y") + number(rectangle, "height")).isBetween(0.0, height);
        }
        assertThat(elements(document, "text")).isNotEmpty().allSatisfy(text -> {
            assertThat(number(text, "x")).isBetween(0.0, width);
            assertThat(number(text, "y")).isBetween(0.0, height);
        });
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void textsDoNotLieOnEachOther(Supplier<String> picture) {
        List<Box> boxes = elements(parse(picture.get()), "text").stream()
                .map(PicturesTest::box)
                .toList();
        assertThat(boxes).isNotEmpty();
        for (int i = 0; i < boxes.size(); i++) {
            for (int j = i + 1; j < boxes.size(); j++) {
                Box a = boxes.get(i);
                Box b = boxes.get(j);
                boolean apart = a.right() <= b.x() || b.right() <= a.x() || a.bottom() <= b.y() || b.bottom() <= a.y();
                assertThat(apart).as("%s and %s", a, b).isTrue();
            }
        }
    }

    @Test
    void everyFunctionIsDrawnUnderItsAddress() {
        RunOutcome run = large(16);

        Document document = parse(topology(run));

        assertThat(run.machine().fabric().endpoints()).hasSize(64);
        for (PciFunction function : run.machine().fabric().functions()) {
            Element group = byId(document, "p-" + function.address().toString().replace(':', '-'));
            assertThat(group.getElementsByTagName("title").item(0).getTextContent())
                    .contains(function.name())
                    .contains(function.id().toString());
        }
    }

    @Test
    void aRouteThatTurnsInTheSwitchStaysOutOfTheHostBridge() {
        Document document = parse(topology(SampleOutcomes.bareMetal()));

        assertThat(routeMeetsHostBridge(document, "0000-16")).isFalse();
        assertThat(route(document).getAttribute("class")).contains("direct");
    }

    @Test
    void aRedirectedRouteTurnsInTheHostBridgeAndShowsTheIommu() {
        RunOutcome refused = SampleOutcomes.vm();
        String picture = TopologyPicture.render("p", refused.machine(), List.of(redirected()));

        Document document = parse(picture);

        assertThat(routeMeetsHostBridge(document, "0000-16")).isTrue();
        assertThat(route(document).getAttribute("class")).contains("via");
        assertThat(picture).contains(">I</text>").contains("ACS RR CR");
    }

    @Test
    void transfersOnOneRouteShareALine() {
        TransferOutcome transfer = SampleOutcomes.bareMetal().transfers().get(0);
        Machine machine = SampleOutcomes.bareMetal().machine();

        String picture = TopologyPicture.render("p", machine, List.of(transfer, transfer));

        assertThat(picture).contains("p-route-A").doesNotContain("p-route-B");
    }

    @Test
    void moreThanFourEmptyPortsAreFolded() {
        assertThat(rootPorts(4)).doesNotContain("empty ports").contains("id=\"p-0000-00-03.0\"");
        assertThat(rootPorts(5)).contains("5 empty ports").doesNotContain("id=\"p-0000-00-03.0\"");
    }

    @Test
    void refusalsAndViolationsAreToldInWordsToo() {
        assertThat(TimelinePicture.render("p", SampleOutcomes.vm()))
                .contains("register-mr -EPERM</text>")
                .contains("an invariant broke</text>");
    }

    /** Reset from 30 to 130 ns, the write lands in it at 55 ns. */
    @Test
    void whatComesIntoAResetIsDrawnInsideOfItAndTheMissingNotifyAtItsBeginning() {
        Document document = parse(TimelinePicture.render("p", SampleLifetimes.doubleInversion()));
        Element zone = elements(document).stream()
                .filter(element -> element.getAttribute("class").equals("zone"))
                .findFirst()
                .orElseThrow();
        Element dropped = elements(document).stream()
                .filter(element -> element.getAttribute("class").equals("flight lost"))
                .findFirst()
                .orElseThrow();
        Element untold = elements(document).stream()
                .filter(element -> element.getAttribute("class").equals("untold"))
                .findFirst()
                .orElseThrow();
        double from = number(zone, "x");

        assertThat(number(dropped, "x2")).isStrictlyBetween(from, from + number(zone, "width"));
        assertThat(number(untold, "cx")).isEqualTo(from);
    }

    @Test
    void aResetThatWasToldHasNoMissingNotifyAndAWaitWithoutEndSaysSo() {
        assertThat(TimelinePicture.render("p", SampleLifetimes.merged()))
                .contains("waits for unmap by buf/nic0, 8 ns", "16 TLPs, 4 KiB in flight at revoke of buf")
                .doesNotContain("no notify");
        assertThat(TimelinePicture.render("p", SampleOutcomes.revoked())).contains("never ended (");
    }

    @Test
    void threeHundredEventsKeepTheirWordsInAWidePictureWhoseNamesStayInSight() {
        String picture = TimelinePicture.render("p", SampleLifetimes.many(6));
        Document document = parse(picture);
        long marks = elements(document).stream()
                .filter(element -> element.getAttribute("class").equals("mark"))
                .count();

        assertThat(marks).isGreaterThan(300);
        assertThat(picture.split(" halo", -1).length - 1).isEqualTo((int) marks);
        assertThat(TimelinePicture.names("n", SampleLifetimes.many(6))).contains(">buf1/nic3</text>");
    }

    @Test
    void manyMarksAreCountedAndThePictureSaysSo() {
        List<Event> events = IntStream.range(0, 2_500)
                .mapToObj(i -> new Event(
                        i,
                        Event.NO_OPERATION,
                        i * 1_000L,
                        i * 1_000L,
                        "buf",
                        "map",
                        Event.Kind.DONE,
                        Optional.empty(),
                        "mapped"))
                .toList();

        RunOutcome run = new RunLike(SampleOutcomes.bareMetal()).events(events).outcome();
        assertThat(TimelinePicture.render("p", run)).contains("marks: each bar counts");
    }

    @Test
    void aCompressedTimeAxisSaysThatItIsNotToScale() {
        assertThat(TimelinePicture.render("p", SampleOutcomes.bareMetal())).contains("Time is not to scale");
        assertThat(TimelinePicture.render("p", SampleOutcomes.vm())).doesNotContain("Time is not to scale");
    }

    @Test
    void nothingToShowIsSaid() {
        assertThat(LatencyCurve.render("p", List.of())).contains("No memory request was measured.");
        assertThat(HeatStrip.render("p", List.of(), 0)).contains("No link carried anything.");
    }

    private static RunOutcome large(int perSwitch) {
        return SampleServers.large("v", 2, perSwitch, REDIRECT, IommuMode.TRANSLATING, SampleMachines.EPYC);
    }

    private static String topology(RunOutcome run) {
        return TopologyPicture.render("p", run.machine(), run.transfers());
    }

    private static String rootPorts(int count) {
        List<PciFunction> ports = IntStream.range(0, count)
                .mapToObj(i -> PciFunction.of(
                        new Bdf(0, 0, i, 0),
                        DeviceId.parse("8086:2030"),
                        PortType.ROOT_PORT,
                        Optional.empty(),
                        i + 1,
                        Optional.empty()))
                .toList();
        Fabric fabric = Fabric.of(
                List.of(new Socket("s0", SampleMachines.EPYC)),
                List.of(new HostBridge("rc0", "s0", 0, 0, IommuMode.OFF, 0, 256, List.of())),
                ports);
        return TopologyPicture.render("p", new Machine("6.12", "", SampleMachines.EPYC, fabric), List.of());
    }

    private static TransferOutcome redirected() {
        TransferOutcome direct = SampleOutcomes.bareMetal().transfers().get(0);
        List<RouteHop> route = List.of(
                link(RouteHop.Kind.LINK_UP, "0000:18:00.0"),
                link(RouteHop.Kind.LINK_UP, "0000:16:02.0"),
                new RouteHop(RouteHop.Kind.IOMMU, Optional.empty(), "rc0"),
                new RouteHop(RouteHop.Kind.ROOT_COMPLEX, Optional.empty(), "rc0"),
                link(RouteHop.Kind.LINK_DOWN, "0000:16:02.0"),
                link(RouteHop.Kind.LINK_DOWN, "0000:18:01.0"));
        return new TransferOutcome(
                direct.name(),
                direct.operation(),
                direct.initiator(),
                direct.target(),
                direct.requested(),
                direct.bytes(),
                direct.start(),
                direct.end(),
                Optional.empty(),
                route,
                List.of(),
                direct.slowest(),
                direct.latency());
    }

    private static RouteHop link(RouteHop.Kind kind, String port) {
        return new RouteHop(kind, Optional.of(Bdf.parse(port)), port);
    }

    private static Element route(Document document) {
        NodeList paths = byId(document, "p-route-A").getElementsByTagName("path");
        return (Element) paths.item(1);
    }

    /** True if any corner of route A lies inside the box of a host bridge. */
    private static boolean routeMeetsHostBridge(Document document, String rootBus) {
        Element box = (Element) byId(document, "p-root-bus-" + rootBus)
                .getElementsByTagName("rect")
                .item(0);
        double right = number(box, "x") + number(box, "width");
        double bottom = number(box, "y") + number(box, "height");
        Matcher corner = CORNER.matcher(route(document).getAttribute("d"));
        while (corner.find()) {
            double x = Double.parseDouble(corner.group(1));
            double y = Double.parseDouble(corner.group(2));
            if (x > number(box, "x") && x < right && y > number(box, "y") && y < bottom) {
                return true;
            }
        }
        return false;
    }

    /** The ink of a text, as wide as a common sans-serif face makes it. */
    private static Box box(Element text) {
        String styles = text.getAttribute("class");
        double size =
                styles.contains("small") ? 10.5 : styles.contains("-badge") || styles.contains("-ring") ? 9.5 : 12;
        String shown = text.getLastChild() == null ? "" : text.getLastChild().getTextContent();
        double width = shown.codePointCount(0, shown.length()) * size * 0.5;
        double x = number(text, "x");
        double left = styles.contains("middle") ? x - width / 2 : styles.contains("end") ? x - width : x;
        return new Box(left, number(text, "y") - size * 0.72, width, size * 0.8);
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    private static Element byId(Document document, String id) {
        return elements(document).stream()
                .filter(element -> element.getAttribute("id").equals(id))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no element " + id));
    }

    private static List<Element> elements(Document document) {
        return elements(document, "*");
    }

    private static List<Element> elements(Document document, String tag) {
        NodeList nodes = document.getElementsByTagName(tag);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }

    private static Document parse(String svg) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(svg)));
        } catch (Exception e) {
            throw new AssertionError("not well-formed: " + e.getMessage(), e);
        }
    }
}
