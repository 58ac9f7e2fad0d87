package org.p2psim.practice;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.p2psim.practice.PracticeCheck.Status;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsPattern;

/** {@code rdma_topo check}: recognises a machine, then compares ACS, ATS and IOMMU groups with what they should be. */
public final class RdmaTopoCheck {
    /** {@link Complex#ISOLATED} but for CR: Vera root ports have that bit read-only and off. */
    private static final AcsPattern VERA_ISOLATED = AcsPattern.parse("xx101x1");

    private final RdmaTree tree;
    private final Layout layout;
    private final ImmutableList<Complex> complexes;
    private final Use use;
    private final boolean useFromAts;

    private RdmaTopoCheck(RdmaMachine machine, Optional<Use> chosen) throws Unrecognised {
        tree = new RdmaTree(machine);
        layout = layout(tree);
        if (layout == Layout.DATA_DIRECT && chosen.isPresent()) {
            throw Unrecognised.choice("with a Data Direct function, ACS should be the same for bare metal and for"
                    + " virtual machines: check without a choice");
        }
        complexes = ImmutableList.sortedCopyOf(
                Comparator.comparing(complex -> complex.nic().address()),
                switch (layout) {
                    case DATA_DIRECT -> DataDirectComplex.all(machine, tree);
                    case INLINE -> InlineComplex.all(machine, tree);
                    case NUMA -> NumaComplex.all(machine, tree);
                });
        if (complexes.isEmpty()) {
            throw Unrecognised.notSupported("no complex of a NIC and a GPU");
        }
        useFromAts = layout == Layout.INLINE && chosen.isEmpty();
        use = useFromAts ? useFromAts() : chosen.orElse(Use.BARE_METAL);
    }

    /**
     * Checks a machine.
     *
     * @param chosen what the machine is prepared for, as with {@code --virt} and {@code --no-virt}; if empty, a NIC with
     *     an ATS capability says virtual machines
     */
    public static AcsPractice of(RdmaMachine machine, Optional<Use> chosen) {
        try {
            return new RdmaTopoCheck(machine, chosen).answer();
        } catch (Unrecognised e) {
            return new AcsPractice(
                    e.verdict(),
                    Optional.of(e.reason()),
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    ImmutableList.of(),
                    ImmutableList.of());
        }
    }

    private static Layout layout(RdmaTree tree) throws Unrecognised {
        if (tree.has(Kind.DATA_DIRECT)) {
            return Layout.DATA_DIRECT;
        }
        boolean gpuAtRootPort = tree.ofKind(Kind.GPU).stream()
                .anyMatch(gpu -> tree.parent(gpu)
                        .map(tree::kind)
                        .filter(Kind::isRootPort)
                        .isPresent());
        if (gpuAtRootPort) {
            return Layout.NUMA;
        }
        if (tree.has(Kind.CONNECTX_SWITCH) && tree.has(Kind.CONNECTX) && tree.has(Kind.GPU)) {
            return Layout.INLINE;
        }
        throw Unrecognised.notSupported(
                "rdma_topo knows NVIDIA GPUs with ConnectX NICs below ConnectX switches, or with"
                        + " GPUs directly below root ports");
    }

    private Use useFromAts() throws Unrecognised {
        List<Boolean> known = complexes.stream()
                .flatMap(complex -> complex.nic().ats().stream())
                .distinct()
                .toList();
        if (known.size() > 1) {
            throw Unrecognised.notSupported(
                    "some NICs have an ATS capability and some have none: choose bare metal or" + " virtual machines");
        }
        for (Complex complex : complexes) {
            if (complex.nic().ats().isEmpty()) {
                throw Unrecognised.notKnown(
                        "choose bare metal or virtual machines: it was not captured whether ConnectX "
                                + complex.nic().address() + " has an ATS capability");
            }
        }
        return known.get(0) ? Use.VIRTUAL_MACHINES : Use.BARE_METAL;
    }

    private AcsPractice answer() throws Unrecognised {
        List<PracticeCheck> checks = new ArrayList<>(acsChecks());
        complexes.forEach(complex -> checks.addAll(complex.checks(use)));
        return new AcsPractice(
                verdict(checks),
                Optional.empty(),
                Optional.of(layout),
                layout == Layout.INLINE ? Optional.of(use) : Optional.empty(),
                useFromAts,
                complexes.stream().map(Complex::topology).toList(),
                checks);
    }

    private static Verdict verdict(List<PracticeCheck> checks) {
        if (checks.stream().anyMatch(check -> check.status() == Status.FAIL)) {
            return Verdict.FAIL;
        }
        boolean notKnown = checks.stream().anyMatch(check -> check.status() == Status.NOT_KNOWN);
        return notKnown ? Verdict.NOT_KNOWN : Verdict.PASS;
    }

    private List<PracticeCheck> acsChecks() throws Unrecognised {
        Map<RdmaFunction, AcsPattern> expected = new HashMap<>();
        for (Complex complex : complexes) {
            for (Map.Entry<RdmaFunction, AcsPattern> port :
                    complex.expectedAcs(use).entrySet()) {
                if (port.getKey().acs().isEmpty()) {
                    throw Unrecognised.unexpected("%s %s has no ACS capability"
                            .formatted(
                                    tree.kind(port.getKey()).label(),
                                    port.getKey().address()));
                }
                expected.put(port.getKey(), port.getValue());
            }
        }
        List<PracticeCheck> checks = new ArrayList<>();
        for (RdmaFunction function : tree.all()) {
            Kind kind = tree.kind(function);
            Optional<AcsPattern> pattern =
                    Optional.ofNullable(expected.get(function)).or(() -> ofOthers(kind));
            Optional<Acs> acs = function.acs();
            if (pattern.isPresent() && acs.isPresent()) {
                checks.add(PracticeCheck.acs(function, kind, acs.get(), pattern.get()));
            }
        }
        return checks;
    }

    /** What ports beside the complexes should be, if they have the capability: as the kernel sets it, or all off. */
    private Optional<AcsPattern> ofOthers(Kind kind) {
        if (!kind.isSwitch() && !kind.isNvidiaRootPort()) {
            return Optional.empty();
        }
        if (layout == Layout.INLINE && use == Use.BARE_METAL) {
            return Optional.of(InlineComplex.NO_REDIRECT);
        }
        return Optional.of(kind == Kind.VERA_ROOT_PORT ? VERA_ISOLATED : Complex.ISOLATED);
    }
}
