package org.p2psim.scenario;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.p2psim.dmabuf.Bug;
import org.p2psim.dmabuf.exporter.GpuProfile;
import org.p2psim.dmabuf.exporter.HabanalabsProfile;
import org.p2psim.dmabuf.exporter.VfioProfile;
import org.p2psim.dmabuf.importer.SoftwareRdma;
import org.p2psim.platform.KernelRelease;

/** The profile of a device's driver: what that version of it does, and what it does wrong. */
public sealed interface Driver {
    /** Every name that a file may say, with what it is in a kernel release. */
    ImmutableMap<String, Function<KernelRelease, Driver>> BY_NAME =
            ImmutableMap.<String, Function<KernelRelease, Driver>>builder()
                    .put("hl-v6", release -> habanalabs("5.16"))
                    .put("hl-6.2", release -> habanalabs("6.2"))
                    .put("hl-6.5", release -> withWholePages(HabanalabsProfile.of(KernelRelease.parse("6.5"))))
                    .put("hl-6.7", release -> habanalabs("6.7"))
                    .put("hl-6.17", release -> habanalabs("6.17"))
                    .put("vfio-rfc", release -> new Vfio(VfioProfile.RFC))
                    .put("vfio-6.19", release -> new Vfio(VfioProfile.V6_19))
                    .put("vfio-7.1rc", release -> new Vfio(VfioProfile.V7_1_RC))
                    .put("vfio-7.1", release -> new Vfio(VfioProfile.V7_1))
                    .put("amdgpu", release -> new Gpu(GpuProfile.of(GpuProfile.Driver.AMDGPU, release)))
                    .put("xe", release -> new Gpu(GpuProfile.of(GpuProfile.Driver.XE, release)))
                    .put("nouveau", release -> new Gpu(GpuProfile.of(GpuProfile.Driver.NOUVEAU, release)))
                    .put("vma-p2p-2019", release -> new VmaP2p())
                    .put("seed", release -> new Software(SoftwareRdma.Refusal.IN_UMEM))
                    .put("merged", release -> new Software(SoftwareRdma.Refusal.IN_ATTACH))
                    .put("rxe", release -> new Software(SoftwareRdma.Refusal.NO_OPERATION))
                    .buildOrThrow();

    /** The release in the name of a GPU driver's profile. */
    Pattern RELEASE = Pattern.compile("[0-9]{1,2}\\.[0-9]{1,3}");

    /** What it does wrong. */
    ImmutableSet<Bug> bugs();

    record Habanalabs(HabanalabsProfile profile) implements Driver {
        @Override
        public ImmutableSet<Bug> bugs() {
            return profile.bugs();
        }
    }

    record Vfio(VfioProfile profile) implements Driver {
        @Override
        public ImmutableSet<Bug> bugs() {
            return profile.bugs();
        }
    }

    record Gpu(GpuProfile profile) implements Driver {
        @Override
        public ImmutableSet<Bug> bugs() {
            return profile.bugs();
        }
    }

    /** Mappings of the device's file that peers may map: proposed in January 2019. */
    record VmaP2p() implements Driver {
        @Override
        public ImmutableSet<Bug> bugs() {
            return ImmutableSet.of();
        }
    }

    record Software(SoftwareRdma.Refusal refusal) implements Driver {
        @Override
        public ImmutableSet<Bug> bugs() {
            return ImmutableSet.of();
        }
    }

    /**
     * The profile of a name: one of {@link #BY_NAME}; a GPU driver's may be followed by the release that it is from,
     * {@code amdgpu-6.14}.
     *
     * @param release of the kernel that decides
     */
    static Optional<Driver> named(String name, KernelRelease release) {
        Function<KernelRelease, Driver> known = BY_NAME.get(name);
        if (known != null) {
            return Optional.of(known.apply(release));
        }
        int dash = name.indexOf('-');
        if (dash < 0) {
            return Optional.empty();
        }
        String driver = name.substring(0, dash).toUpperCase(Locale.ROOT);
        for (GpuProfile.Driver gpu : GpuProfile.Driver.values()) {
            if (gpu.name().equals(driver)
                    && RELEASE.matcher(name.substring(dash + 1)).matches()) {
                return Optional.of(new Gpu(GpuProfile.of(gpu, KernelRelease.parse(name.substring(dash + 1)))));
            }
        }
        return Optional.empty();
    }

    private static Driver habanalabs(String release) {
        return new Habanalabs(HabanalabsProfile.of(KernelRelease.parse(release)));
    }

    /** The check of sizes came to releases from 6.6.48 on; the profile of that series has it. */
    private static Driver withWholePages(HabanalabsProfile profile) {
        return new Habanalabs(new HabanalabsProfile(
                HabanalabsProfile.Sizes.WHOLE_PAGES, profile.sgTable(), profile.deviceLife(), profile.bugs()));
    }
}
