package org.p2psim.scenario.inventory.lspci;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.FoundFunction;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.Window;

/** What is left of lspci's text when it has been pasted: broken, cut off, in part, twice, between other things. */
class PastedTextTest {
    @Test
    void linesThatAMailProgramBrokeAreOneAgain() {
        String broken = """
                > 00:01.0 PCI bridge [0604]: Example Corp. Root
                > Port [12ab:0001] (rev 04) (prog-if 00 [Normal decode])
                >          Bus: primary=00, secondary=01, subordinate=05,
                > sec-latency=0
                >          Prefetchable memory behind bridge:
                > 0000380000000000-00003bffffffffff [size=4T]
                >          Capabilities: [90] Express (v2) Root Port (Slot+),
                > MSI 00
                >                  LnkCap: Port #3, Speed 32GT/s,
                >                  Width x16, ASPM L1
                >          Capabilities: [110 v1] Access Control Services
                >                  ACSCap: SrcValid+ TransBlk+ ReqRedir+
                > CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans-
                >                  ACSCtl: SrcValid+ TransBlk-
                >                      ReqRedir+ CmpltRedir+ UpstreamFwd+
                > EgressCtrl- DirectTrans-
                """;
        FoundFunction port = Dumps.only(broken);
        assertThat(port.id()).isEqualTo(DeviceId.parse("12ab:0001"));
        assertThat(port.acs()).contains(new Acs(0x1f, 0x1d));
        assertThat(port.subordinateBus()).hasValue(5);
        assertThat(port.linkCapability()).contains(new Link(5, 16));
        assertThat(port.windows())
                .singleElement()
                .extracting(Window::prefetchable)
                .isEqualTo(true);
    }

    @Test
    void anAcsLineThatWasCutOffLeavesItsOtherBitsUnknown() {
        String cut = Dumps.ROOT_PORT.substring(0, Dumps.ROOT_PORT.lastIndexOf("CmpltRedir"));
        Acs acs = Dumps.only(cut).acs().orElseThrow();
        assertThat(acs.control()).isEqualTo(0x05);
        assertThat(acs.notKnown()).isEqualTo(0x78);
    }

    @Test
    void whatOneListingHidesAnotherOneShows() {
        String hidden = """
                00:01.0 PCI bridge: Example Corp. Root Port (rev 04)
                \tFlags: bus master
                \tBus: primary=00, secondary=01, subordinate=05, sec-latency=0
                \tCapabilities: <access denied>

                """;
        for (String text : new String[] {hidden + Dumps.ROOT_PORT, Dumps.ROOT_PORT + hidden}) {
            FoundFunction port = Dumps.only(text);
            assertThat(port.acs()).contains(new Acs(0x1f, 0x1d));
            assertThat(port.id()).isEqualTo(DeviceId.parse("12ab:0001"));
        }
    }

    @Test
    void ofTwoListingsThatDisagreeTheLastOneIsTaken() {
        String later = Dumps.ROOT_PORT.replace(
                "ACSCtl:\tSrcValid+ TransBlk- ReqRedir+", "ACSCtl:\tSrcValid+ TransBlk- ReqRedir-");
        Inventory inventory = Dumps.read(Dumps.ROOT_PORT + later);
        assertThat(inventory.functions().get(0).acs()).contains(new Acs(0x1f, 0x19));
        assertThat(Dumps.notes(inventory)).contains("CAUTION shown more than once");
    }

    @Test
    void whatStandsAroundAListingIsSkipped() {
        String text = """
                Hi all, at 10:15.3 I saw: this. Here is the machine:

                ## Topology
                ```
                $ lspci -tv
                -[0000:00]-+-00.0  Example Host bridge
                           \\-01.0-[01-05]----00.0  Example Dumps.GPU
                ```
                root@box:~# sudo lspci -vvvnn
                """ + Dumps.ROOT_PORT + """
                $ sudo lspci -vvv | grep ACSCtl
                \t\tACSCtl:\tSrcValid- TransBlk- ReqRedir- CmpltRedir- UpstreamFwd- EgressCtrl- DirectTrans-
                \t\tACSCtl:\tSrcValid- TransBlk- ReqRedir+ CmpltRedir- UpstreamFwd- EgressCtrl- DirectTrans-
                """;
        Inventory inventory = Dumps.read(text);
        assertThat(inventory.functions())
                .singleElement()
                .extracting(FoundFunction::acs)
                .isEqualTo(Optional.of(new Acs(0x1f, 0x1d)));
        assertThat(Dumps.notes(inventory)).contains("the 2 ACSCtl lines are that stand alone, 1 of them with redirect");
    }

    @Test
    void complaintsInTheMiddleOfADeviceAreSkipped() {
        String text = Dumps.ROOT_PORT.replace(
                "\tCapabilities: [100", "lspci: Unable to load libkmod resources: error -2\n\tCapabilities: [100");
        assertThat(Dumps.only(text)).isEqualTo(Dumps.only(Dumps.ROOT_PORT));
    }

    @Test
    void chosenDevicesAreNotTheMachine() {
        Inventory chosen = Dumps.read("# lspci -vvvnn -s 00:01.0\n" + Dumps.ROOT_PORT);
        assertThat(chosen.complete()).isFalse();
        assertThat(Dumps.notes(chosen)).contains("CAUTION the dump does not show the whole machine");
        String hostBridge = "00:00.0 Host bridge [0600]: A B [12ab:0000]\n\tFlags: fast devsel\n\n";
        assertThat(Dumps.read("# lspci -vvvnn\n" + hostBridge + Dumps.ROOT_PORT).complete())
                .isTrue();
    }

    @Test
    void anEndpointWhoseBridgeIsMissingIsNotOnARootBus() {
        Inventory inventory = Dumps.read("00:00.0 Host bridge [0600]: A B [12ab:0000]\n\tFlags: fast devsel\n\n"
                + Dumps.GPU.replace("01:00.0", "c1:00.0"));
        assertThat(inventory.complete()).isFalse();
        assertThat(Dumps.notes(inventory))
                .contains("CAUTION the bridge above these functions")
                .contains("0000:c1:00.0");
    }

    @Test
    void busNumbersThatDoNotNestAreNotedAndKept() {
        Inventory inventory = Dumps.read(Dumps.ROOT_PORT
                + Dumps.ROOT_PORT
                        .replace("00:01.0", "01:00.0")
                        .replace(
                                "primary=00, secondary=01, subordinate=05",
                                "primary=01, secondary=02, subordinate=09"));
        assertThat(Dumps.function(inventory, "01:00.0").subordinateBus()).hasValue(9);
        assertThat(Dumps.notes(inventory))
                .contains("CAUTION bus numbers of these bridges do not nest in those of the others (0000:01:00.0)");
    }

    @Test
    void bridgesAboveThemselvesAreNotedAndEndNowhere() {
        String one = Dumps.ROOT_PORT
                .replace("secondary=01", "secondary=02")
                .replace("Express (v2) Root Port", "Express (v2) X");
        Inventory inventory = Dumps.read(one.replace("00:01.0", "01:00.0")
                + one.replace("00:01.0", "02:00.0").replace("secondary=02", "secondary=01"));
        assertThat(inventory.functions()).hasSize(2);
        assertThat(Dumps.notes(inventory)).contains("do not nest");
    }
}
