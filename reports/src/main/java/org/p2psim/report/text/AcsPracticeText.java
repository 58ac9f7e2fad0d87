package org.p2psim.report.text;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.address.Bdf;
import org.p2psim.practice.AcsPractice;
import org.p2psim.practice.Layout;
import org.p2psim.practice.PracticeCheck;
import org.p2psim.practice.SupportedTopology;
import org.p2psim.practice.Use;
import org.p2psim.practice.Verdict;
import org.p2psim.topology.AcsBit;

/** What {@code rdma_topo check} says about a machine, for a terminal. */
public final class AcsPracticeText {
    private static final int WIDTH = 120;
    private static final int ADDRESSES_NAMED = 2;

    private AcsPracticeText() {}

    /** Verdict, then the complexes that were recognised, then a line for each comparison: those that failed first. */
    public static ImmutableList<String> lines(AcsPractice practice) {
        List<String> lines =
                new ArrayList<>(Plain.wrapped("ACS practice (rdma_topo): ", "  ", sentence(practice), WIDTH));
        practice.layout()
                .ifPresent(layout -> lines.add("  " + layout(layout)
                        + practice.use()
                                .map(use ->
                                        ", " + use(use) + (practice.useFromAts() ? ", told from ATS of the NIC" : ""))
                                .orElse("")));
        practice.topologies().forEach(topology -> lines.addAll(Plain.wrapped("  ", "    ", text(topology), WIDTH)));
        TextTable table = new TextTable();
        for (PracticeCheck.Status status :
                List.of(PracticeCheck.Status.FAIL, PracticeCheck.Status.NOT_KNOWN, PracticeCheck.Status.OK)) {
            practice.checks().stream()
                    .filter(check -> check.status() == status)
                    .forEach(check -> table.row(
                            status(status),
                            subject(check.subject()),
                            check.what(),
                            addresses(check.where()),
                            "expected " + check.expected(),
                            "found " + check.found(),
                            wrongBits(check)));
        }
        lines.addAll(table.lines(2));
        return ImmutableList.copyOf(lines);
    }

    private static String sentence(AcsPractice practice) {
        String reason = practice.reason().map(text -> ": " + text).orElse("");
        String says = switch (practice.verdict()) {
            case PASS -> "passes";
            case FAIL -> "fails";
            case NOT_KNOWN -> "not known" + reason;
            case NO_SUPPORTED_TOPOLOGY ->
                "no supported topology%s. This says nothing about peer-to-peer".formatted(reason);
            case UNEXPECTED_TOPOLOGY -> "unexpected topology" + reason;
            case CHOICE_NOT_SUPPORTED -> "not answered" + reason;
        };
        String note =
                practice.verdict() == Verdict.NOT_KNOWN && practice.reason().isEmpty()
                        ? ": nothing is wrong as far as the dump shows"
                        : "";
        return "%s%s (exit code %d)".formatted(says, note, practice.exitCode());
    }

    private static String layout(Layout layout) {
        String shape = switch (layout) {
            case DATA_DIRECT -> "Data Direct function of the NIC and GPU share a ConnectX switch";
            case INLINE -> "NIC and GPU share a ConnectX switch";
            case NUMA -> "GPUs and NICs at root ports, together by NUMA node";
        };
        return "%s (%s)".formatted(shape, layout.toolName());
    }

    private static String use(Use use) {
        return switch (use) {
            case BARE_METAL -> "bare metal";
            case VIRTUAL_MACHINES -> "virtual machines";
        };
    }

    private static String text(SupportedTopology topology) {
        List<String> parts = new ArrayList<>();
        topology.numaNode().ifPresent(node -> parts.add("NUMA node " + node));
        parts.add("NIC " + joined(topology.nics()));
        topology.dataDirect().ifPresent(function -> parts.add("Data Direct " + function));
        parts.add("GPU " + joined(topology.gpus()));
        port(parts, "NIC port", topology.nicPort());
        port(parts, "GPU port", topology.gpuPort());
        port(parts, "root port", topology.rootPort());
        if (!topology.nvmes().isEmpty()) {
            parts.add("NVMe " + joined(topology.nvmes()));
        }
        return String.join("; ", parts);
    }

    private static void port(List<String> parts, String what, Optional<Bdf> port) {
        port.ifPresent(address -> parts.add(what + " " + address));
    }

    private static String joined(List<Bdf> addresses) {
        return addresses.stream().map(Bdf::toString).collect(Collectors.joining(", "));
    }

    private static String addresses(List<Bdf> addresses) {
        return addresses.size() > ADDRESSES_NAMED ? addresses.size() + " functions" : joined(addresses);
    }

    private static String wrongBits(PracticeCheck check) {
        return check.wrongBits().isEmpty()
                ? ""
                : "wrong: " + check.wrongBits().stream().map(AcsBit::name).collect(Collectors.joining(" "));
    }

    private static String subject(PracticeCheck.Subject subject) {
        return switch (subject) {
            case ACS -> "ACS";
            case ATS -> "ATS";
            case IOMMU_GROUP -> "IOMMU group";
        };
    }

    private static String status(PracticeCheck.Status status) {
        return switch (status) {
            case OK -> "ok";
            case FAIL -> "FAIL";
            case NOT_KNOWN -> "not known";
        };
    }
}
