package org.p2psim.run.replay;

import org.p2psim.scenario.CpuOperation;
import org.p2psim.scenario.DeviceOperation;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.Driver;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.IommufdOperation;
import org.p2psim.scenario.MemoryOperation;
import org.p2psim.scenario.NvmeOperation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.Plan;
import org.p2psim.scenario.RdmaOperation;
import org.p2psim.scenario.VmaOperation;

/** Whether a scenario is about lifetimes, so that its report has to follow them: memory that is taken away, moved, or asked for. */
final class Followed {
    private Followed() {}

    static boolean by(Plan plan) {
        return plan.timeline().stream().anyMatch(operation -> follows(plan, operation))
                || plan.expectations().stream().anyMatch(expected -> follows(expected.expectation()));
    }

    private static boolean follows(Plan plan, Operation operation) {
        if (operation instanceof DmaBufOperation.Export op) {
            Driver driver = plan.lifetimes().drivers().get(op.from());
            return driver != null && !(driver instanceof Driver.Habanalabs);
        }
        return operation instanceof DeviceOperation
                || operation instanceof CpuOperation
                || operation instanceof IommufdOperation
                || operation instanceof VmaOperation
                || operation instanceof DmaBufOperation.Pin
                || operation instanceof RdmaOperation.RevokeMr
                || operation instanceof RdmaOperation.CreateQp
                || operation instanceof RdmaOperation.LocalAccess
                || operation instanceof NvmeOperation.RegisterToken
                || operation instanceof MemoryOperation
                        && !(operation instanceof MemoryOperation.Allocate)
                        && !(operation instanceof MemoryOperation.Free);
    }

    private static boolean follows(Expectation expectation) {
        return expectation instanceof Expectation.Order
                || expectation instanceof Expectation.Count
                || expectation instanceof Expectation.Broken
                || expectation instanceof Expectation.Dma dma
                        && !(dma.landed().isEmpty()
                                && dma.landedIn().isEmpty()
                                && dma.data().isEmpty()
                                && dma.dropped().isEmpty());
    }
}
