package org.p2psim.run.flow;

/**
 * One direction of what a device has besides PCIe.
 *
 * @param name of its own among all ports
 * @param bytesPerSecond of everything that is sent, 1 or more
 * @param overhead bytes that are sent besides the data of a packet
 * @param latency from the last byte that is sent to the last that is there, ticks
 */
public record DevicePort(String name, long bytesPerSecond, int overhead, long latency) {
    public DevicePort {
        if (bytesPerSecond < 1 || overhead < 0 || latency < 0) {
            throw new IllegalArgumentException("port %s with %d B/s, %d B of overhead, latency %d"
                    .formatted(name, bytesPerSecond, overhead, latency));
        }
    }
}
