package org.p2psim.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KernelFeatureTest {
    @ParameterizedTest
    @EnumSource(KernelFeature.class)
    void everyFeatureHasItsReleaseAndASource(KernelFeature feature) {
        assertThat(feature.isIn(feature.since())).isTrue();
        assertThat(feature.what()).isNotBlank();
        assertThat(feature.source()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource({
        // the patch level is known
        "HABANALABS_WHOLE_PAGES, 6.6.47, false",
        "HABANALABS_WHOLE_PAGES, 6.6.48, true",
        // it is not
        "ACS_PARAMETERS_FROM_FIRMWARE, 6.12, false",
        "ACS_PARAMETERS_FROM_FIRMWARE, 6.12.1, true",
        "ACS_PARAMETERS_FROM_FIRMWARE, 6.13.1, false"
    })
    void aStableSeriesHasABackportFromItsPatchLevelOn(KernelFeature feature, String release, boolean has) {
        assertThat(feature.isIn(KernelRelease.parse(release))).isEqualTo(has);
    }
}
