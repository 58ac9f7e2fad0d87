package org.p2psim.scenario.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.scenario.DmaBufOperation;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Operation;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Ticks;

/** Lines that are repeated are lines of the plan, one by one, each with a name that expectations can say. */
class RepeatTest {
    private static final String HEAD = Sketch.ONE_ROOT_COMPLEX + """
                  root-ports: [ { id: p0, device: gpu0 }, { id: p1, device: nic0 } ]
            devices:
              gpu0: { type: gpu, bars: { 0: { size: 256MiB, prefetchable: true } } }
              nic0: { type: rdma-nic, importer: dynamic }
            variants: { host: {} }
            timeline:
              - { at: 0us, do: allocate, handle: bo, from: gpu0, size: 1MiB }
              - { at: 0us, do: export, dma-buf: buf, from: gpu0, handle: bo }
            """;

    private static final String THREE_TIMES = """
              - at: 10us
                do: repeat
                times: 3
                every: 5us
                lines:
                  - { at: 0us, do: attach, attachment: a, dma-buf: buf, importer: nic0 }
                  - { at: 2us, id: end, do: detach, attachment: a }
            """;

    @Test
    void eachRepetitionComesAfterTheOneBeforeAndHasNamesOfItsOwn() {
        List<Operation> timeline =
                Sketch.plan(HEAD + THREE_TIMES + "expect: {}\n").timeline();

        assertThat(timeline.subList(2, timeline.size()))
                .containsExactly(
                        attach(10, "a-1"),
                        detach(12, 1),
                        attach(15, "a-2"),
                        detach(17, 2),
                        attach(20, "a-3"),
                        detach(22, 3));
    }

    private static Operation attach(long microseconds, String name) {
        return new DmaBufOperation.Attach(microseconds * Ticks.PER_MICROSECOND, Optional.empty(), name, "buf", "nic0");
    }

    private static Operation detach(long microseconds, int number) {
        return new DmaBufOperation.Detach(
                microseconds * Ticks.PER_MICROSECOND, Optional.of("end-" + number), "a-" + number);
    }

    @Test
    void expectationsNameTheLinesAndTheObjectsOfARepetition() {
        Plan plan = Sketch.plan(HEAD + THREE_TIMES + """
                expect:
                  host:
                    - { operation: end-2, ends: 17us }
                    - { attachment: a-3, is: detached }
                """);

        assertThat(((Expectation.Line) plan.expectations().get(0).expectation())
                        .operation()
                        .number())
                .isEqualTo(OptionalInt.of(5));
    }

    @Test
    void numbersOfLinesCountARepeatAsOne() {
        Plan plan = Sketch.plan(HEAD + THREE_TIMES + """
                  - { at: 90us, do: close, dma-buf: buf }
                expect:
                  host:
                    - { operation: 3, is: done }
                """);

        assertThat(((Expectation.Line) plan.expectations().get(0).expectation())
                        .operation()
                        .number())
                .isEqualTo(OptionalInt.of(8));
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                arguments("times: 3", "times: 0", "file.yaml:20:12: timeline[2].times: 0 is too small; 1 at least"),
                arguments("times: 3", "times: 10000", "file.yaml:20:12: timeline[2].times: 10000 times 2 lines make"),
                arguments("every: 5us", "every: 5", "file.yaml:21:12: timeline[2].every: 5 needs a unit"),
                arguments("every: 5us", "every: 200000000s", "timeline[2].every: "),
                arguments(
                        "do: detach, attachment: a",
                        "do: detach, attachment: b",
                        "file.yaml:24:53: timeline[2].lines[1].attachment: attachment \"b\" is never attached"),
                arguments(
                        "importer: nic0 }",
                        "importer: nic1 }",
                        "timeline[2].lines[0].importer: no device \"nic1\" is declared"),
                arguments(
                        "{ at: 2us, id: end, do: detach, attachment: a }",
                        "{ at: 2us, do: repeat, times: 2, every: 1us, lines: [ { at: 0us, do: close, dma-buf: buf } ] }",
                        "timeline[2].lines[1]: what is repeated cannot repeat something"));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsToldOnceInItsPlace(String old, String mistake, String message) {
        List<String> problems =
                Sketch.read(HEAD + THREE_TIMES.replace(old, mistake) + "expect: {}\n").problems().stream()
                        .map(Problem::render)
                        .toList();

        assertThat(problems).hasSize(1).first().asString().contains(message);
    }

    @Test
    void aRepeatHasNoNumber() {
        assertThat(Sketch.read(HEAD + THREE_TIMES + "expect:\n  host:\n    - { operation: 2, is: done }\n")
                        .problems())
                .extracting(Problem::message)
                .containsExactly("what is repeated is named by the ids of its lines, as in unmap-1");
    }
}
