package org.p2psim.scenario.inventory.lspci;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

/** What one source says of one function; what is empty it does not say. */
record Reading(
        Identity identity, Optional<Bridge> bridge, Bars bars, Capabilities capabilities, Surroundings surroundings) {
    static final Reading NOTHING =
            new Reading(Identity.NOTHING, Optional.empty(), Bars.NONE, Capabilities.HIDDEN, Surroundings.NOTHING);

    /** This reading, and another one's for what is missing here. */
    Reading or(Reading other) {
        return new Reading(
                identity.or(other.identity),
                bridge.or(() -> other.bridge),
                bars.or(other.bars),
                capabilities.or(other.capabilities),
                surroundings.or(other.surroundings));
    }

    /** The layout of the first 64 bytes (PCI local bus specification 3.0, 6.1). */
    enum Header {
        NORMAL,
        BRIDGE,
        CARDBUS
    }

    /**
     * Who the function is.
     *
     * @param silent the function does not answer: all ones, or {@code Unknown header type 7f}
     */
    record Identity(
            Optional<DeviceId> id,
            Optional<DeviceId> subsystem,
            OptionalInt classCode,
            Optional<Header> header,
            Optional<String> description,
            boolean silent) {
        static final Identity NOTHING = new Identity(
                Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty(), false);

        Identity or(Identity other) {
            return new Identity(
                    id.or(() -> other.id),
                    subsystem.or(() -> other.subsystem),
                    first(classCode, other.classCode),
                    header.or(() -> other.header),
                    description.or(() -> other.description),
                    silent || other.silent);
        }
    }

    /** Bus numbers and windows of a bridge. Both bus numbers are 0 before somebody configured it. */
    record Bridge(int secondary, int subordinate, Optional<Window> memory, Optional<Window> prefetchable) {
        boolean isConfigured() {
            return secondary != 0;
        }

        ImmutableList<Window> windows() {
            ImmutableList.Builder<Window> windows = ImmutableList.builder();
            memory.ifPresent(windows::add);
            prefetchable.ifPresent(windows::add);
            return windows.build();
        }
    }

    /**
     * Memory BARs.
     *
     * @param numbered false if the index was counted, as {@code lspci -v} does not print it
     */
    record Bars(List<FoundBar> all, boolean numbered) {
        static final Bars NONE = new Bars(List.of(), true);

        Bars {
            all = ImmutableList.copyOf(all);
        }

        Bars or(Bars other) {
            return BarMerge.merge(this, other);
        }
    }

    /**
     * What the capability lists say.
     *
     * @param express empty if there is none in what is shown
     * @param names what else there is, by name
     */
    record Capabilities(
            Extent extent,
            Optional<Express> express,
            Optional<Acs> acs,
            boolean ats,
            Set<String> names,
            Optional<VirtualFunctions> virtualFunctions) {
        static final Capabilities HIDDEN =
                new Capabilities(Extent.HIDDEN, Optional.empty(), Optional.empty(), false, Set.of(), Optional.empty());

        Capabilities {
            names = ImmutableSet.copyOf(names);
        }

        Capabilities or(Capabilities other) {
            boolean otherKnowsAcs = other.acs.isPresent() && other.acs.get().isKnown();
            boolean thisKnowsAcs = acs.isPresent() && acs.get().isKnown();
            return new Capabilities(
                    extent.compareTo(other.extent) >= 0 ? extent : other.extent,
                    express.isPresent() && other.express.isPresent()
                            ? Optional.of(express.get().or(other.express.get()))
                            : express.or(() -> other.express),
                    otherKnowsAcs && !thisKnowsAcs ? other.acs : acs.or(() -> other.acs),
                    ats || other.ats,
                    Sets.union(names, other.names),
                    virtualFunctions.or(() -> other.virtualFunctions));
        }
    }

    /**
     * The PCI Express capability.
     *
     * @param type empty if the number is none that the specification gives
     */
    record Express(
            Optional<PortType> type,
            Optional<Link> linkCapability,
            Optional<Link> linkStatus,
            OptionalInt mps,
            OptionalInt mrrs) {
        Express or(Express other) {
            return new Express(
                    type.or(() -> other.type),
                    linkCapability.or(() -> other.linkCapability),
                    linkStatus.or(() -> other.linkStatus),
                    first(mps, other.mps),
                    first(mrrs, other.mrrs));
        }
    }

    /** An SR-IOV capability in use: which routing ids its virtual functions have, and their device id. */
    record VirtualFunctions(int count, int offset, int stride, int deviceId) {}

    /** What the kernel says of the function: not in configuration space. */
    record Surroundings(OptionalInt numaNode, OptionalInt iommuGroup, Optional<String> driver) {
        static final Surroundings NOTHING =
                new Surroundings(OptionalInt.empty(), OptionalInt.empty(), Optional.empty());

        Surroundings or(Surroundings other) {
            return new Surroundings(
                    first(numaNode, other.numaNode),
                    first(iommuGroup, other.iommuGroup),
                    driver.or(() -> other.driver));
        }
    }

    private static OptionalInt first(OptionalInt one, OptionalInt other) {
        return one.isPresent() ? one : other;
    }
}
