package org.p2psim.run.replay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.dmabuf.Reply;
import org.p2psim.platform.Errno;

/** Who has which device open. */
public final class DeviceUsers {
    /** Whoever has a device open at the start. */
    static final String FIRST = "user";

    private final Map<String, String> users = new HashMap<>();
    private final Set<String> opened = new HashSet<>();

    DeviceUsers(Exporters exporters) {
        exporters.vfio().forEach((name, device) -> {
            if (device.isOpen()) {
                users.put(name, FIRST);
            }
            opened.add(name);
        });
    }

    void opened(String device, String user) {
        users.put(device, user);
        opened.add(device);
    }

    /** Whether a device that users open and close has none now. */
    boolean nobodyHas(String device) {
        return opened.contains(device) && !users.containsKey(device);
    }

    /** What a call on its descriptor gets then. */
    <T> Reply<T> notOpen(String device) {
        return Reply.refused(Errno.EBADF, "nobody has %s open".formatted(device));
    }

    void closed(String device) {
        users.remove(device);
    }

    public Optional<String> user(String device) {
        return Optional.ofNullable(users.get(device));
    }
}
