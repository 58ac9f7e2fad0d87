package org.p2psim.practice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.practice.PracticeCheck.Status;
import org.p2psim.practice.PracticeCheck.Subject;
import org.p2psim.practice.RdmaMachine.Fact;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;

class RdmaTopoCheckTest {
    private static List<PracticeCheck> notOk(AcsPractice practice) {
        return practice.checks().stream()
                .filter(check -> check.status() != Status.OK)
                .toList();
    }

    private static PracticeCheck onlyNotOk(AcsPractice practice) {
        assertThat(notOk(practice)).hasSize(1);
        return notOk(practice).get(0);
    }

    private static String expectedAt(AcsPractice practice, String port) {
        return practice.checks().stream()
                .filter(check -> check.subject() == Subject.ACS)
                .filter(check -> check.where().contains(Bdf.parse(port)))
                .findFirst()
                .orElseThrow()
                .expected();
    }

    @Test
    void bareMetalWithoutRedirectPasses() {
        AcsPractice practice = Machine.bareMetal().check();
        assertThat(practice.verdict()).isEqualTo(Verdict.PASS);
        assertThat(practice.exitCode()).isZero();
        assertThat(practice.layout()).contains(Layout.INLINE);
        assertThat(practice.use()).contains(Use.BARE_METAL);
        assertThat(List.of(Machine.ROOT_PORT, Machine.NIC_PORT, Machine.GPU_PORT))
                .allSatisfy(port -> assertThat(expectedAt(practice, port)).isEqualTo("xx000x0"));
    }

    @Test
    void oneRedirectBitFailsBareMetalAtAnyPortOfThePath() {
        for (String port : List.of(Machine.ROOT_PORT, Machine.NIC_PORT, Machine.GPU_PORT)) {
            for (AcsBit bit : List.of(AcsBit.SV, AcsBit.RR, AcsBit.CR, AcsBit.UF)) {
                AcsPractice practice = Machine.bareMetal()
                        .acs(port, Optional.of(new Acs(0x7f, bit.mask())))
                        .check();
                assertThat(practice.verdict()).isEqualTo(Verdict.FAIL);
                assertThat(practice.exitCode()).isEqualTo(100);
                assertThat(onlyNotOk(practice).where()).containsExactly(Bdf.parse(port));
                assertThat(onlyNotOk(practice).wrongBits()).containsExactly(bit);
            }
        }
    }

    @Test
    void blockingEgressControlAndDirectTranslatedDoNotMatterOnBareMetal() {
        assertThat(Machine.bareMetal().acs(Machine.GPU_PORT, "1100010").check().verdict())
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void bareMetalWantsOneIommuGroupOrNone() {
        assertThat(onlyNotOk(Machine.bareMetal().group(Machine.GPU, 8).check()).subject())
                .isEqualTo(Subject.IOMMU_GROUP);
        assertThat(Machine.bareMetal().noGroup(Machine.GPU).check().verdict()).isEqualTo(Verdict.FAIL);
        assertThat(Machine.bareMetal()
                        .noGroup(Machine.GPU)
                        .noGroup(Machine.NIC)
                        .check()
                        .verdict())
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void aMachinePreparedForVirtualMachinesPasses() {
        AcsPractice practice = Machine.forVirtualMachines().check();
        assertThat(practice.verdict()).isEqualTo(Verdict.PASS);
        assertThat(practice.use()).contains(Use.VIRTUAL_MACHINES);
        assertThat(practice.useFromAts()).isTrue();
        assertThat(expectedAt(practice, Machine.NIC_PORT)).isEqualTo("1x111x1");
        assertThat(expectedAt(practice, Machine.GPU_PORT)).isEqualTo("xx111x1");
        assertThat(expectedAt(practice, Machine.ROOT_PORT)).isEqualTo("xx111x1");
    }

    @Test
    void virtualMachinesNeedAts() {
        AcsPractice practice =
                Machine.forVirtualMachines().ats(Machine.NIC, false).check(Use.VIRTUAL_MACHINES);
        assertThat(practice.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(onlyNotOk(practice).subject()).isEqualTo(Subject.ATS);
    }

    @Test
    void virtualMachinesNeedDirectTranslatedAtTheNicPort() {
        AcsPractice practice =
                Machine.forVirtualMachines().acs(Machine.NIC_PORT, "0011101").check();
        assertThat(practice.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(onlyNotOk(practice).wrongBits()).containsExactly(AcsBit.DT);
    }

    @Test
    void virtualMachinesNeedDifferentGroups() {
        assertThat(Machine.forVirtualMachines().group(Machine.GPU, 7).check().verdict())
                .isEqualTo(Verdict.FAIL);
        assertThat(Machine.forVirtualMachines().noGroup(Machine.GPU).check().verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void anAtsCapabilityFailsBareMetal() {
        AcsPractice practice = Machine.bareMetal().ats(Machine.NIC, true).check(Use.BARE_METAL);
        assertThat(onlyNotOk(practice).subject()).isEqualTo(Subject.ATS);
    }

    @Test
    void aPlxSwitchIsNotSupported() {
        Machine machine = Machine.bareMetal();
        List.of(Machine.SHARED_SWITCH, Machine.NIC_PORT, Machine.GPU_PORT, "0000:04:00.0", "0000:05:00.0")
                .forEach(port -> machine.id(port, "10b5:8747"));
        assertThat(machine.check().verdict()).isEqualTo(Verdict.NO_SUPPORTED_TOPOLOGY);
        assertThat(machine.check().exitCode()).isEqualTo(100);
    }

    @Test
    void anAmdGpuIsNotSupported() {
        assertThat(Machine.bareMetal().id(Machine.GPU, "1002:74a1").check().verdict())
                .isEqualTo(Verdict.NO_SUPPORTED_TOPOLOGY);
    }

    @Test
    void aPortWithoutAcsOnThePathIsUnexpected() {
        assertThat(Machine.bareMetal()
                        .acs(Machine.NIC_PORT, Optional.empty())
                        .check()
                        .verdict())
                .isEqualTo(Verdict.UNEXPECTED_TOPOLOGY);
    }

    @Test
    void aSwitchPortBesideThePathCountsIfItHasAcs() {
        Machine machine = Machine.bareMetal().bridge("0000:02:02.0", "15b3:197b", Machine.SHARED_SWITCH, "0000001");
        assertThat(onlyNotOk(machine.check()).where()).containsExactly(Bdf.parse("0000:02:02.0"));
        assertThat(machine.acs("0000:02:02.0", Optional.empty()).check().verdict())
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void aSecondNicPortUnderTheSharedSwitchIsNotSupported() {
        AcsPractice practice = Machine.bareMetal()
                .bridge("0000:02:02.0", "15b3:197c", Machine.SHARED_SWITCH, "0000000")
                .endpoint("0000:07:00.0", "15b3:1023", 0x020000, "0000:02:02.0")
                .check();
        assertThat(practice.verdict()).isEqualTo(Verdict.NO_SUPPORTED_TOPOLOGY);
        assertThat(practice.reason().orElseThrow()).contains("0000:01:00.0");
    }

    @Test
    void dataDirectHasItsOwnPatterns() {
        AcsPractice practice = Machine.dataDirect().check();
        assertThat(practice.verdict()).isEqualTo(Verdict.PASS);
        assertThat(practice.layout()).contains(Layout.DATA_DIRECT);
        assertThat(practice.use()).isEmpty();
        assertThat(expectedAt(practice, Machine.NIC_PORT)).isEqualTo("xx110x1");
        assertThat(expectedAt(practice, Machine.GPU_PORT)).isEqualTo("xx101x1");
        assertThat(expectedAt(practice, Machine.ROOT_PORT)).isEqualTo("xx111x0");
        assertThat(expectedAt(practice, "0001:00:00.0")).isEqualTo("xx111x1");
    }

    @Test
    void dataDirectAndGpuMustShareAGroup() {
        assertThat(Machine.dataDirect().group(Machine.GPU, 4).check().verdict()).isEqualTo(Verdict.FAIL);
        assertThat(Machine.dataDirect()
                        .noGroup(Machine.GPU)
                        .noGroup(Machine.DATA_DIRECT)
                        .check()
                        .verdict())
                .isEqualTo(Verdict.FAIL);
    }

    @Test
    void dataDirectOffersNoChoiceOfUse() {
        assertThat(Machine.dataDirect().check(Use.BARE_METAL).verdict()).isEqualTo(Verdict.CHOICE_NOT_SUPPORTED);
        assertThat(Machine.dataDirect().check(Use.BARE_METAL).exitCode()).isEqualTo(100);
    }

    @Test
    void dataDirectIsFoundByTheCardIdentifierOnly() {
        assertThat(Machine.dataDirect()
                        .card(Machine.MAIN_NIC, "another")
                        .check()
                        .verdict())
                .isEqualTo(Verdict.UNEXPECTED_TOPOLOGY);
        assertThat(Machine.dataDirect().card(Machine.DATA_DIRECT, "").check().verdict())
                .isEqualTo(Verdict.UNEXPECTED_TOPOLOGY);
        assertThat(Machine.dataDirect()
                        .card(Machine.DATA_DIRECT, "")
                        .notCaptured(Fact.CARD_ID)
                        .check()
                        .verdict())
                .isEqualTo(Verdict.NOT_KNOWN);
    }

    @Test
    void veraRootPortsKeepCompletionRedirectOff() {
        AcsPractice practice = Machine.numa().check();
        assertThat(practice.verdict()).isEqualTo(Verdict.PASS);
        assertThat(practice.layout()).contains(Layout.NUMA);
        assertThat(expectedAt(practice, "0000:00:01.0")).isEqualTo("xx101x1");
    }

    @Test
    void aNumaNodeWantsEachFunctionInAGroupOfItsOwnAndNoAts() {
        assertThat(onlyNotOk(Machine.numa().group("0000:02:00.0", 1).check()).subject())
                .isEqualTo(Subject.IOMMU_GROUP);
        assertThat(onlyNotOk(Machine.numa().ats("0000:01:00.0", true).check()).subject())
                .isEqualTo(Subject.ATS);
    }

    @Test
    void aNumaNodeWithoutGpuIsUnexpected() {
        assertThat(Machine.numa().node("0000:02:00.0", 1).check().reason()).contains("NUMA node 0 has no NVIDIA GPU");
    }

    @Test
    void acsThatWasNotCapturedIsNotKnownUnlessSomethingElseFails() {
        Machine machine = Machine.bareMetal().acs(Machine.NIC_PORT, Optional.of(Acs.NOT_KNOWN));
        assertThat(machine.check().verdict()).isEqualTo(Verdict.NOT_KNOWN);
        assertThat(onlyNotOk(machine.check()).found()).isEqualTo("???????");
        assertThat(machine.acs(Machine.GPU_PORT, "0000100").check().verdict()).isEqualTo(Verdict.FAIL);
    }

    @Test
    void withoutAtsTheUseMustBeChosen() {
        Machine machine = Machine.forVirtualMachines().ats(Machine.NIC, Optional.empty());
        assertThat(machine.check().verdict()).isEqualTo(Verdict.NOT_KNOWN);
        assertThat(machine.check().checks()).isEmpty();
        assertThat(onlyNotOk(machine.check(Use.VIRTUAL_MACHINES)).subject()).isEqualTo(Subject.ATS);
        assertThat(machine.check(Use.VIRTUAL_MACHINES).verdict()).isEqualTo(Verdict.NOT_KNOWN);
    }

    @Test
    void groupsThatWereNotCapturedAreNotKnown() {
        for (Machine machine : List.of(Machine.bareMetal(), Machine.forVirtualMachines())) {
            machine.noGroup(Machine.NIC).noGroup(Machine.GPU).notCaptured(Fact.IOMMU_GROUP);
            assertThat(machine.check().verdict()).isEqualTo(Verdict.NOT_KNOWN);
            assertThat(onlyNotOk(machine.check()).found()).isEqualTo("not known, not known");
        }
    }

    @Test
    void aFunctionWithoutNameMayBeAnything() {
        assertThat(Machine.bareMetal().id(Machine.GPU_PORT, "ffff:ffff").check().verdict())
                .isEqualTo(Verdict.NOT_KNOWN);
        assertThat(Machine.bareMetal().classNotKnown(Machine.GPU).check().verdict())
                .isEqualTo(Verdict.NOT_KNOWN);
        assertThat(Machine.bareMetal().classNotKnown(Machine.ROOT_PORT).check().verdict())
                .isEqualTo(Verdict.PASS);
    }

    @Test
    void aFunctionBelowItselfIsRefused() {
        Machine machine = Machine.bareMetal()
                .bridge("0000:10:00.0", "8086:0001", "0000:11:00.0", "")
                .bridge("0000:11:00.0", "8086:0001", "0000:10:00.0", "");
        assertThatIllegalArgumentException().isThrownBy(machine::machine).withMessageContaining("below itself");
    }

    @Test
    void aMachineWithoutFunctionsIsNotSupported() {
        assertThat(new Machine().check().verdict()).isEqualTo(Verdict.NO_SUPPORTED_TOPOLOGY);
    }
}
