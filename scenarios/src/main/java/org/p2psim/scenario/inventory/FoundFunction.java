package org.p2psim.scenario.inventory;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Link;
import org.p2psim.topology.PortType;
import org.p2psim.topology.Window;

/**
 * One function as a dump shows it. What is empty was not in the dump, unless stated otherwise.
 *
 * @param id {@link DeviceId#NOT_KNOWN} if the dump does not say it
 * @param classCode base class, subclass and programming interface: 0 to 0xffffff
 * @param type read or derived; a reader that derives it says so in the inventory's notes
 * @param upstreamBridge only if the dump nests its functions; otherwise it follows from the bus numbers
 * @param secondaryBus bridges: the bus below; empty if the dump does not number buses
 * @param subordinateBus bridges: the highest bus below
 * @param acs empty if the function is known to have no ACS capability; {@link Acs#NOT_KNOWN} if that was not captured
 * @param windows bridges: the memory that they forward
 * @param linkCapability what this end can do
 * @param linkStatus the trained link
 * @param mps Max_Payload_Size in force, bytes
 * @param mrrs Max_Read_Request_Size in force, bytes
 * @param ats empty if not captured, else whether the function has an ATS capability
 * @param vpd its vital product data, if it has any and that was readable
 * @param capabilities what else it has: {@code AER}, {@code SR-IOV}, {@code Resizable BAR}, ...
 * @param invented true for bridges that a cloud's file has and no machine
 */
public record FoundFunction(
        Bdf address,
        DeviceId id,
        Optional<DeviceId> subsystem,
        OptionalInt classCode,
        PortType type,
        Optional<Bdf> upstreamBridge,
        OptionalInt secondaryBus,
        OptionalInt subordinateBus,
        Optional<Acs> acs,
        List<FoundBar> bars,
        List<Window> windows,
        Optional<Link> linkCapability,
        Optional<Link> linkStatus,
        OptionalInt mps,
        OptionalInt mrrs,
        OptionalInt numaNode,
        OptionalInt iommuGroup,
        Optional<Boolean> ats,
        Optional<FoundVpd> vpd,
        Set<String> capabilities,
        Optional<String> driver,
        Optional<String> description,
        boolean invented) {
    public FoundFunction {
        bars = ImmutableList.copyOf(bars);
        windows = ImmutableList.copyOf(windows);
        capabilities = ImmutableSet.copyOf(capabilities);
    }

    /** Begins a function of which nothing is known yet but where it is. */
    public static Builder at(Bdf address) {
        return new Builder(address);
    }

    /** Collects what a dump says, line by line. Until told otherwise, ACS is not known and the type an endpoint. */
    public static final class Builder {
        private final Bdf address;
        private DeviceId id = DeviceId.NOT_KNOWN;
        private Optional<DeviceId> subsystem = Optional.empty();
        private OptionalInt classCode = OptionalInt.empty();
        private PortType type = PortType.ENDPOINT;
        private Optional<Bdf> upstreamBridge = Optional.empty();
        private OptionalInt secondaryBus = OptionalInt.empty();
        private OptionalInt subordinateBus = OptionalInt.empty();
        private Optional<Acs> acs = Optional.of(Acs.NOT_KNOWN);
        private final List<FoundBar> bars = new ArrayList<>();
        private final List<Window> windows = new ArrayList<>();
        private Optional<Link> linkCapability = Optional.empty();
        private Optional<Link> linkStatus = Optional.empty();
        private OptionalInt mps = OptionalInt.empty();
        private OptionalInt mrrs = OptionalInt.empty();
        private OptionalInt numaNode = OptionalInt.empty();
        private OptionalInt iommuGroup = OptionalInt.empty();
        private Optional<Boolean> ats = Optional.empty();
        private Optional<FoundVpd> vpd = Optional.empty();
        private final Set<String> capabilities = new LinkedHashSet<>();
        private Optional<String> driver = Optional.empty();
        private Optional<String> description = Optional.empty();
        private boolean invented;

        private Builder(Bdf address) {
            this.address = address;
        }

        @CanIgnoreReturnValue
        public Builder id(DeviceId value) {
            id = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder subsystem(DeviceId value) {
            subsystem = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder classCode(int value) {
            classCode = OptionalInt.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder type(PortType value) {
            type = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder upstreamBridge(Bdf value) {
            upstreamBridge = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder buses(int secondary, int subordinate) {
            secondaryBus = OptionalInt.of(secondary);
            subordinateBus = OptionalInt.of(subordinate);
            return this;
        }

        /** Says what is known of ACS: empty if there is no such capability. */
        @CanIgnoreReturnValue
        public Builder acs(Optional<Acs> value) {
            acs = value;
            return this;
        }

        @CanIgnoreReturnValue
        public Builder bar(FoundBar value) {
            bars.add(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder window(Window value) {
            windows.add(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder linkCapability(Link value) {
            linkCapability = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder linkStatus(Link value) {
            linkStatus = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder mps(int bytes) {
            mps = OptionalInt.of(bytes);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder mrrs(int bytes) {
            mrrs = OptionalInt.of(bytes);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder numaNode(int value) {
            numaNode = OptionalInt.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder iommuGroup(int value) {
            iommuGroup = OptionalInt.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder ats(boolean value) {
            ats = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder vpd(FoundVpd value) {
            vpd = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder capability(String value) {
            capabilities.add(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder driver(String value) {
            driver = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder description(String value) {
            description = Optional.of(value);
            return this;
        }

        @CanIgnoreReturnValue
        public Builder invented() {
            invented = true;
            return this;
        }

        public FoundFunction build() {
            return new FoundFunction(
                    address,
                    id,
                    subsystem,
                    classCode,
                    type,
                    upstreamBridge,
                    secondaryBus,
                    subordinateBus,
                    acs,
                    bars,
                    windows,
                    linkCapability,
                    linkStatus,
                    mps,
                    mrrs,
                    numaNode,
                    iommuGroup,
                    ats,
                    vpd,
                    capabilities,
                    driver,
                    description,
                    invented);
        }
    }
}
