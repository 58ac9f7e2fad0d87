package org.p2psim.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.KernelRelease;
import org.p2psim.topology.Acs;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The words against those of compiled kernel code: see the README of the resources. */
class AcsBootVectorsTest {
    private static final Map<String, String> RELEASES =
            Map.of("5.10", "5.10.262", "6.12", "6.12.107", "7.3", "7.3-rc7");

    @Test
    void writesTheWordsThatTheKernelWrites() throws Exception {
        JsonMapper json = new JsonMapper();
        List<JsonNode> boots;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(
                        Objects.requireNonNull(AcsBootVectorsTest.class.getResourceAsStream("acs-vectors.jsonl.gz"))),
                StandardCharsets.UTF_8))) {
            boots = lines.lines().map(json::readTree).toList();
        }
        assertThat(boots).hasSize(1500);
        SoftAssertions all = new SoftAssertions();
        boots.forEach(boot -> check(boot, all));
        all.assertAll();
    }

    private static void check(JsonNode boot, SoftAssertions all) {
        AcsBoot kernel = new AcsBoot(
                KernelRelease.parse(
                        Objects.requireNonNull(RELEASES.get(boot.get("kernel").asString()))),
                boot.get("iommu").asBoolean(),
                boot.get("noats").asBoolean(),
                text(boot.get("disableAcsRedir")),
                text(boot.get("configAcs")));
        Map<String, BootFunction> functions = new HashMap<>();
        for (JsonNode device : boot.get("devices")) {
            BootFunction function = function(device, functions);
            functions.put(device.get("bdf").asString(), function);
            all.assertThat(kernel.written(function).map("%04x"::formatted))
                    .as("%s %s", boot.get("id").asString(), device.get("bdf").asString())
                    .isEqualTo(text(device.get("ctlWritten")));
        }
    }

    private static BootFunction function(JsonNode device, Map<String, BootFunction> functions) {
        return new BootFunction(
                Bdf.parse(device.get("bdf").asString()),
                id(device, "vendor", "device"),
                id(device, "subvendor", "subdevice"),
                text(device.get("parent")).map(functions::get),
                device.get("externalFacing").asBoolean(),
                device.get("untrusted").asBoolean(),
                device.get("acs").isNull()
                        ? Optional.empty()
                        : Optional.of(new Acs(
                                word(device.get("acs").get("cap")),
                                word(device.get("acs").get("ctl")))));
    }

    private static int word(JsonNode hex) {
        return Integer.parseInt(hex.asString(), 16);
    }

    private static DeviceId id(JsonNode device, String vendor, String number) {
        return DeviceId.parse(
                device.get(vendor).asString() + ":" + device.get(number).asString());
    }

    private static Optional<String> text(JsonNode node) {
        return node.isNull() ? Optional.empty() : Optional.of(node.asString());
    }
}
