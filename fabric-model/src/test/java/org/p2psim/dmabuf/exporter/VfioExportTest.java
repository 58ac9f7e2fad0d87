package org.p2psim.dmabuf.exporter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.dmabuf.Journal.Action.CRASH;
import static org.p2psim.dmabuf.Journal.Action.LEAK;
import static org.p2psim.dmabuf.Journal.Action.UNPIN;
import static org.p2psim.dmabuf.Machine.done;
import static org.p2psim.dmabuf.Machine.errno;
import static org.p2psim.dmabuf.Machine.importer;
import static org.p2psim.dmabuf.exporter.VfioScene.BAR0;
import static org.p2psim.dmabuf.exporter.VfioScene.BAR4;
import static org.p2psim.dmabuf.exporter.VfioScene.device;
import static org.p2psim.dmabuf.exporter.VfioScene.export;
import static org.p2psim.dmabuf.exporter.VfioScene.machine;

import com.google.common.collect.Sets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.p2psim.dmabuf.Attachment;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.Importer;
import org.p2psim.dmabuf.Machine;
import org.p2psim.dmabuf.Task;
import org.p2psim.dmabuf.importer.RdmaFlavour;
import org.p2psim.dmabuf.importer.RdmaNic;
import org.p2psim.platform.Errno;
import org.p2psim.unit.Bytes;

/** What may be exported of a BAR, to whom, and what an importer gets: from the posting of 2022 to 7.1. */
class VfioExportTest {
    /** S13. */
    @ParameterizedTest(name = "region {0}, offset {1}, length {2}")
    @CsvSource({
        "4, 0x0, 0x0, ok, EINVAL", // the whole BAR; a length of 0
        "4, 0x1000, 0x0, ok, EINVAL", // R5: no bytes
        "4, 0x0, 0x4000000, ok, ok",
        "4, 0x0, 0x4001000, EINVAL, EINVAL",
        "4, 0x4000000, 0x1000, EINVAL, EINVAL",
        "4, 0x64, 0x1000, EINVAL, EINVAL",
        "4, 0x1000, 0x64, EINVAL, EINVAL",
        "6, 0x0, 0x1000, EINVAL, ENODEV",
        "2, 0x0, 0x1000, EINVAL, EINVAL",
        "4, 0x100000000, 0x1000, EINVAL, EINVAL" // R4
    })
    void slicesAreCheckedInTheOrderOfEachVersion(
            int region, String offset, String length, String posted, String merged) {
        for (VfioProfile profile : List.of(VfioProfile.RFC, VfioProfile.V6_19)) {
            Task<DmaBuf> task = machine(profile)
                    .start(
                            "export",
                            () -> device(machine(profile), profile, "n0")
                                    .export("d", region, Long.decode(offset), Long.decode(length)));
            String expected = profile == VfioProfile.RFC ? posted : merged;
            if (expected.equals("ok")) {
                assertThat(done(task).size())
                        .isEqualTo(region == 4 && offset.equals("0x0") ? BAR4.size() : Long.decode(length));
            } else {
                assertThat(errno(task)).isEqualTo(Errno.valueOf(expected));
            }
        }
    }

    /** S13: what only the merged call can say. */
    @Test
    void thePostedCallHasRoomForOneSliceAndNoFlags() {
        VfioPci device = device(machine(VfioProfile.RFC), VfioProfile.RFC, "n0");
        VfioSlice page = new VfioSlice(0, 4096);
        assertThat(done(device.export("d", 4, 0, List.of(page))).size()).isEqualTo(4096);
        assertThat(errno(device.export("d", 4, 0, List.of(page, page)))).isEqualTo(Errno.EINVAL);
        assertThat(errno(device.export("d", 4, 1, List.of(page)))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void rangesMayOverlapAndMustNotWrap() {
        VfioPci device = device(machine(VfioProfile.V6_19), VfioProfile.V6_19, "n0");
        VfioSlice page = new VfioSlice(0, 4096);
        assertThat(done(device.export("d", 4, 0, List.of(page, page))).size()).isEqualTo(8192);
        assertThat(errno(device.export("d", 4, 0, List.of(new VfioSlice(-4096, 8192)))))
                .isEqualTo(Errno.EOVERFLOW);
        VfioSlice huge = new VfioSlice(0, 1L << 62);
        assertThat(errno(device.export("d", 4, 0, List.of(huge, huge)))).isEqualTo(Errno.EINVAL);
        assertThat(errno(device.export("d", 4, 0, List.of()))).isEqualTo(Errno.EINVAL);
        assertThat(errno(device.export("d", 4, 1, List.of(page)))).isEqualTo(Errno.EINVAL);
    }

    /** S11: R2. */
    @Test
    void theRfcMapsBar0WhateverBarWasAsked() {
        Set<Bug> bugs = Sets.difference(VfioProfile.RFC.bugs(), Set.of(Bug.REVOKED_INVERTED));
        Machine machine = machine(VfioProfile.RFC, bugs);
        DmaBuf dmaBuf = export(device(machine, VfioProfile.RFC, "n0"), "d");
        assertThat(done(done(dmaBuf.attach(importer(0))).mapUnlocked())
                        .entries()
                        .get(0)
                        .address())
                .isEqualTo(BAR0.base());
        assertThat(dmaBuf.exporter().ranges(dmaBuf)).containsExactly(BAR4);
    }

    /** S12: R3. */
    @Test
    void tablesWhoseCountIsNotRestoredLeakAtEveryUnmap() {
        Machine machine = machine(VfioProfile.RFC);
        VfioPci device = device(machine, VfioProfile.RFC, "n0");
        DmaBuf dmaBuf = done(device.export("d", 4, 0, Bytes.MIB));
        Importer small = new Importer("x0", importer(0).function(), true, true, 64 * Bytes.KIB);
        Attachment attachment = done(dmaBuf.attach(small));
        for (int i = 0; i < 1000; i++) {
            assertThat(done(attachment.mapUnlocked()).entries()).hasSize(16);
            done(attachment.unmapUnlocked());
        }
        assertThat(machine.objects(LEAK)).hasSize(1000);
    }

    /** S14. */
    @ParameterizedTest
    @CsvSource({"RFC, EINVAL", "V6_19, EOPNOTSUPP", "V7_1, EOPNOTSUPP"})
    void anImporterThatPinsAndCannotBeRevokedIsRefused(VfioProfile profile, Errno expected) {
        Machine machine = machine(profile);
        DmaBuf dmaBuf = export(device(machine, profile, "n0"), "d");
        RdmaNic nic = machine.nic(1, RdmaFlavour.PINNED);
        assertThat(errno(machine.start("register", () -> nic.register(Machine.whole("mr", dmaBuf), dmaBuf))))
                .isEqualTo(expected);
        assertThat(dmaBuf.attachments()).isEmpty();
        assertThat(dmaBuf.references()).isEqualTo(1);
        assertThat(machine.objects(UNPIN)).isEmpty();
    }

    /** S16 with the posting of 2022: it attaches whatever the state. */
    @Test
    void theRfcAttachesToARevokedBuffer() {
        Machine machine = machine(VfioProfile.RFC);
        VfioPci device = device(machine, VfioProfile.RFC, "n0");
        machine.run("config write", () -> device.writeMemoryEnable(false));
        assertThat(done(export(device, "d").attach(importer(0))).peer2peer()).isTrue();
    }

    /** 3.3 and R7: no free descriptor. */
    @ParameterizedTest
    @CsvSource({"RFC, 2, 1, 0", "V6_19, 0, 0, 1", "V7_1, 1, 0, 0"})
    void withoutAFreeDescriptorTheRfcLeaksAnd619PutsTwice(
            VfioProfile profile, int registrations, int leaks, int crashes) {
        Machine machine = machine(profile);
        machine.kernel().limitDescriptors(0);
        VfioPci device = device(machine, profile, "n0");
        assertThat(errno(machine.start("export", () -> device.export("d", 4, 0, 4096))))
                .isEqualTo(Errno.EMFILE);
        assertThat(device.registrations()).isEqualTo(registrations);
        assertThat(machine.objects(LEAK)).hasSize(leaks);
        assertThat(machine.objects(CRASH)).hasSize(crashes);
    }

    /** Section 3.3: attach tests peer-to-peer first, and a route only when mapping. */
    @Test
    void sinceMergedARouteIsAskedForAtMap() {
        Machine machine = new Machine(Machine.UNKNOWN, "6.19", Set.of());
        DmaBuf dmaBuf = export(device(machine, VfioProfile.V6_19, "n0"), "d");
        Attachment attachment = done(dmaBuf.attach(importer(0)));
        assertThat(errno(attachment.mapUnlocked())).isEqualTo(Errno.EINVAL);
        assertThat(errno(dmaBuf.attach(Machine.fixedImporter(1)))).isEqualTo(Errno.EOPNOTSUPP);
    }
}
