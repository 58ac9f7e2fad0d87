package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.platform.Cpu;

/**
 * The verdict on every ordered pair of endpoints of one variant, without a run.
 *
 * @param kernel release of the kernel that decides: the guest's in a VM
 * @param cpu the CPU that it sees
 */
public record Matrix(String scenario, String variant, String kernel, Cpu cpu, List<PairOutcome> pairs) {
    public Matrix {
        pairs = ImmutableList.copyOf(pairs);
    }
}
