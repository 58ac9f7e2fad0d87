package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.p2p.Client;
import org.p2psim.p2p.KernelMessage;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;
import org.p2psim.scenario.evidence.P2pdmaEvidence.Query;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** Reads a line of p2pdma vectors: a topology with its functions in the order of the kernel's lists, and queries. */
final class P2pdmaReader {
    private static final String INTEGRATED = "rciep";
    private static final String NOT_PCI = "nonpci";
    private static final String CHILD = "child:";

    /** Nothing of a host bridge but its bus counts for the decision. */
    private static final int PAYLOAD = 64;

    private final Fields line;
    private final List<HostBridge> hostBridges = new ArrayList<>();
    private final List<PciFunction> functions = new ArrayList<>();

    private P2pdmaReader(Fields line) {
        this.line = line;
    }

    static P2pdmaEvidence read(Fields line) throws EvidenceException {
        return new P2pdmaReader(line).evidence();
    }

    private P2pdmaEvidence evidence() throws EvidenceException {
        Fields processor = line.object("cpu");
        Cpu cpu = new Cpu(
                processor.text("vendor"),
                processor.wholeNumber("family"),
                processor.has("model") ? processor.wholeNumber("model") : 0);
        Fabric fabric = fabric(new Socket("s0", cpu));
        ImmutableList.Builder<Query> queries = ImmutableList.builder();
        for (Fields query : line.objects("queries")) {
            queries.add(query(query, fabric));
        }
        return new P2pdmaEvidence(line.text("id"), RecordedKernel.read(line), fabric, cpu, queries.build());
    }

    private Fabric fabric(Socket socket) throws EvidenceException {
        ImmutableList<Fields> bridges = line.objects("hostBridges");
        for (Fields bridge : bridges) {
            int domain = bridge.hex("domain", Integer.MAX_VALUE);
            int bus = bridge.hex("bus", 0xff);
            hostBridges.add(
                    new HostBridge("rc", socket.id(), domain, bus, IommuMode.OFF, 0, PAYLOAD, List.of()));
            for (Fields device : bridge.objects("devices")) {
                addFunction(device, Optional.empty());
            }
        }
        try {
            Fabric fabric = Fabric.of(List.of(socket), hostBridges, functions);
            checkRootBuses(bridges, fabric);
            return fabric;
        } catch (IllegalArgumentException e) {
            throw line.wrong("hostBridges", String.valueOf(e.getMessage()));
        }
    }

    /** A function that a file lists below one root bus must not have the address of another. */
    private void checkRootBuses(List<Fields> bridges, Fabric fabric) throws EvidenceException {
        for (int i = 0; i < bridges.size(); i++) {
            for (Fields device : bridges.get(i).objects("devices")) {
                Bdf address = device.parsed("bdf", Bdf::parse);
                if (!fabric.hostBridge(fabric.function(address)).equals(hostBridges.get(i))) {
                    throw device.wrong(
                            "bdf",
                            "%s is not on root bus %s"
                                    .formatted(address, hostBridges.get(i).rootBus()));
                }
            }
        }
    }

    private void addFunction(Fields device, Optional<Bdf> bridge) throws EvidenceException {
        Bdf address = device.parsed("bdf", Bdf::parse);
        PortType type = device.parsed("type", P2pdmaReader::type);
        ImmutableList<Fields> children = device.objects("children");
        if (!type.isBridge() && !children.isEmpty()) {
            throw device.wrong("children", "%s is no bridge, so nothing can be below it".formatted(address));
        }
        if (bridge.isPresent() && bridge.get().domain() != address.domain()) {
            throw device.wrong("bdf", "%s is in another domain than its bridge %s".formatted(address, bridge.get()));
        }
        int secondary = type.isBridge() ? 0 : -1;
        if (!children.isEmpty()) {
            secondary = children.get(0).parsed("bdf", Bdf::parse).bus();
        }
        DeviceId id = new DeviceId(device.hex("vendor", 0xffff), device.hex("device", 0xffff));
        functions.add(PciFunction.of(address, id, type, bridge, secondary, AcsWords.read(device)));
        for (Fields child : children) {
            addFunction(child, Optional.of(address));
        }
    }

    private static PortType type(String name) {
        return Stream.of(PortType.values())
                .filter(type -> name(type).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("\"%s\" is no type of function; there are %s"
                        .formatted(
                                name,
                                Stream.of(PortType.values())
                                        .map(P2pdmaReader::name)
                                        .collect(Collectors.joining(", ")))));
    }

    private static String name(PortType type) {
        return type == PortType.RC_INTEGRATED_ENDPOINT ? INTEGRATED : type.name().toLowerCase(Locale.ROOT);
    }

    private static Query query(Fields query, Fabric fabric) throws EvidenceException {
        Bdf provider = query.parsed("provider", Bdf::parse);
        checkThere(query, "provider", provider, fabric);
        ImmutableList.Builder<Client> clients = ImmutableList.builder();
        for (String text : query.texts("clients")) {
            Client client = client(query, text);
            if (client.function().isPresent()) {
                checkThere(query, "clients", client.function().get(), fabric);
            }
            clients.add(client);
        }
        return new Query(provider, clients.build(), answer(query));
    }

    private static void checkThere(Fields query, String name, Bdf address, Fabric fabric) throws EvidenceException {
        if (fabric.find(address).isEmpty()) {
            throw query.wrong(name, "there is no function " + address + " in this topology");
        }
    }

    private static Client client(Fields query, String text) throws EvidenceException {
        if (text.equals(NOT_PCI)) {
            return Client.notPci(text);
        }
        boolean child = text.startsWith(CHILD);
        try {
            Bdf function = Bdf.parse(child ? text.substring(CHILD.length()) : text);
            return child ? Client.below(function, text) : Client.of(function);
        } catch (IllegalArgumentException e) {
            throw query.wrong("clients", e.getMessage() + ", child:0000:3b:00.0 or nonpci");
        }
    }

    private static P2pdmaAnswer answer(Fields query) throws EvidenceException {
        ImmutableMap.Builder<String, String> stated = ImmutableMap.builder();
        if (query.has("distance")) {
            stated.put("distance", Integer.toString(query.wholeNumber("distance")));
        }
        if (query.has("mapType")) {
            stated.put("mapType", query.parsed("mapType", P2pdmaAnswer::mapType).name());
        }
        if (query.has("hops")) {
            stated.put("hops", hops(query));
        }
        if (query.has("pairs")) {
            List<String> pairs = new ArrayList<>();
            for (Fields pair : query.objects("pairs")) {
                boolean none = pair.isNull("mapType");
                pairs.add(
                        none
                                ? P2pdmaAnswer.NONE
                                : pair.parsed("mapType", P2pdmaAnswer::mapType) + " " + hops(pair));
            }
            stated.put("pairs", P2pdmaAnswer.list(pairs));
        }
        if (query.has("acsList")) {
            stated.put("acsList", query.optionalText("acsList").orElse(P2pdmaAnswer.NONE));
        }
        if (query.has("warnings")) {
            stated.put("warnings", P2pdmaAnswer.list(warnings(query)));
        }
        ImmutableMap<String, String> fields = stated.buildOrThrow();
        if (fields.isEmpty()) {
            throw query.wrong("distance", "missing, and no other field of an answer is there");
        }
        return new P2pdmaAnswer(fields);
    }

    private static String hops(Fields pair) throws EvidenceException {
        return pair.isNull("hops") ? P2pdmaAnswer.NONE : Integer.toString(pair.wholeNumber("hops"));
    }

    private static List<String> warnings(Fields query) throws EvidenceException {
        List<String> warnings = query.texts("warnings");
        for (String warning : warnings) {
            String kind = warning.contains(" ") ? warning.substring(0, warning.indexOf(' ')) : warning;
            if (Stream.of(KernelMessage.Kind.values()).noneMatch(known -> known.name().equals(kind))) {
                throw query.wrong("warnings", "\"%s\" is no warning; there are %s".formatted(
                        warning, List.of(KernelMessage.Kind.values())));
            }
        }
        return warnings;
    }
}
