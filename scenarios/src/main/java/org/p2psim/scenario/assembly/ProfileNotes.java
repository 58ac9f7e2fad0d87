package org.p2psim.scenario.assembly;

import java.util.List;
import java.util.Optional;
import org.p2psim.scenario.FabricSpec;
import org.p2psim.scenario.FabricSpec.PortSpec;
import org.p2psim.scenario.FabricSpec.SwitchSpec;
import org.p2psim.scenario.FabricSpec.UpstreamSpec;
import org.p2psim.scenario.Scenario;
import org.p2psim.scenario.profile.Profile.Role;
import org.p2psim.scenario.profile.Profiles;

/** Where the values come from that parts have from their profiles. */
final class ProfileNotes {
    private final Assumptions assumptions;

    private ProfileNotes(Assumptions assumptions) {
        this.assumptions = assumptions;
    }

    static void add(Scenario scenario, Assumptions assumptions) {
        ProfileNotes notes = new ProfileNotes(assumptions);
        FabricSpec fabric = scenario.fabric();
        fabric.sockets().forEach(socket -> notes.add(Role.SOCKET, socket.id(), socket.profile()));
        fabric.rootComplexes().forEach(root -> {
            notes.add(Role.ROOT_COMPLEX, root.id(), root.profile());
            notes.addPorts(root.rootPorts());
        });
        fabric.functions().forEach(function -> notes.add(Role.SWITCH, function.label(), function.profile()));
        for (var device : scenario.devices().entrySet()) {
            Optional<String> profile = device.getValue().profile();
            notes.add(Role.DEVICE, device.getKey(), profile);
        }
    }

    private void addPorts(List<PortSpec> ports) {
        for (PortSpec port : ports) {
            Optional<SwitchSpec> below = port.switchBelow();
            if (below.isPresent()) {
                Optional<String> profile = below.get().upstream().flatMap(UpstreamSpec::profile);
                add(Role.SWITCH, below.get().id(), profile);
                addPorts(below.get().downstream());
            }
        }
    }

    private void add(Role role, String subject, Optional<String> name) {
        name.flatMap(known -> Profiles.find(role, known))
                .ifPresent(profile -> assumptions.take(
                        subject,
                        "profile %s, where not stated: %s".formatted(profile.name(), profile.valuesInWords()),
                        "%s; error left: %s".formatted(profile.source(), profile.left())));
    }
}
