package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Journal.Action.RESET;
import static org.p2psim.dmabuf.Journal.Action.SCRUB;
import static org.p2psim.dmabuf.Journal.Action.TOUCHED_AFTER_INSTALL;
import static org.p2psim.dmabuf.Journal.Action.WARNING;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;

import com.google.common.collect.ImmutableSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.exporter.HabanalabsProfile.DeviceLife;
import org.p2psim.dmabuf.importer.MemoryRegion;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.ownership.DrmMaster;
import org.p2psim.dmabuf.ownership.OwnedMemory;
import org.p2psim.dmabuf.sgtable.HabanalabsSgTable;
import org.p2psim.invariant.Invariant;
import org.p2psim.invariant.KernelChecks;
import org.p2psim.invariant.LandingChecks;
import org.p2psim.invariant.LandingChecks.Landing;
import org.p2psim.invariant.OwnershipChecks;
import org.p2psim.invariant.Violation;
import org.p2psim.platform.Errno;
import org.p2psim.platform.KernelRelease;
import org.p2psim.unit.Bytes;

/**
 * Who owns an accelerator: the five steps by which its next user's data would be read through a region that cannot be
 * revoked (Vetter, September 2021), with each defence on and off; and how the exporter publishes its descriptors.
 */
class HabanalabsLifeTest {
    private static final AddressRange BAR = new AddressRange(0x3800_0000_0000L, 32 * Bytes.GIB);
    private static final AddressRange SECRET = new AddressRange(BAR.base() + 0x400_0000L, 4096);

    private static Habanalabs driver(Machine machine, DeviceLife life, boolean scrubs) {
        return new Habanalabs(
                Machine.EXPORTER,
                BAR,
                new Habanalabs.DeviceMemory(0x2000_0000L, 0x2400_0000L, 32 * Bytes.GIB),
                machine.p2pdma(),
                Machine.identity(),
                new HabanalabsProfile(HabanalabsProfile.Sizes.ANY, HabanalabsSgTable.V6, life, ImmutableSet.of()),
                machine.kernel(),
                scrubs);
    }

    private static Machine machine(Bug... bugs) {
        return new Machine(Machine.ALLOWED, "5.16", Set.of(bugs));
    }

    private static DmaBuf exported(Habanalabs driver) {
        return done(driver.exportByAddress("d", 0x2400_0000L, Bytes.MIB));
    }

    /** S03, section 2.6: what another user gets while the first one's region lives. */
    @ParameterizedTest
    @CsvSource({"HOLDS_CONTEXT, EBUSY, 0", "HOLDS_CONTEXT_AND_RESETS, EAGAIN, 1", "HOLDS_FILE, EBUSY, 0"})
    void nobodyElseOpensTheDeviceWhileADmaBufOfItsUserLives(DeviceLife life, Errno refusal, int resets) {
        Machine machine = machine();
        Habanalabs driver = driver(machine, life, true);
        HabanalabsFile file = driver.file();
        machine.run("open", () -> file.open("A"));
        file.owned().write(SECRET, "A's");
        DmaBuf dmaBuf = exported(driver);
        MemoryRegion region = machine.region(machine.nic(1, RdmaFlavour.PINNED), "mr", dmaBuf);
        done(dmaBuf.close());
        done(file.close());
        assertThat(machine.objects(RESET)).hasSize(resets);
        if (file.isResetting()) {
            assertThat(errno(machine.start("open", () -> file.open("B")))).isEqualTo(Errno.EAGAIN);
            file.resetDone();
        }
        assertThat(errno(machine.start("open", () -> file.open("B")))).isEqualTo(refusal);
        assertThat(file.user()).contains("A");
        assertThat(file.owned().read(SECRET)).containsExactly("A's");

        machine.run("kill", region::deregister);
        assertThat(machine.objects(SCRUB)).hasSize(1);
        file.scrubbed();
        machine.run("open", () -> file.open("B"));
        assertThat(OwnershipChecks.opened(List.of(dmaBuf), file.owned(), BAR, true))
                .isEmpty();
        assertThat(machine.objects(WARNING)).hasSize(life == DeviceLife.HOLDS_FILE ? 0 : 1);
    }

    /** S04: the defence is removed, and the attack works. */
    @Test
    void withoutAReferenceOnTheContextThePeerReadsTheNextUsersSecret() {
        Machine machine = machine(Bug.NO_CONTEXT_REFERENCE);
        Habanalabs driver = driver(machine, DeviceLife.HOLDS_CONTEXT, false);
        HabanalabsFile file = driver.file();
        machine.run("open", () -> file.open("A"));
        DmaBuf dmaBuf = exported(driver);
        MemoryRegion region = machine.region(machine.nic(1, RdmaFlavour.PINNED), "mr", dmaBuf);
        OwnedMemory atMap = file.owned().snapshot();
        done(dmaBuf.close());
        done(file.close());
        machine.run("open", () -> file.open("B"));
        assertThat(OwnershipChecks.opened(List.of(dmaBuf), file.owned(), BAR, false))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.ONE_OWNER);
        file.owned().write(SECRET, "B's");
        assertThat(region.translation()).isPresent();
        assertThat(LandingChecks.check(Landing.of(region.attachment(), SECRET, false, atMap), false, file.owned()))
                .extracting(Violation::invariant)
                .containsExactly(Invariant.OWNER_AS_MAPPED);
        assertThat(file.owned().read(SECRET)).containsExactly("B's");
    }

    /** S05. */
    @ParameterizedTest
    @CsvSource({"true, true", "false, false"})
    void onlyScrubbingKeepsAUsersDataFromTheNext(boolean scrubs, boolean cleared) {
        Machine machine = machine();
        HabanalabsFile file = driver(machine, DeviceLife.HOLDS_FILE, scrubs).file();
        machine.run("open", () -> file.open("A"));
        file.owned().write(SECRET, "A's");
        done(file.close());
        if (scrubs) {
            assertThat(errno(machine.start("open", () -> file.open("B")))).isEqualTo(Errno.EAGAIN);
            file.scrubbed();
        }
        machine.run("open", () -> file.open("B"));
        assertThat(file.owned().read(SECRET).isEmpty()).isEqualTo(cleared);
    }

    /** S05: as posted, who opens during the scrub waits for it. */
    @Test
    void asPostedAnOpenWaitsForTheScrub() {
        Machine machine = machine();
        HabanalabsFile file = driver(machine, DeviceLife.HOLDS_CONTEXT, true).file();
        machine.run("open", () -> file.open("A"));
        done(file.close());
        Task<String> open = machine.start("open", () -> file.open("B"));
        assertThat(open.isOver()).isFalse();
        file.scrubbed();
        machine.kernel().poll();
        done(open);
    }

    /** S01: references, and nothing is left in the end. */
    @Test
    void aRegionKeepsTheMemoryAfterItsDescriptorIsClosedAndLeavesNothingBehind() {
        Machine machine = machine();
        Habanalabs driver = driver(machine, DeviceLife.HOLDS_CONTEXT, false);
        done(driver.handles().allocate("h", List.of(0x2400_0000L, 0x2420_0000L), 2 * Bytes.MIB));
        DmaBuf dmaBuf = done(driver.exportByHandle("d", "h"));
        var nic = machine.nic(1, RdmaFlavour.PINNED);
        MemoryRegion region = machine.region(nic, "mr", dmaBuf);
        done(dmaBuf.close());
        assertThat(errno(driver.handles().free("h"))).isEqualTo(Errno.EINVAL);
        machine.run("deregister", region::deregister);
        done(driver.handles().free("h"));
        assertThat(KernelChecks.leaked(List.of(dmaBuf), List.of(nic))).isEmpty();
        assertThat(KernelChecks.check(machine.kernel(), 0)).isEmpty();
    }

    /** S06: a handle of host memory, and the count is undone. */
    @Test
    void hostMemoryIsNotExported() {
        Habanalabs driver = driver(machine(), DeviceLife.HOLDS_CONTEXT, false);
        done(driver.handles().allocateHost("h"));
        assertThat(errno(driver.exportByHandle("d", "h"))).isEqualTo(Errno.EINVAL);
        assertThat(driver.handles().exportingCount("h")).isZero();
    }

    /** Section 2.4: another thread closes the descriptor that it guessed. */
    @ParameterizedTest
    @CsvSource({"true, 2", "false, 0"})
    void aDescriptorThatIsPublishedFirstMayBeClosedTooEarly(boolean publishedFirst, int crashes) {
        Machine machine = publishedFirst ? machine(Bug.DESCRIPTOR_PUBLISHED_FIRST) : machine();
        Habanalabs driver = driver(machine, DeviceLife.HOLDS_CONTEXT, false);
        machine.run("open", () -> driver.file().open("A"));
        machine.kernel().whenInstalled(dmaBuf -> done(dmaBuf.close()));
        driver.exportByAddress("d", 0x2400_0000L, Bytes.MIB);
        assertThat(machine.objects(TOUCHED_AFTER_INSTALL)).hasSize(crashes);
        assertThat(KernelChecks.check(machine.kernel(), 0))
                .hasSize(crashes)
                .allMatch(violation -> violation.invariant() == Invariant.PUBLISHED_LAST);
    }

    /** Section 2.4: no free descriptor; as posted the count of the allocation is undone twice. */
    @ParameterizedTest
    @CsvSource({"true, -1", "false, 0"})
    void withoutAFreeDescriptorTheCountIsUndoneOnce(boolean publishedFirst, int count) {
        Machine machine = publishedFirst ? machine(Bug.DESCRIPTOR_PUBLISHED_FIRST) : machine();
        machine.kernel().limitDescriptors(0);
        Habanalabs driver = driver(machine, DeviceLife.HOLDS_CONTEXT, false);
        done(driver.handles().allocate("h", List.of(0x2400_0000L), 2 * Bytes.MIB));
        assertThat(errno(driver.exportByHandle("d", "h"))).isEqualTo(Errno.EMFILE);
        assertThat(driver.handles().exportingCount("h")).isEqualTo(count);
    }

    @ParameterizedTest
    @CsvSource({
        "5.16, HOLDS_CONTEXT, true",
        "6.2, HOLDS_CONTEXT_AND_RESETS, true",
        "6.5, HOLDS_FILE, true",
        "6.17, HOLDS_FILE, false"
    })
    void whatAnExportHoldsAndWhenItIsPublishedHangsOnTheRelease(
            String release, DeviceLife life, boolean publishedFirst) {
        HabanalabsProfile profile = HabanalabsProfile.of(KernelRelease.parse(release));
        assertThat(profile.deviceLife()).isEqualTo(life);
        assertThat(profile.bugs().contains(Bug.DESCRIPTOR_PUBLISHED_FIRST)).isEqualTo(publishedFirst);
    }

    /** Section 8: exclusive ownership; what cannot be revoked keeps its owner. */
    @ParameterizedTest
    @CsvSource({"false", "true"})
    void whatCannotBeRevokedKeepsItsOwnerUntilItLetsGo(boolean undefended) {
        DrmMaster master = new DrmMaster((undefended ? machine(Bug.NO_OWNER_REFERENCE) : machine()).kernel());
        done(master.become("A"));
        assertThat(errno(master.become("B"))).isEqualTo(Errno.EBUSY);
        assertThat(errno(master.ioctl("B"))).isEqualTo(Errno.EPERM);
        master.holds("mr");
        master.drop();
        assertThat(errno(master.ioctl("A"))).isEqualTo(Errno.EPERM);
        if (undefended) {
            done(master.become("B"));
        } else {
            assertThat(errno(master.become("B"))).isEqualTo(Errno.EBUSY);
            master.letsGo("mr");
            done(master.become("B"));
        }
    }

    /** Every bug says who had it and what it does. */
    @ParameterizedTest
    @EnumSource(Bug.class)
    void bugsHaveASourceAndAnEffect(Bug bug) {
        assertThat(bug.source()).isNotBlank();
        assertThat(bug.effect()).isNotBlank();
    }
}
