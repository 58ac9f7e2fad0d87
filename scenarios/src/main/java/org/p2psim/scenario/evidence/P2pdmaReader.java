package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.p2p.Client;
import org.p2psim.p2p.KernelMessage;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;
import org.p2psim.scenario.evidence.P2pdmaEvidence.Query;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** Reads a line of p2pdma vectors: a topology with its functions in the order of the kernel's lists, and queries. */
final class P2pdmaReader {
    private static final ImmutableMap<String, PortType> TYPES =
            Maps.uniqueIndex(List.of(PortType.values()), P2pdmaReader::name);

    private static final String NOT_PCI = "nonpci";
    private static final String CHILD = "child:";

    /** Nothing of a host bridge but its bus counts for the decision. */
    private static final int PAYLOAD = 64;

    private final Value line;
    private final List<HostBridge> hostBridges = new ArrayList<>();
    private final List<PciFunction> functions = new ArrayList<>();

    private P2pdmaReader(Value line) {
        this.line = line;
    }

    static P2pdmaEvidence read(Value line) throws EvidenceException {
        return new P2pdmaReader(line).evidence();
    }

    private P2pdmaEvidence evidence() throws EvidenceException {
        Value processor = line.get("cpu");
        Cpu cpu = new Cpu(
                processor.get("vendor").text(),
                processor.get("family").signed(),
                processor.has("model") ? processor.get("model").signed() : 0);
        Fabric fabric = fabric(new Socket("s0", cpu));
        ImmutableList.Builder<Query> queries = ImmutableList.builder();
        for (Value query : line.get("queries").elements()) {
            queries.add(query(query, fabric));
        }
        return new P2pdmaEvidence(line.get("id").text(), RecordedKernel.read(line), fabric, cpu, queries.build());
    }

    private Fabric fabric(Socket socket) throws EvidenceException {
        ImmutableList<Value> bridges = line.get("hostBridges").elements();
        for (Value bridge : bridges) {
            int domain = bridge.get("domain").hex(Integer.MAX_VALUE);
            int bus = bridge.get("bus").hex(0xff);
            hostBridges.add(new HostBridge("rc", socket.id(), domain, bus, IommuMode.OFF, 0, PAYLOAD, List.of()));
            for (Value device : bridge.get("devices").elements()) {
                addFunction(device, Optional.empty());
            }
        }
        try {
            Fabric fabric = Fabric.of(List.of(socket), hostBridges, functions);
            checkRootBuses(bridges, fabric);
            return fabric;
        } catch (IllegalArgumentException e) {
            throw line.get("hostBridges").problemWith(String.valueOf(e.getMessage()));
        }
    }

    /** A function that a file lists below one root bus must not have the address of another. */
    private void checkRootBuses(List<Value> bridges, Fabric fabric) throws EvidenceException {
        for (int i = 0; i < bridges.size(); i++) {
            for (Value device : bridges.get(i).get("devices").elements()) {
                Bdf address = device.get("bdf").parsed(Bdf::parse);
                if (!fabric.hostBridge(fabric.function(address)).equals(hostBridges.get(i))) {
                    throw device.get("bdf")
                            .problemWith("%s is not on root bus %s"
                                    .formatted(address, hostBridges.get(i).rootBus()));
                }
            }
        }
    }

    private void addFunction(Value device, Optional<Bdf> bridge) throws EvidenceException {
        Bdf address = device.get("bdf").parsed(Bdf::parse);
        PortType type = device.get("type").parsed(P2pdmaReader::type);
        ImmutableList<Value> children = device.get("children").elements();
        if (!type.isBridge() && !children.isEmpty()) {
            throw device.get("children").problemWith("%s is no bridge, so nothing can be below it".formatted(address));
        }
        if (bridge.isPresent() && bridge.get().domain() != address.domain()) {
            throw device.get("bdf")
                    .problemWith("%s is in another domain than its bridge %s".formatted(address, bridge.get()));
        }
        int secondary = type.isBridge() ? 0 : -1;
        if (!children.isEmpty()) {
            secondary = children.get(0).get("bdf").parsed(Bdf::parse).bus();
        }
        DeviceId id = new DeviceId(
                device.get("vendor").hex(0xffff), device.get("device").hex(0xffff));
        functions.add(PciFunction.of(address, id, type, bridge, secondary, AcsWords.read(device)));
        for (Value child : children) {
            addFunction(child, Optional.of(address));
        }
    }

    private static PortType type(String name) {
        PortType type = TYPES.get(name);
        if (type == null) {
            throw new IllegalArgumentException(
                    "\"%s\" is no type of function; there are %s".formatted(name, String.join(", ", TYPES.keySet())));
        }
        return type;
    }

    private static String name(PortType type) {
        return type == PortType.RC_INTEGRATED_ENDPOINT ? "rciep" : type.name().toLowerCase(Locale.ROOT);
    }

    private static Query query(Value query, Fabric fabric) throws EvidenceException {
        Bdf provider = query.get("provider").parsed(Bdf::parse);
        checkThere(query.get("provider"), provider, fabric);
        ImmutableList.Builder<Client> clients = ImmutableList.builder();
        for (Value element : query.get("clients").elements()) {
            Client client = element.parsed(P2pdmaReader::client);
            if (client.function().isPresent()) {
                checkThere(element, client.function().get(), fabric);
            }
            clients.add(client);
        }
        return new Query(provider, clients.build(), answer(query));
    }

    private static void checkThere(Value function, Bdf address, Fabric fabric) throws EvidenceException {
        if (fabric.find(address).isEmpty()) {
            throw function.problemWith("there is no function %s in this topology".formatted(address));
        }
    }

    private static Client client(String text) {
        if (text.equals(NOT_PCI)) {
            return Client.notPci(text);
        }
        return text.startsWith(CHILD)
                ? Client.below(Bdf.parse(text.substring(CHILD.length())), text)
                : Client.of(Bdf.parse(text));
    }

    private static P2pdmaAnswer answer(Value query) throws EvidenceException {
        ImmutableMap.Builder<String, String> stated = ImmutableMap.builder();
        if (query.has("distance")) {
            stated.put("distance", Integer.toString(query.get("distance").signed()));
        }
        if (query.has("mapType")) {
            stated.put(
                    "mapType",
                    query.get("mapType").parsed(P2pdmaAnswer::mapType).name());
        }
        if (query.has("hops")) {
            stated.put("hops", hops(query));
        }
        if (query.has("pairs")) {
            List<String> pairs = new ArrayList<>();
            for (Value pair : query.get("pairs").elements()) {
                pairs.add(pair(pair));
            }
            stated.put("pairs", P2pdmaAnswer.list(pairs));
        }
        if (query.has("acsList")) {
            Optional<Value> list = query.orNull("acsList");
            stated.put("acsList", list.isPresent() ? list.get().text() : P2pdmaAnswer.NONE);
        }
        if (query.has("warnings")) {
            List<String> warnings = new ArrayList<>();
            for (Value warning : query.get("warnings").elements()) {
                warnings.add(warning.parsed(P2pdmaReader::warning));
            }
            stated.put("warnings", P2pdmaAnswer.list(warnings));
        }
        ImmutableMap<String, String> fields = stated.buildOrThrow();
        if (fields.isEmpty()) {
            throw query.problemWith("no field of an answer is there: distance, mapType, hops, ...");
        }
        return new P2pdmaAnswer(fields);
    }

    private static String hops(Value pair) throws EvidenceException {
        Optional<Value> hops = pair.orNull("hops");
        return hops.isPresent() ? Integer.toString(hops.get().signed()) : P2pdmaAnswer.NONE;
    }

    private static String pair(Value pair) throws EvidenceException {
        Optional<Value> type = pair.orNull("mapType");
        String hops = hops(pair);
        return type.isPresent() ? type.get().parsed(P2pdmaAnswer::mapType) + " " + hops : P2pdmaAnswer.NONE;
    }

    private static String warning(String text) {
        String kind = text.contains(" ") ? text.substring(0, text.indexOf(' ')) : text;
        if (Stream.of(KernelMessage.Kind.values())
                .noneMatch(known -> known.name().equals(kind))) {
            throw new IllegalArgumentException(
                    "\"%s\" is no warning; there are %s".formatted(text, List.of(KernelMessage.Kind.values())));
        }
        return text;
    }
}
