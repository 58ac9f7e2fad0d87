package org.p2psim.report.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.outcome.Machine;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.report.SampleOutcomes;

class OutcomeJsonTest {
    private static final List<RunOutcome> RUNS =
            List.of(SampleOutcomes.bareMetal(), SampleOutcomes.vm(), SampleOutcomes.revoked());

    @Test
    void whatIsWrittenIsReadBack() throws OutcomeFormatException {
        String text = OutcomeJson.write(RUNS);
        List<RunOutcome> read = OutcomeJson.read(text);

        assertThat(OutcomeJson.write(read)).isEqualTo(text);
        assertThat(read).hasSize(3);
        for (int i = 0; i < RUNS.size(); i++) {
            assertThat(read.get(i)).usingRecursiveComparison().isEqualTo(RUNS.get(i));
        }
        Machine machine = read.get(0).machine();
        assertThat(machine.fabric().functions())
                .isEqualTo(RUNS.get(0).machine().fabric().functions());
        assertThat(machine.fabric().hostBridges())
                .isEqualTo(RUNS.get(0).machine().fabric().hostBridges());
    }

    @Test
    void theDocumentSaysItsVersionFirst() {
        assertThat(OutcomeJson.write(RUNS))
                .startsWith("{\n  \"p2psim-outcome\" : 2,\n  \"ticks-per-nanosecond\" : 16000,\n")
                .endsWith("}\n")
                .doesNotContain("\r");
    }

    @Test
    void addressesErrorsAndLinksLookAsEngineersWriteThem() {
        assertThat(OutcomeJson.write(RUNS))
                .contains("\"address\" : \"0000:19:00.0\"")
                .contains("\"id\" : \"1da3:1000\"")
                .contains("\"link-below\" : \"gen4 x16\"")
                .contains("\"errno\" : \"EPERM\"")
                .contains("\"map-type\" : \"BUS_ADDR\"")
                .contains("\"address\" : \"0x380024000000\"")
                .contains("\"size\" : \"0x800000000\"");
    }

    /** 64 MiB in 2403 us: 67108864 / 0.002403 = 27.927 GB/s. */
    @Test
    void bandwidthIsWrittenInGigabytesPerSecond() {
        assertThat(OutcomeJson.write(RUNS)).contains("\"gigabytes-per-second\" : 27.927");
    }

    @Test
    void aLandingThatNeverCameIsNullAndWaitsHaveTheNamesOfTheModel() {
        assertThat(OutcomeJson.write(RUNS))
                .contains("\"last-landing\" : null", "\"landed-after\" : 0")
                .contains("\"kind\" : \"UNMAP\"", "\"blockers\" : [ \"buf/nic0\" ]", "\"finished\" : false");
    }

    @Test
    void anotherVersionIsRefusedWithItsNumber() {
        assertThatThrownBy(() -> OutcomeJson.read("{\n  \"p2psim-outcome\": 1, \"new\": []}"))
                .isInstanceOf(OutcomeFormatException.class)
                .hasMessage("2:21: outcome version 1; this p2psim reads version 2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "1",
                "[]",
                "{}",
                "not json",
                "{\"p2psim-outcome\": \"1\"}",
                "{\"p2psim-outcome\": 2}",
                "{\"p2psim-outcome\": [1]}",
                "{\"p2psim-outcome\": 2, \"ticks-per-nanosecond\": 16000, \"runs\": [null]}",
                "{\"p2psim-outcome\": 2, \"ticks-per-nanosecond\": 1, \"runs\": []}",
                "{\"p2psim-outcome\": 2, \"ticks-per-nanosecond\": 16000, \"runs\": [{}]}",
                "{\"p2psim-outcome\": 2, \"p2psim-outcome\": 2, \"ticks-per-nanosecond\": 16000, \"runs\": []}",
                "{\"p2psim-outcome\": 2, \"ticks-per-nanosecond\": 16000, \"runs\": []} trailing"
            })
    void wrongDocumentsAreRefusedWithASentence(String text) {
        assertThat(catchThrowable(() -> OutcomeJson.read(text)))
                .isInstanceOf(OutcomeFormatException.class)
                .hasMessageNotContaining("tools.jackson")
                .hasMessageNotContaining("org.p2psim");
    }

    @Test
    void everyTruncationIsRefused() {
        String text = OutcomeJson.write(List.of(SampleOutcomes.bareMetal()));
        for (int length = 0; length < text.length() - 2; length += 97) {
            String cut = text.substring(0, length);
            assertThat(catchThrowable(() -> OutcomeJson.read(cut)))
                    .as("cut at %d", length)
                    .isInstanceOf(OutcomeFormatException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "-1", "\"x\"", "[]", "{}", "1e999", "99999999999999999999", "true"})
    void aWrongValueAnywhereIsRefusedOrReadButNeverAnythingElse(String value) {
        String text = OutcomeJson.write(List.of(SampleOutcomes.vm()));
        List<String> lines = text.lines().toList();
        int refused = 0;
        for (int i = 0; i < lines.size(); i++) {
            int colon = lines.get(i).indexOf(" : ");
            String line = lines.get(i);
            if (colon < 0 || line.endsWith("{") || line.endsWith("[ {")) {
                continue;
            }
            String wrong = text.replace(
                    "\n" + line + "\n",
                    "\n" + line.substring(0, colon + 3) + value + (line.endsWith(",") ? ",\n" : "\n"));
            Throwable thrown = catchThrowable(() -> OutcomeJson.read(wrong));
            if (thrown != null) {
                assertThat(thrown).as(line).isInstanceOf(OutcomeFormatException.class);
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void anUnknownFieldIsNamedWithItsPlace() {
        String text = OutcomeJson.write(RUNS).replaceFirst("\"variant\" : ", "\"varaint\" : \"x\",\n\"variant\" : ");
        assertThatThrownBy(() -> OutcomeJson.read(text))
                .isInstanceOf(OutcomeFormatException.class)
                .hasMessageContaining("varaint")
                .hasMessageMatching("(?s)\\d+:\\d+: runs\\[0\\]\\.varaint: .*");
    }

    @Test
    void deepNestingIsRefused() {
        String deep = "{\"p2psim-outcome\": 2, \"runs\": " + "[".repeat(100_000);
        assertThat(catchThrowable(() -> OutcomeJson.read(deep))).isInstanceOf(OutcomeFormatException.class);
    }
}
