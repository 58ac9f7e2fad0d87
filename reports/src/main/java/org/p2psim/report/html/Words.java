package org.p2psim.report.html;

import java.util.Locale;
import java.util.stream.Collectors;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.p2p.MapType;
import org.p2psim.report.matrix.PairGrid.Reason;
import org.p2psim.topology.Acs;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Ticks;

/** Values in the words of the page. */
public final class Words {
    private static final int PAIRS_NAMED = 4;
    private static final int UPRIGHT_FROM = 6;
    private static final int SMALL_FROM = 20;

    private Words() {}

    /** Lower case with blanks: for names of enums that are words. */
    public static String plain(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    public static String layer(Layer layer) {
        return switch (layer) {
            case KERNEL -> "Kernel: may it be mapped?";
            case GATE -> "Driver: does it allow it?";
            case DELIVERY -> "Delivery: do TLPs arrive?";
            case EFFECT -> "Effect: what the user sees";
        };
    }

    public static String event(Event.Kind kind) {
        return switch (kind) {
            case DONE -> "done";
            case REFUSED -> "refused";
            case EFFECT -> "follows";
            case WAIT -> "waits";
            case VIOLATION -> "violation";
        };
    }

    public static String notes(Note.Kind kind) {
        return switch (kind) {
            case NOT_REACHED -> "Switched on and never reached";
            case ASSUMED -> "Assumed, because nothing says otherwise";
            case SOURCE -> "Figures and rules, with their sources";
            case NOT_KNOWN -> "Not known";
            case NOT_MODELLED -> "Not modelled";
            case CAUTION -> "To be careful with";
        };
    }

    /** The class of a matrix cell. */
    public static String cssClass(MapType mapType) {
        return switch (mapType) {
            case NOT_SUPPORTED -> "no";
            case BUS_ADDR -> "direct";
            case THRU_HOST_BRIDGE -> "indirect";
            case DEPENDS_ON -> "open";
        };
    }

    /** The classes of a matrix: names across stand upright to keep it narrow; many more make all of it small. */
    public static String gridClass(int names) {
        return "grid" + (names > UPRIGHT_FROM ? " many" : "") + (names > SMALL_FROM ? " crowded" : "");
    }

    /** The pairs of a reason: the first few by name. */
    public static String pairs(Reason reason) {
        return reason.named(PAIRS_NAMED);
    }

    /** The kernel parameter that turns redirect off at every port of the pairs' ways. */
    public static String disableRedirect(Reason reason) {
        return "pci=disable_acs_redir="
                + reason.redirecting().stream().map(Object::toString).collect(Collectors.joining(";"));
    }

    /** A function in one line of the list that stands for the picture. */
    public static String function(PciFunction function) {
        StringBuilder words =
                new StringBuilder(plain(function.type())).append(", ").append(function.id());
        function.acs()
                .ifPresent(acs -> words.append(", ACS redirect ")
                        .append(acs.redirects() ? "on" : acs.mayRedirect() ? "not known" : "off")
                        .append(bits(acs)));
        if (function.type().hasLinkBelow() && function.acs().isEmpty()) {
            words.append(", no ACS");
        }
        function.linkBelow().ifPresent(link -> words.append(", link ").append(link));
        return words.toString();
    }

    private static String bits(Acs acs) {
        return acs.control() == 0
                ? ""
                : " (" + Acs.bits(acs.control()).stream().map(AcsBit::name).collect(Collectors.joining(" ")) + ")";
    }

    static String percent(double part, double whole) {
        return whole <= 0 ? "-" : Math.round(100 * part / whole) + " %";
    }

    /** A rate against the slowest link of the route. */
    public static String share(TransferOutcome transfer) {
        long ticks = transfer.end() - transfer.start();
        if (transfer.slowest() <= 0 || ticks <= 0) {
            return "-";
        }
        double rate = transfer.bytes() * (double) Ticks.PER_SECOND / ticks;
        return "%s of %s"
                .formatted(
                        percent(rate, (double) transfer.slowest()),
                        new Bandwidth(transfer.slowest(), Ticks.PER_SECOND));
    }
}
