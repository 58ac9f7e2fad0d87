package org.p2psim.scenario.dump;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

/** A machine as a bad dump might show it: trees with switches, of which parts are missing, doubled or nonsense. */
final class RandomInventory {
    private static final int LAST_BUS = 255;

    private final SplittableRandom random;
    private final Map<Bdf, FoundFunction.Builder> functions = new LinkedHashMap<>();
    private final List<Integer> buses = new ArrayList<>();
    private int nextBus;

    private RandomInventory(SplittableRandom random) {
        this.random = random;
    }

    static Inventory of(SplittableRandom random) {
        return new RandomInventory(random).inventory();
    }

    private Inventory inventory() {
        int domains = 1 + random.nextInt(3);
        for (int i = 0; i < domains; i++) {
            int domain = List.of(0, 1, 0x10000).get(i);
            nextBus = random.nextInt(4);
            for (int root = random.nextInt(3); root >= 0 && nextBus < LAST_BUS; root--) {
                rootBus(domain, nextBus++);
            }
        }
        if (functions.isEmpty()) {
            add(new Bdf(0, 0, 0, 0), PortType.HOST_BRIDGE, Optional.empty());
        }
        ImmutableList.Builder<FoundFunction> kept = ImmutableList.builder();
        int missing = random.nextInt(5);
        boolean any = false;
        for (FoundFunction.Builder builder : functions.values()) {
            if (random.nextInt(10) >= missing || !any) {
                kept.add(builder.build());
                any = true;
            }
        }
        HostFacts host = new HostFacts(
                rarely(2) ? Optional.empty() : Optional.of(new Cpu("GenuineIntel", 6, 85)),
                rarely(2) ? Optional.empty() : Optional.of(KernelRelease.parse("6.12.1")),
                rarely(2) ? Optional.empty() : Optional.of("quiet \"iommu=pt\" \\ #"));
        return new Inventory("random", kept.build(), random.nextBoolean(), host, List.of());
    }

    private boolean rarely(int times) {
        return random.nextInt(times) == 0;
    }

    private void rootBus(int domain, int bus) {
        buses.add(bus);
        if (!rarely(4)) {
            add(new Bdf(domain, bus, 0, 0), PortType.HOST_BRIDGE, Optional.empty());
        }
        for (int device = 1; device <= random.nextInt(6); device++) {
            Bdf port = new Bdf(domain, bus, device, random.nextInt(2));
            if (rarely(4)) {
                add(port, PortType.RC_INTEGRATED_ENDPOINT, Optional.empty());
            } else {
                bridge(port, PortType.ROOT_PORT, Optional.empty(), 0);
            }
        }
    }

    private void bridge(Bdf at, PortType type, Optional<Bdf> above, int depth) {
        FoundFunction.Builder builder = add(at, type, above);
        if (nextBus >= LAST_BUS) {
            return;
        }
        int bus = nextBus++;
        buses.add(bus);
        if (type == PortType.UPSTREAM_PORT) {
            for (int device = random.nextInt(4); device >= 0; device--) {
                bridge(new Bdf(at.domain(), bus, device, 0), PortType.DOWNSTREAM_PORT, Optional.of(at), depth + 1);
            }
        } else if (depth < 4 && rarely(3)) {
            bridge(new Bdf(at.domain(), bus, 0, 0), PortType.UPSTREAM_PORT, Optional.of(at), depth + 1);
        } else {
            endpoints(at, bus);
        }
        int secondary = rarely(12) ? buses.get(random.nextInt(buses.size())) : bus;
        int subordinate = rarely(12) ? random.nextInt(256) : Math.min(nextBus - 1, LAST_BUS);
        if (!rarely(10)) {
            builder.buses(secondary, subordinate);
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            builder.window(new Window(range(20), random.nextBoolean()));
        }
    }

    private void endpoints(Bdf port, int bus) {
        for (int function = random.nextInt(3); function >= 0; function--) {
            PortType type = rarely(6) ? PortType.LEGACY_ENDPOINT : PortType.ENDPOINT;
            add(new Bdf(port.domain(), bus, 0, function), type, Optional.of(port));
        }
        if (rarely(4) && nextBus < LAST_BUS) {
            int virtualBus = nextBus++;
            for (int i = 0; i < 3; i++) {
                add(new Bdf(port.domain(), virtualBus, i, i), PortType.ENDPOINT, Optional.of(port));
            }
        }
    }

    private AddressRange range(int leastPower) {
        int power = leastPower + random.nextInt(rarely(10) ? 63 - leastPower : 12);
        long size = 1L << power;
        long base = (rarely(10) ? random.nextLong() : random.nextLong(1L << 40)) & -size;
        return new AddressRange(base, size);
    }

    private FoundFunction.Builder add(Bdf at, PortType type, Optional<Bdf> above) {
        PortType shown = rarely(25) ? PortType.values()[random.nextInt(PortType.values().length)] : type;
        FoundFunction.Builder builder = FoundFunction.at(at).type(shown);
        functions.put(at, builder);
        if (!rarely(3)) {
            builder.id(new DeviceId(0x8086, random.nextInt(0x10000))).classCode(random.nextInt(0x1000000));
        }
        if (rarely(3)) {
            builder.subsystem(new DeviceId(random.nextInt(0x10000), 1));
        }
        above.filter(bridge -> rarely(2)).ifPresent(builder::upstreamBridge);
        if (rarely(20)) {
            List<Bdf> all = List.copyOf(functions.keySet());
            builder.upstreamBridge(all.get(random.nextInt(all.size())));
        }
        builder.acs(
                switch (random.nextInt(4)) {
                    case 0 -> Optional.empty();
                    case 1 -> Optional.of(Acs.NOT_KNOWN);
                    case 2 -> Optional.of(new Acs(0x7f, random.nextInt(0x80), 0));
                    default -> Optional.of(new Acs(0x1f, random.nextInt(0x20), 0));
                });
        for (int index = 0; index < 6; index += 1 + random.nextInt(2)) {
            if (rarely(3)) {
                bar(builder, index);
            }
        }
        if (rarely(2)) {
            builder.linkStatus(new Link(1 + random.nextInt(6), 1 << random.nextInt(5)));
        }
        if (rarely(3)) {
            builder.numaNode(random.nextInt(4));
        }
        if (rarely(8)) {
            builder.iommuGroup(random.nextInt(100));
        }
        return builder;
    }

    private void bar(FoundFunction.Builder builder, int index) {
        AddressRange range = range(2);
        long base = rarely(10) ? random.nextLong() : range.base();
        OptionalLong size = rarely(5) ? OptionalLong.empty() : OptionalLong.of(range.size());
        builder.bar(new FoundBar(index, base, size, random.nextBoolean(), random.nextBoolean(), !rarely(6)));
    }
}
