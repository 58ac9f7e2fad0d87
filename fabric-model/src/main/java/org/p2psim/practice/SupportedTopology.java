package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.Bdf;

/**
 * NICs and GPUs that belong together.
 *
 * @param nics functions of the NICs, lowest address first
 * @param dataDirect the Data Direct function, in that layout
 * @param nicPort the downstream port that leads to the NIC, or to its Data Direct function
 * @param gpuPort the downstream port of the same switch that leads to the GPU
 * @param rootPort above that switch
 * @param nvmes NVMe drives below the NIC's root port, in the Data Direct layout
 * @param numaNode in the NUMA layout
 */
public record SupportedTopology(
        Layout layout,
        List<Bdf> nics,
        Optional<Bdf> dataDirect,
        List<Bdf> gpus,
        Optional<Bdf> nicPort,
        Optional<Bdf> gpuPort,
        Optional<Bdf> rootPort,
        List<Bdf> nvmes,
        OptionalInt numaNode) {
    public SupportedTopology {
        nics = ImmutableList.copyOf(nics);
        gpus = ImmutableList.copyOf(gpus);
        nvmes = ImmutableList.copyOf(nvmes);
    }
}
