package org.p2psim.scenario;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBufCore;
import org.p2psim.platform.KernelRelease;

/**
 * What the kernel that decides brings to the lives of exports, attachments and regions.
 *
 * @param core of dma-buf
 * @param umem the release whose RDMA import it has; empty if devices have what the file says of them
 * @param bugs everything that it does wrong: the mistakes of its drivers, and what the file adds and takes away
 * @param switchedOn those of them that the file or the command line asks for, and not only its drivers have
 * @param drivers of devices that have one which the run replays, by the device's name
 */
public record Lifetimes(
        DmaBufCore core,
        Optional<KernelRelease> umem,
        Set<Bug> bugs,
        Set<Bug> switchedOn,
        Map<String, Driver> drivers) {
    public Lifetimes {
        bugs = ImmutableSet.copyOf(bugs);
        switchedOn = ImmutableSet.copyOf(switchedOn);
        drivers = ImmutableMap.copyOf(drivers);
    }

    /** The same with exactly these mistakes. */
    public Lifetimes withBugs(Set<Bug> others) {
        return new Lifetimes(core, umem, others, others, drivers);
    }
}
