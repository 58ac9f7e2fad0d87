package org.p2psim.run;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.p2psim.address.Bdf;
import org.p2psim.iommu.IommuGroup;
import org.p2psim.iommu.IommuGroups;
import org.p2psim.outcome.Explanation;
import org.p2psim.outcome.Explanation.Changed;
import org.p2psim.outcome.Explanation.GroupOutcome;
import org.p2psim.outcome.Matrix;
import org.p2psim.outcome.Note;
import org.p2psim.p2p.AcsPolicy;
import org.p2psim.p2p.Client;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.MapTypeCache;
import org.p2psim.p2p.P2pdma;
import org.p2psim.p2p.Verdict;
import org.p2psim.platform.KernelRules;
import org.p2psim.run.replay.World;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Plan;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.PciFunction;

/** What the kernel of one plan answers about pairs of functions, without running the timeline. */
public final class Verdicts {
    private static final Pattern OTHER_DEVICE = Pattern.compile("(child|rxe):(.+)");
    private static final String NOT_PCI = "nonpci";

    private final World world;
    private final KernelRules rules;
    private final AcsPolicy policy;

    /** @param policy how ACS counts: as in released kernels, or as one in development would have it */
    public Verdicts(Plan plan, AcsPolicy policy) {
        this.world = World.of(plan);
        this.rules = KernelRules.of(world.kernel());
        this.policy = policy;
    }

    /** Every ordered pair of endpoints. */
    public Matrix endpoints() {
        return matrix(world.seen().endpoints(), false);
    }

    /** Every ordered pair of functions: bridges too, and each function with itself. */
    public Matrix everything() {
        return matrix(world.seen().functions(), true);
    }

    /**
     * Every ordered pair of some functions.
     *
     * @throws UnknownFunctionException if one of the names is none's
     */
    public Matrix of(List<String> names) throws UnknownFunctionException {
        List<PciFunction> functions = new ArrayList<>();
        for (String name : names) {
            functions.add(function(name));
        }
        return matrix(functions, false);
    }

    private Matrix matrix(List<PciFunction> functions, boolean withItself) {
        Plan plan = world.plan();
        return new Matrix(
                plan.scenario(),
                plan.variant(),
                world.kernel().text(),
                world.seen(),
                p2pdma(world.seen()),
                functions,
                withItself,
                notes());
    }

    private P2pdma p2pdma(Fabric fabric) {
        return new P2pdma(fabric, fabric.bootCpu(), rules, policy);
    }

    private List<Note> notes() {
        // A scenario's assumptions are about time; a dump's are about the machine.
        boolean imported = world.plan().devices().isEmpty();
        List<Note> notes = new ArrayList<>(world.plan().notes().stream()
                .filter(note -> imported || note.kind() != Note.Kind.ASSUMED && note.kind() != Note.Kind.SOURCE)
                .toList());
        notes.addAll(Cautions.of(world));
        return notes;
    }

    /** A function of the machine, by name or address. */
    private PciFunction function(String name) throws UnknownFunctionException {
        ImmutableList<PciFunction> functions = world.seen().functions();
        Optional<Bdf> address = address(name);
        Optional<PciFunction> found = functions.stream()
                .filter(f -> f.name().equals(name)
                        || address.isPresent() && f.address().equals(address.get()))
                .findFirst();
        if (found.isPresent()) {
            return found.get();
        }
        Optional<Bdf> host = Optional.ofNullable(world.plan().addresses().get(name));
        if (host.isPresent() && world.guest().isPresent()) {
            Optional<Bdf> guest = world.guest().get().guestAddress(host.get());
            if (guest.isPresent()) {
                return world.seen().function(guest.get());
            }
            throw new UnknownFunctionException("variant %s: %s is not passed through to the guest"
                    .formatted(world.plan().variant(), name));
        }
        throw new UnknownFunctionException("variant %s has no function \"%s\"%s"
                .formatted(
                        world.plan().variant(),
                        name,
                        Finding.nearest(
                                name, functions.stream().map(PciFunction::name).toList())));
    }

    private static Optional<Bdf> address(String text) {
        try {
            return Optional.of(Bdf.parse(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private Client client(String text) throws UnknownFunctionException {
        if (text.equals(NOT_PCI)) {
            return Client.notPci(text);
        }
        Matcher other = OTHER_DEVICE.matcher(text);
        if (!other.matches()) {
            return Client.of(function(text).address());
        }
        Bdf function = function(other.group(2)).address();
        return other.group(1).equals("rxe") ? Client.softwareRdma(function, text) : Client.below(function, text);
    }

    /** Functions by their own names, however they were asked for. */
    private List<String> names(List<String> clients) throws UnknownFunctionException {
        List<String> names = new ArrayList<>();
        for (String client : clients) {
            boolean function =
                    !client.equals(NOT_PCI) && !OTHER_DEVICE.matcher(client).matches();
            names.add(function ? function(client).name() : client);
        }
        return names;
    }

    /** A change of a function's ACS control word on the running machine, as {@code setpci} makes it. */
    public record AcsChange(String function, int control) {}

    /**
     * Why the kernel answers what it answers for a provider and its clients.
     *
     * @param clients names or addresses; {@code child:X} for a device that hangs from function X, {@code rxe:X} for
     *     software RDMA over it, {@code nonpci} for a device that hangs from none
     * @throws UnknownFunctionException if one of the names is none's
     */
    public Explanation explain(String provider, List<String> clients, Optional<AcsChange> change)
            throws UnknownFunctionException {
        Bdf from = function(provider).address();
        List<Client> asked = new ArrayList<>();
        for (String client : clients) {
            asked.add(client(client));
        }
        return new Explanation(
                world.plan().scenario(),
                world.plan().variant(),
                world.kernel().text(),
                world.seen().bootCpu(),
                function(provider).name(),
                names(clients),
                p2pdma(world.seen()).distance(from, asked),
                groups(from, asked),
                change.isPresent() ? Optional.of(changed(from, asked, change.get())) : Optional.empty(),
                notes());
    }

    /** The groups of the host's kernel, which are not formed again when ACS changes later. */
    private List<GroupOutcome> groups(Bdf provider, List<Client> clients) {
        boolean iommu = world.seen().hostBridges().stream()
                .anyMatch(bridge -> bridge.iommu().requestsAcs());
        if (!iommu) {
            return List.of();
        }
        IommuGroups groups = IommuGroups.of(world.seen(), world.kernel());
        Stream<Bdf> functions =
                Stream.concat(Stream.of(provider), clients.stream().flatMap(client -> client.function().stream()));
        return functions
                .distinct()
                .flatMap(function -> groups.groupOf(function).map(group -> outcome(function, group)).stream())
                .toList();
    }

    private GroupOutcome outcome(Bdf function, IommuGroup group) {
        return new GroupOutcome(
                world.seen().function(function).name(),
                group.number(),
                group.functions().stream().map(Bdf::toString).toList(),
                group.perhaps().stream().map(Bdf::toString).toList());
    }

    private Changed changed(Bdf provider, List<Client> clients, AcsChange change) throws UnknownFunctionException {
        PciFunction function = function(change.function());
        if (function.acs().isEmpty()) {
            throw new UnknownFunctionException("%s has no ACS capability to change".formatted(change.function()));
        }
        Acs acs = new Acs(function.acs().get().capability(), change.control());
        Fabric seen = world.seen();
        Fabric after = Fabric.of(
                seen.sockets(),
                seen.socketLink(),
                seen.hostBridges(),
                seen.functions().stream()
                        .map(f -> f.equals(function) ? f.withAcs(Optional.of(acs)) : f)
                        .toList());
        MapTypeCache cache = new MapTypeCache(rules);
        P2pdma before = p2pdma(seen);
        P2pdma now = p2pdma(after);
        List<Optional<MapType>> mapped = new ArrayList<>();
        List<Optional<Verdict>> again = new ArrayList<>();
        for (Client client : clients) {
            client.function().ifPresent(address -> cache.distance(before, provider, address));
            mapped.add(client.function().map(address -> cache.mapType(now, provider, address)));
            again.add(client.function().map(address -> cache.distance(now, provider, address)));
        }
        String what = "ACS control of %s set to 0x%04x".formatted(function.address(), change.control());
        return new Changed(what, mapped, again);
    }

    /** A name that no function has; the message says so, and what is near. */
    public static final class UnknownFunctionException extends Exception {
        private static final long serialVersionUID = 1;

        UnknownFunctionException(String message) {
            super(message);
        }
    }
}
