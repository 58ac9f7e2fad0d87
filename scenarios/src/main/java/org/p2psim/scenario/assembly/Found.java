package org.p2psim.scenario.assembly;

import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.boot.BootFunction;
import org.p2psim.scenario.AcsSpec;
import org.p2psim.topology.Acs;
import org.p2psim.topology.PciFunction;

/** What the file says of a function that the boot needs and the fabric does not keep. */
record Found(Optional<AcsSpec> acs, DeviceId subsystem, boolean externalFacing, boolean untrusted) {
    /** The tree form has no subsystem ids: selectors that name one don't match. */
    private static final DeviceId NO_SUBSYSTEM = new DeviceId(0, 0);

    static Found inTree(Optional<AcsSpec> acs) {
        return new Found(acs, NO_SUBSYSTEM, false, false);
    }

    static Found listed(
            Optional<AcsSpec> acs, Optional<DeviceId> subsystem, boolean externalFacing, boolean untrusted) {
        return new Found(acs, subsystem.orElse(NO_SUBSYSTEM), externalFacing, untrusted);
    }

    BootFunction booting(PciFunction function, Optional<BootFunction> above) {
        Bdf address = function.address();
        return new BootFunction(
                address, function.id(), subsystem, above, externalFacing, untrusted, acs.map(Found::words));
    }

    boolean inForce() {
        return acs.isPresent() && acs.get().inForce();
    }

    /** The word that the file says, whether in force or from firmware. */
    private static Acs words(AcsSpec spec) {
        int stated = spec.ctl().or(spec::firmware).map(Acs::mask).orElse(0);
        return new Acs(Acs.mask(spec.cap()), stated, Acs.mask(spec.notKnown()));
    }
}
