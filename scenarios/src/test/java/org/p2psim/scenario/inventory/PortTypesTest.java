package org.p2psim.scenario.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.GroupedNotes;
import org.p2psim.topology.PortType;

/** What a function is, from where it is. */
class PortTypesTest {
    private static final int BRIDGE = 0x060400;
    private static final int SUBTRACTIVE_BRIDGE = 0x060401;
    private static final int NIC = 0x020000;

    private final List<TreePosition> positions = new ArrayList<>();
    private final GroupedNotes notes = new GroupedNotes();

    private void add(String address, String parent, int classCode, int secondaryBus) {
        positions.add(new TreePosition(
                Bdf.parse(address),
                parent.isEmpty() ? Optional.empty() : Optional.of(Bdf.parse(parent)),
                parent.isEmpty(),
                classCode,
                secondaryBus == 0 ? OptionalInt.empty() : OptionalInt.of(secondaryBus),
                Optional.empty(),
                Optional.empty()));
    }

    private PortType type(String address) {
        return Objects.requireNonNull(PortTypes.derive(positions, notes).get(Bdf.parse(address)));
    }

    @Test
    void portsOfSwitchesInsideSwitchesTakeTurns() {
        add("00:01.0", "", BRIDGE, 1);
        add("01:00.0", "00:01.0", BRIDGE, 2);
        add("02:04.0", "01:00.0", BRIDGE, 3);
        add("03:00.0", "02:04.0", BRIDGE, 4);
        add("04:08.0", "03:00.0", BRIDGE, 5);
        add("05:00.0", "04:08.0", NIC, 0);
        assertThat(PortTypes.derive(positions, notes).values())
                .containsExactlyInAnyOrder(
                        PortType.ROOT_PORT,
                        PortType.UPSTREAM_PORT,
                        PortType.DOWNSTREAM_PORT,
                        PortType.UPSTREAM_PORT,
                        PortType.DOWNSTREAM_PORT,
                        PortType.ENDPOINT);
        assertThat(type("03:00.0")).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(type("04:08.0")).isEqualTo(PortType.DOWNSTREAM_PORT);
        assertThat(notes.notes().get(0).text())
                .isEqualTo("port type taken from the place in the tree"
                        + " (0000:00:01.0, 0000:01:00.0, 0000:02:04.0, 0000:03:00.0, 0000:04:08.0)");
    }

    @Test
    void aBridgeWithADeviceOnItsOwnBusIsNoSwitch() {
        add("00:01.0", "", BRIDGE, 1);
        add("01:00.0", "00:01.0", BRIDGE, 2);
        add("02:04.0", "01:00.0", NIC, 0);
        assertThat(type("01:00.0")).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
        assertThat(type("02:04.0")).isEqualTo(PortType.LEGACY_ENDPOINT);
    }

    @Test
    void aDeviceWhoseDownstreamPortWasLeftOutDoesNotTurnTheSwitchIntoAnother() {
        add("00:01.0", "", BRIDGE, 1);
        add("01:00.0", "00:01.0", BRIDGE, 2);
        add("03:00.0", "01:00.0", NIC, 0);
        assertThat(type("01:00.0")).isEqualTo(PortType.UPSTREAM_PORT);
        assertThat(type("03:00.0")).isEqualTo(PortType.ENDPOINT);
    }

    @Test
    void aBridgeThatDecodesSubtractivelyIsConventional() {
        add("00:1e.0", "", SUBTRACTIVE_BRIDGE, 9);
        add("09:03.0", "00:1e.0", NIC, 0);
        assertThat(type("00:1e.0")).isEqualTo(PortType.PCIE_TO_PCI_BRIDGE);
        assertThat(type("09:03.0")).isEqualTo(PortType.LEGACY_ENDPOINT);
    }

    @Test
    void whatSitsOnTheRootBusIsPartOfTheRootComplex() {
        add("00:00.0", "", 0x060000, 0);
        add("00:02.0", "", NIC, 0);
        assertThat(type("00:00.0")).isEqualTo(PortType.HOST_BRIDGE);
        assertThat(type("00:02.0")).isEqualTo(PortType.RC_INTEGRATED_ENDPOINT);
    }

    @Test
    void aTypeThatWasReadStands() {
        positions.add(new TreePosition(
                Bdf.parse("00:01.0"),
                Optional.empty(),
                true,
                BRIDGE,
                OptionalInt.of(1),
                Optional.of(true),
                Optional.of(PortType.DOWNSTREAM_PORT)));
        add("01:00.0", "00:01.0", BRIDGE, 2);
        assertThat(type("00:01.0")).isEqualTo(PortType.DOWNSTREAM_PORT);
        assertThat(type("01:00.0")).isEqualTo(PortType.UPSTREAM_PORT);
    }
}
