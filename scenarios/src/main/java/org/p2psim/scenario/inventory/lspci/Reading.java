package org.p2psim.scenario.inventory.lspci;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.p2psim.address.DeviceId;
import org.p2psim.scenario.inventory.FoundBar;
import org.p2psim.scenario.inventory.config.Bridge;
import org.p2psim.scenario.inventory.config.Capabilities;
import org.p2psim.scenario.inventory.config.ConfigReading;
import org.p2psim.scenario.inventory.config.ConfigSpace;
import org.p2psim.scenario.inventory.config.Header;

/** What one source says of one function; what is empty it does not say. */
record Reading(
        Identity identity, Optional<Bridge> bridge, Bars bars, Capabilities capabilities, Surroundings surroundings) {
    static final Reading NOTHING =
            new Reading(Identity.NOTHING, Optional.empty(), Bars.NONE, Capabilities.HIDDEN, Surroundings.NOTHING);

    private static final Reading SILENT =
            new Reading(Identity.SILENT, Optional.empty(), Bars.NONE, Capabilities.HIDDEN, Surroundings.NOTHING);

    /** What a hexadecimal dump says; less than the header says nothing. */
    static Reading of(ConfigSpace config) {
        return config.hasHeader() ? ConfigReading.read(config).map(Reading::of).orElse(SILENT) : NOTHING;
    }

    private static Reading of(ConfigReading config) {
        return new Reading(
                new Identity(
                        config.id(),
                        config.subsystem(),
                        OptionalInt.of(config.classCode()),
                        Optional.of(config.header()),
                        Optional.empty(),
                        false),
                config.bridge(),
                new Bars(config.bars(), true),
                config.capabilities(),
                Surroundings.NOTHING);
    }

    /** This reading, and another one's for what is missing here. */
    Reading or(Reading other) {
        return new Reading(
                identity.or(other.identity),
                bridge.or(() -> other.bridge),
                bars.or(other.bars),
                capabilities.or(other.capabilities),
                surroundings.or(other.surroundings));
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
        static final Identity SILENT = new Identity(
                Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty(), true);

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
