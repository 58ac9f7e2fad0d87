package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.p2p.Forest.UNLISTED;
import static org.p2psim.p2p.Forest.XEON;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.topology.AcsBit;
import org.p2psim.topology.PortType;

class MapTypeCacheTest {
    private static final Bdf PROVIDER = Bdf.parse("0000:03:00.0");
    private static final Bdf CLIENT = Bdf.parse("0000:04:00.0");

    @Test
    void k14AMappingDoesNotSeeThatAcsChangedUntilSomebodyAsksForTheDistance() {
        P2pdma before = Forest.oneSwitch(UNLISTED).ask("6.12", XEON);
        P2pdma after = Forest.oneSwitch(UNLISTED, AcsBit.RR).ask("6.12", XEON);
        MapTypeCache cache = new MapTypeCache(Forest.rules("6.12"));
        assertThat(cache.mapType(before, PROVIDER, CLIENT)).isEqualTo(MapType.BUS_ADDR);
        assertThat(cache.mapType(after, PROVIDER, CLIENT)).as("stale").isEqualTo(MapType.BUS_ADDR);
        assertThat(cache.distance(after, PROVIDER, CLIENT).mapType()).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(cache.mapType(after, PROVIDER, CLIENT)).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(cache.mapType(before, PROVIDER, CLIENT)).as("stale again").isEqualTo(MapType.NOT_SUPPORTED);
    }

    @Test
    void eachProviderHasACacheOfItsOwn() {
        P2pdma before = Forest.oneSwitch(UNLISTED).ask("6.12", XEON);
        P2pdma after = Forest.oneSwitch(UNLISTED, AcsBit.RR).ask("6.12", XEON);
        MapTypeCache cache = new MapTypeCache(Forest.rules("6.12"));
        assertThat(cache.mapType(before, PROVIDER, CLIENT)).isEqualTo(MapType.BUS_ADDR);
        assertThat(cache.mapType(after, CLIENT, PROVIDER)).isEqualTo(MapType.NOT_SUPPORTED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5.4", "5.10.262", "5.19"})
    void before6_0APairThatNobodyAskedForCannotBeMapped(String release) {
        P2pdma p2pdma = Forest.oneSwitch(UNLISTED).ask(release, XEON);
        MapTypeCache cache = new MapTypeCache(Forest.rules(release));
        assertThat(cache.mapType(p2pdma, PROVIDER, CLIENT)).isEqualTo(MapType.NOT_SUPPORTED);
        cache.distance(p2pdma, PROVIDER, CLIENT);
        assertThat(cache.mapType(p2pdma, PROVIDER, CLIENT)).isEqualTo(MapType.BUS_ADDR);
    }

    @Test
    void from6_0OnAPairThatNobodyAskedForIsComputed() {
        P2pdma p2pdma = Forest.oneSwitch(UNLISTED).ask("6.0", XEON);
        assertThat(new MapTypeCache(Forest.rules("6.0")).mapType(p2pdma, PROVIDER, CLIENT))
                .isEqualTo(MapType.BUS_ADDR);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.20", "5.3"})
    void before5_4EveryMappingUsesBusAddresses(String release) {
        P2pdma p2pdma = Forest.oneSwitch(UNLISTED, AcsBit.RR).ask(release, XEON);
        MapTypeCache cache = new MapTypeCache(Forest.rules(release));
        assertThat(cache.mapType(p2pdma, PROVIDER, CLIENT)).isEqualTo(MapType.BUS_ADDR);
        cache.distance(p2pdma, PROVIDER, CLIENT);
        assertThat(cache.mapType(p2pdma, PROVIDER, CLIENT)).isEqualTo(MapType.BUS_ADDR);
    }

    /** The domain is shifted out of the kernel's 32-bit index: both addresses have the index 0x100. */
    @Test
    void aClientBehindVmdSharesTheSlotOfTheSameAddressInDomain0() {
        Bdf near = Bdf.parse("0000:01:00.0");
        Bdf behindVmd = Bdf.parse("10000:01:00.0");
        P2pdma p2pdma = Forest.twoRootPorts(UNLISTED)
                .below("0000:00:01.0", "0000:01:00.1", PortType.ENDPOINT)
                .rootBus("10000:00")
                .on("10000:00:00.0", PortType.ROOT_PORT, "8086:347a")
                .below("10000:00:00.0", behindVmd.toString(), PortType.ENDPOINT)
                .ask("6.12", XEON);
        Bdf provider = Bdf.parse("0000:01:00.1");
        assertThat(MapTypeCache.index(near)).isEqualTo(0x100).isEqualTo(MapTypeCache.index(behindVmd));
        MapTypeCache cache = new MapTypeCache(Forest.rules("6.12"));
        assertThat(cache.mapType(p2pdma, provider, near)).isEqualTo(MapType.BUS_ADDR);
        assertThat(cache.mapType(p2pdma, provider, behindVmd))
                .as("wrong, as in the kernel")
                .isEqualTo(MapType.BUS_ADDR);
        cache.distance(p2pdma, provider, behindVmd);
        assertThat(cache.mapType(p2pdma, provider, near)).isEqualTo(MapType.NOT_SUPPORTED);
        assertThat(cache.mapType(p2pdma, provider, Bdf.parse("0000:02:00.0")))
                .as("another address has another slot")
                .isEqualTo(MapType.NOT_SUPPORTED);
    }
}
