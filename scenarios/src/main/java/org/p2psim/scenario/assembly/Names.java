package org.p2psim.scenario.assembly;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.p2psim.scenario.FabricSpec.PortSpec;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Scenario;

/** Ids of the fabric and names of devices share one space, because paths and reports use them side by side. */
final class Names {
    private final List<Finding> findings;
    private final Map<String, String> taken = new HashMap<>();

    private Names(List<Finding> findings) {
        this.findings = findings;
    }

    static void check(Scenario scenario, List<Finding> findings) {
        Names names = new Names(findings);
        scenario.devices().keySet().forEach(device -> names.taken.put(device, "a device"));
        var sockets = scenario.fabric().sockets();
        for (int i = 0; i < sockets.size(); i++) {
            names.take(sockets.get(i).id(), "a socket", "/fabric/sockets/" + i);
        }
        var rootComplexes = scenario.fabric().rootComplexes();
        for (int i = 0; i < rootComplexes.size(); i++) {
            String pointer = "/fabric/root-complexes/" + i;
            names.take(rootComplexes.get(i).id(), "a root complex", pointer);
            names.takePorts(rootComplexes.get(i).rootPorts(), pointer + "/root-ports/");
        }
        var functions = scenario.fabric().functions();
        for (int i = 0; i < functions.size(); i++) {
            String pointer = "/fabric/functions/" + i;
            functions.get(i).name().ifPresent(name -> names.take(name, "a function", pointer, "/name"));
        }
        if (scenario.variants().containsKey(Scenario.ALL_VARIANTS)) {
            String message = "a variant cannot be called all: in expect that means every variant";
            findings.add(new Finding("/variants/" + Scenario.ALL_VARIANTS, true, message, "name"));
        }
    }

    private void takePorts(List<PortSpec> ports, String pointer) {
        for (int i = 0; i < ports.size(); i++) {
            PortSpec port = ports.get(i);
            String where = pointer + i;
            take(port.id(), "a port", where);
            port.bridge().ifPresent(bridge -> take(bridge.id(), "a bridge", where + "/bridge"));
            port.switchBelow().ifPresent(below -> {
                take(below.id(), "a switch", where + "/switch");
                takePorts(below.downstream(), where + "/switch/downstream/");
            });
        }
    }

    private void take(String id, String what, String pointer) {
        take(id, what, pointer, "/id");
    }

    private void take(String id, String what, String pointer, String key) {
        String other = taken.putIfAbsent(id, what);
        if (other != null) {
            String message = "\"%s\" is taken already, by %s".formatted(id, other);
            findings.add(Finding.at(pointer + key, "duplicate-id", message));
        }
    }
}
