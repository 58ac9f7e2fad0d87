package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.address.Bdf;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.AcsPattern;

/**
 * One comparison of what is with what should be.
 *
 * @param where the functions that it is about
 * @param what they are, in words
 * @param expected for ACS a pattern such as {@code xx111x1}, else words
 * @param found for ACS the control word as seven bits, else words
 * @param wrongBits for ACS: those that should be the other way
 */
public record PracticeCheck(
        Subject subject,
        List<Bdf> where,
        String what,
        String expected,
        String found,
        List<AcsBit> wrongBits,
        Status status) {
    /** What is compared. */
    public enum Subject {
        ACS,
        ATS,
        IOMMU_GROUP
    }

    /** How a comparison ended. */
    public enum Status {
        OK,
        FAIL,
        NOT_KNOWN;

        static Status of(boolean ok) {
            return ok ? OK : FAIL;
        }
    }

    public PracticeCheck {
        where = ImmutableList.copyOf(where);
        wrongBits = ImmutableList.copyOf(wrongBits);
    }

    static PracticeCheck acs(RdmaFunction port, Kind kind, Acs acs, AcsPattern expected) {
        return new PracticeCheck(
                Subject.ACS,
                ImmutableList.of(port.address()),
                kind.label(),
                expected.toString(),
                acs.controlBits(),
                Acs.bits(expected.differing(acs)),
                expected.matches(acs).map(Status::of).orElse(Status.NOT_KNOWN));
    }

    static PracticeCheck ats(RdmaFunction nic, boolean expected) {
        return new PracticeCheck(
                Subject.ATS,
                ImmutableList.of(nic.address()),
                Kind.CONNECTX.label(),
                ats(expected),
                nic.ats().map(PracticeCheck::ats).orElse("not known"),
                ImmutableList.of(),
                nic.ats().map(ats -> Status.of(ats == expected)).orElse(Status.NOT_KNOWN));
    }

    private static String ats(boolean has) {
        return has ? "capability" : "no capability";
    }
}
