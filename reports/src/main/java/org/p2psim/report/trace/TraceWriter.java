package org.p2psim.report.trace;

import java.io.IOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.util.Map;
import org.p2psim.unit.Ticks;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/** Writes events of the Trace Event Format one by one, each on a line of its own. */
final class TraceWriter implements AutoCloseable {
    private static final JsonFactory JSON =
            JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

    private final JsonGenerator json;

    /** A thread of a process. */
    record Line(int pid, int tid) {}

    /** Writes something. */
    @FunctionalInterface
    interface Step {
        void write() throws IOException;
    }

    TraceWriter(Writer writer) throws IOException {
        json = JSON.createGenerator(ObjectWriteContext.empty(), writer);
        guard(() -> {
            json.writeStartObject();
            json.writeStringProperty("displayTimeUnit", "ns");
            json.writeArrayPropertyStart("traceEvents");
        });
    }

    /** Jackson hides what the writer throws. */
    private static void guard(Runnable step) throws IOException {
        try {
            step.run();
        } catch (JacksonException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getMessage(), e);
        }
    }

    /** Begins an object, on a line of the file of its own. */
    private void begin(String phase, Line line) {
        json.writeRaw('\n');
        json.writeStartObject();
        json.writeStringProperty("ph", phase);
        json.writeNumberProperty("pid", line.pid());
        json.writeNumberProperty("tid", line.tid());
    }

    private void event(String phase, long time, Line line) {
        begin(phase, line);
        json.writeName("ts");
        json.writeNumber(microseconds(time));
    }

    /** Exactly: a microsecond has 16,000,000 ticks, which only 2 and 5 divide. */
    static String microseconds(long ticks) {
        BigDecimal exact = BigDecimal.valueOf(ticks).divide(BigDecimal.valueOf(Ticks.PER_MICROSECOND));
        return exact.signum() == 0 ? "0" : exact.stripTrailingZeros().toPlainString();
    }

    /** Names a process; they are shown in the order of their numbers. */
    void name(int pid, String name) throws IOException {
        guard(() -> {
            metadata("process_name", new Line(pid, 0), () -> json.writeStringProperty("name", name));
            metadata("process_sort_index", new Line(pid, 0), () -> json.writeNumberProperty("sort_index", pid));
        });
    }

    /** Names a thread; those of a process are shown in the order of their numbers. */
    void name(Line line, String name) throws IOException {
        guard(() -> {
            metadata("thread_name", line, () -> json.writeStringProperty("name", name));
            metadata("thread_sort_index", line, () -> json.writeNumberProperty("sort_index", line.tid()));
        });
    }

    private void metadata(String what, Line line, Runnable argument) {
        begin("M", line);
        json.writeStringProperty("name", what);
        json.writeObjectPropertyStart("args");
        argument.run();
        json.writeEndObject();
        json.writeEndObject();
    }

    /** A slice begins, or something happens at an instant. */
    void begin(Mark mark, Line line) throws IOException {
        guard(() -> {
            event(mark.isSlice() ? "B" : "i", mark.start(), line);
            if (!mark.isSlice()) {
                json.writeStringProperty("s", "t");
            }
            json.writeStringProperty("name", mark.name());
            json.writeStringProperty("cat", mark.category());
            if (!mark.details().isEmpty()) {
                json.writeObjectPropertyStart("args");
                for (Map.Entry<String, String> detail : mark.details().entrySet()) {
                    json.writeStringProperty(detail.getKey(), detail.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        });
    }

    /** The slice that began last on a line ends. */
    void end(long time, Line line) throws IOException {
        guard(() -> {
            event("E", time, line);
            json.writeEndObject();
        });
    }

    /**
     * An end of an arrow, at the slice or instant that was written last.
     *
     * @param phase {@code s} where it starts, {@code f} where it ends
     */
    void flow(String phase, int id, long time, Line line) throws IOException {
        guard(() -> {
            event(phase, time, line);
            json.writeNumberProperty("id", id);
            json.writeStringProperty("name", "waited for");
            json.writeStringProperty("cat", "wait");
            if (phase.equals("f")) {
                json.writeStringProperty("bp", "e");
            }
            json.writeEndObject();
        });
    }

    void counter(String name, double percent, long time, int pid) throws IOException {
        guard(() -> {
            event("C", time, new Line(pid, 0));
            json.writeStringProperty("name", name);
            json.writeObjectPropertyStart("args");
            json.writeNumberProperty("percent", percent);
            json.writeEndObject();
            json.writeEndObject();
        });
    }

    @Override
    public void close() throws IOException {
        guard(() -> {
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw('\n');
            json.close();
        });
    }
}
