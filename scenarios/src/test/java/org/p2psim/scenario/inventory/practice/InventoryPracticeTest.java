package org.p2psim.scenario.inventory.practice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.practice.AcsPractice;
import org.p2psim.practice.Layout;
import org.p2psim.practice.RdmaMachine;
import org.p2psim.practice.Verdict;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.topology.Acs;
import org.p2psim.topology.PortType;

/** Dumps of other formats are checked as far as they go. */
class InventoryPracticeTest {
    private static Inventory lspci(FoundFunction.Builder... functions) {
        ImmutableList.Builder<FoundFunction> found = ImmutableList.builder();
        for (FoundFunction.Builder function : functions) {
            found.add(function.build());
        }
        return new Inventory("lspci", found.build(), true, HostFacts.NONE, List.of());
    }

    private static FoundFunction.Builder port(String address, String id, PortType type, int secondary) {
        return FoundFunction.at(Bdf.parse(address))
                .id(DeviceId.parse(id))
                .classCode(0x060400)
                .type(type)
                .buses(secondary, 0x0f)
                .acs(Optional.of(new Acs(0x7f, 0)));
    }

    private static FoundFunction.Builder endpoint(String address, String id, int classCode) {
        return FoundFunction.at(Bdf.parse(address))
                .id(DeviceId.parse(id))
                .classCode(classCode)
                .ats(false)
                .acs(Optional.empty());
    }

    private static FoundFunction.Builder[] inline() {
        return new FoundFunction.Builder[] {
            port("0000:00:01.0", "8086:352a", PortType.ROOT_PORT, 1),
            port("0000:01:00.0", "15b3:197c", PortType.UPSTREAM_PORT, 2),
            port("0000:02:00.0", "15b3:197c", PortType.DOWNSTREAM_PORT, 3),
            port("0000:02:01.0", "15b3:197c", PortType.DOWNSTREAM_PORT, 4),
            endpoint("0000:03:00.0", "15b3:1023", 0x020000),
            port("0000:04:00.0", "15b3:197c", PortType.UPSTREAM_PORT, 5),
            port("0000:05:00.0", "15b3:197c", PortType.DOWNSTREAM_PORT, 6),
            endpoint("0000:06:00.0", "10de:2901", 0x030200)
        };
    }

    private static AcsPractice check(Inventory inventory) throws InventoryException {
        return InventoryPractice.check(inventory, Optional.empty());
    }

    @Test
    void busNumbersSayWhatIsBelowWhatIfTheDumpDoesNotNest() throws Exception {
        FoundFunction.Builder[] functions = inline();
        functions[4].iommuGroup(5);
        functions[7].iommuGroup(5);
        AcsPractice practice = check(lspci(functions));
        assertThat(practice.layout()).contains(Layout.INLINE);
        assertThat(practice.verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void aDumpWithoutAnyGroupDoesNotSayThatThereAreNone() throws Exception {
        assertThat(check(lspci(inline())).verdict()).isEqualTo(Verdict.NOT_KNOWN);
    }

    @Test
    void aDumpWithSomeGroupsShowsWhichFunctionsHaveNone() throws Exception {
        FoundFunction.Builder[] functions = inline();
        functions[4].iommuGroup(5);
        assertThat(check(lspci(functions)).verdict()).isEqualTo(Verdict.FAIL);
    }

    @Test
    void aBridgeThatWasNeverSetUpOwnsNoBus() throws Exception {
        RdmaMachine machine = InventoryPractice.machine(lspci(
                port("0000:00:01.0", "8086:352a", PortType.ROOT_PORT, 0),
                endpoint("0000:00:02.0", "10de:2901", 0x030200)));
        assertThat(machine.functions())
                .allSatisfy(function -> assertThat(function.upstreamBridge()).isEmpty());
    }

    @Test
    void functionsOfOneBusNumberInTwoDomainsAreApart() throws Exception {
        RdmaMachine machine = InventoryPractice.machine(lspci(
                port("0000:00:01.0", "8086:352a", PortType.ROOT_PORT, 1),
                endpoint("0001:01:00.0", "10de:2901", 0x030200)));
        assertThat(machine.functions().get(1).upstreamBridge()).isEmpty();
    }

    @Test
    void aTreeThatEndsInItselfIsRefused() {
        Inventory inventory = lspci(
                endpoint("0000:01:00.0", "8086:0001", 0x060400).upstreamBridge(Bdf.parse("0000:02:00.0")),
                endpoint("0000:02:00.0", "8086:0001", 0x060400).upstreamBridge(Bdf.parse("0000:01:00.0")));
        assertThatThrownBy(() -> check(inventory))
                .isInstanceOf(InventoryException.class)
                .hasMessageContaining("below itself");
    }
}
