package org.p2psim.run.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Who has which device open. */
public final class DeviceUsers {
    /** Whoever has a device open at the start. */
    static final String FIRST = "user";

    private final Map<String, String> users = new HashMap<>();

    DeviceUsers(Exporters exporters) {
        exporters.vfio().forEach((name, device) -> {
            if (device.isOpen()) {
                users.put(name, FIRST);
            }
        });
    }

    void opened(String device, String user) {
        users.put(device, user);
    }

    void closed(String device) {
        users.remove(device);
    }

    public Optional<String> user(String device) {
        return Optional.ofNullable(users.get(device));
    }
}
