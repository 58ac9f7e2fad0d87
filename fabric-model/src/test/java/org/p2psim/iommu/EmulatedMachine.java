package org.p2psim.iommu;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/**
 * A machine of {@code iommu-groups.tsv}, see the README there.
 *
 * @param groups the number of each function's group; a function that is in none is missing
 */
public record EmulatedMachine(
        String name,
        KernelRelease release,
        String cmdline,
        Fabric fabric,
        ImmutableSet<Bdf> virtualFunctions,
        ImmutableMap<Bdf, Integer> groups) {

    /** All machines of the file. */
    public static ImmutableList<EmulatedMachine> all() {
        List<String> lines;
        try {
            lines = Resources.readLines(
                    Resources.getResource(EmulatedMachine.class, "iommu-groups.tsv"), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ImmutableList.Builder<EmulatedMachine> machines = ImmutableList.builder();
        List<List<String>> rows = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith("machine\t") && !rows.isEmpty()) {
                machines.add(read(rows));
                rows.clear();
            }
            if (!line.startsWith("#")) {
                rows.add(Splitter.on('\t').splitToList(line));
            }
        }
        return machines.add(read(rows)).build();
    }

    private static EmulatedMachine read(List<List<String>> rows) {
        List<String> head = rows.get(0);
        List<PciFunction> functions = new ArrayList<>();
        ImmutableMap.Builder<Bdf, Integer> groups = ImmutableMap.builder();
        ImmutableSet.Builder<Bdf> virtualFunctions = ImmutableSet.builder();
        for (List<String> row : rows.subList(1, rows.size())) {
            PciFunction function = function(row);
            functions.add(function);
            if (row.get(6).equals("vf")) {
                virtualFunctions.add(function.address());
            }
            given(row.get(7)).ifPresent(group -> groups.put(function.address(), Integer.parseInt(group)));
        }
        Cpu cpu = new Cpu(head.get(3), head.get(3).equals("GenuineIntel") ? 6 : 0x17, 1);
        return new EmulatedMachine(
                head.get(1) + " " + head.get(2),
                KernelRelease.parse(head.get(2)),
                head.get(4),
                Fabric.of(List.of(new Socket("0", cpu)), hostBridges(functions), functions),
                virtualFunctions.build(),
                groups.buildOrThrow());
    }

    private static PciFunction function(List<String> row) {
        return PciFunction.of(
                Bdf.parse(row.get(0)),
                DeviceId.parse(row.get(1)),
                PortType.valueOf(row.get(2)),
                given(row.get(3)).map(Bdf::parse),
                given(row.get(4)).map(bus -> Integer.parseInt(bus, 16)).orElse(-1),
                given(row.get(5))
                        .map(words -> new Acs(
                                Integer.parseInt(words.substring(0, 2), 16),
                                Integer.parseInt(words.substring(3), 16))));
    }

    private static List<HostBridge> hostBridges(List<PciFunction> functions) {
        List<HostBridge> bridges = new ArrayList<>();
        Set<Integer> seen = new HashSet<>();
        for (PciFunction function : functions) {
            if (function.upstreamBridge().isEmpty()
                    && seen.add(function.address().bus())) {
                bridges.add(new HostBridge(
                        "rc" + function.address().bus(),
                        "0",
                        0,
                        function.address().bus(),
                        IommuMode.TRANSLATING,
                        0,
                        64,
                        List.of()));
            }
        }
        return bridges;
    }

    private static Optional<String> given(String field) {
        return field.equals("-") ? Optional.empty() : Optional.of(field);
    }

    @Override
    public String toString() {
        return name;
    }
}
