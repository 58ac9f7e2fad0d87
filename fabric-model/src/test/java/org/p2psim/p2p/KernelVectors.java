package org.p2psim.p2p;

import com.google.common.collect.ImmutableList;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads recorded answers of compiled kernel code: one topology a line. */
final class KernelVectors {
    /** The kernel whose code answered for each name in the files. */
    private static String release(String kernel) {
        return switch (kernel) {
            case "5.10" -> "5.10.262";
            case "6.1" -> "6.1.192";
            case "6.12" -> "6.12.107";
            case "7.3" -> "7.3-rc7";
            default -> kernel;
        };
    }

    record Query(List<String> clients, String provider, JsonNode answer) {}

    record Topology(String id, P2pdma p2pdma, List<Query> queries) {}

    private KernelVectors() {}

    static List<Topology> read(String resource) throws IOException {
        InputStream raw = Objects.requireNonNull(KernelVectors.class.getResourceAsStream(resource));
        JsonMapper json = new JsonMapper();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                resource.endsWith(".gz") ? new GZIPInputStream(raw) : raw, StandardCharsets.UTF_8))) {
            return lines.lines()
                    .map(json::readTree)
                    .map(KernelVectors::topology)
                    .toList();
        }
    }

    private static Topology topology(JsonNode line) {
        List<HostBridge> hostBridges = new ArrayList<>();
        List<PciFunction> functions = new ArrayList<>();
        for (JsonNode bridge : line.get("hostBridges")) {
            int domain = Integer.parseInt(bridge.get("domain").asString(), 16);
            int bus = Integer.parseInt(bridge.get("bus").asString(), 16);
            hostBridges.add(new HostBridge("rc", "s0", domain, bus, IommuMode.OFF, 0, 64, List.of()));
            bridge.get("devices").forEach(device -> add(device, Optional.empty(), functions));
        }
        JsonNode cpu = line.get("cpu");
        Socket socket = new Socket(
                "s0",
                new Cpu(
                        cpu.get("vendor").asString(),
                        cpu.path("family").asInt(0),
                        cpu.path("model").asInt(0)));
        Fabric fabric = Fabric.of(List.of(socket), hostBridges, functions);
        KernelRules rules =
                KernelRules.of(KernelRelease.parse(release(line.get("kernel").asString())));
        List<Query> queries = new ArrayList<>();
        for (JsonNode query : line.get("queries")) {
            List<String> clients =
                    query.get("clients").valueStream().map(JsonNode::asString).toList();
            queries.add(new Query(clients, query.get("provider").asString(), query));
        }
        return new Topology(line.get("id").asString(), new P2pdma(fabric, socket.cpu(), rules), queries);
    }

    private static void add(JsonNode device, Optional<Bdf> parent, List<PciFunction> functions) {
        Bdf address = Bdf.parse(device.get("bdf").asString());
        JsonNode children = device.get("children");
        PortType type = type(device.get("type").asString());
        int secondary = -1;
        if (type.isBridge()) {
            secondary = children.isEmpty()
                    ? 0
                    : Bdf.parse(children.get(0).get("bdf").asString()).bus();
        }
        Optional<Acs> acs = device.get("acs").isNull()
                ? Optional.empty()
                : Optional.of(new Acs(
                        Integer.parseInt(device.get("acs").get("cap").asString(), 16),
                        Integer.parseInt(device.get("acs").get("ctl").asString(), 16)));
        DeviceId id = DeviceId.parse(
                device.get("vendor").asString() + ":" + device.get("device").asString());
        functions.add(PciFunction.of(address, id, type, parent, secondary, acs));
        children.forEach(child -> add(child, Optional.of(address), functions));
    }

    private static PortType type(String name) {
        return name.equals("rciep") ? PortType.RC_INTEGRATED_ENDPOINT : PortType.valueOf(name.toUpperCase(Locale.ROOT));
    }

    static Stream<String> warnings(Distance distance) {
        return distance.messages().stream().map(message -> switch (message.kind()) {
            case HOST_BRIDGE_NOT_LISTED ->
                "HOST_BRIDGE_NOT_LISTED "
                        + message.text().substring(message.text().lastIndexOf(' ') + 1);
            case ACS_REDIRECT, ACS_HINT, NO_PATH, NOT_PCI, DMA_VIRT_OPS ->
                message.kind().name();
        });
    }

    static ImmutableList<String> strings(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).collect(ImmutableList.toImmutableList());
    }
}
