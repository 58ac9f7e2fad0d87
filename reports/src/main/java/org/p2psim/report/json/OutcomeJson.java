package org.p2psim.report.json;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.google.common.base.Throwables;
import com.google.common.collect.ImmutableList;
import java.io.OutputStream;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.p2psim.address.AddressRange;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Answer;
import org.p2psim.outcome.LinkUse;
import org.p2psim.outcome.Matrix;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.outcome.RunOutcome;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.Link;
import org.p2psim.unit.Bandwidth;
import org.p2psim.unit.Ticks;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The outcome document: {@code {"p2psim-outcome": 2, "ticks-per-nanosecond": 16000, "runs": [...]}}.
 *
 * <p>Names are in kebab case, like those of scenario files. Times are whole ticks; function addresses read {@code
 * 0000:3b:00.0}; memory and DMA addresses are hexadecimal text, since they need 64 bits and many readers of JSON keep
 * 53; links read {@code gen4 x16}. An absent value is {@code null}, never left out. What follows from other fields (the
 * bandwidth in GB/s, the kernel's return value) is written for readers of the document, and ignored when it is read.
 * Equal outcomes give the same bytes.
 */
public final class OutcomeJson {
    private static final int DOCUMENT_LENGTH_MAX = 512 << 20;
    private static final int NESTING_MAX = 64;
    private static final int MESSAGE_LENGTH_MAX = 300;
    private static final String VERSION = "p2psim-outcome";
    /** What Jackson adds about itself. */
    private static final Pattern SOURCE = Pattern.compile(" ?(?:at )?\\[Source:.*|\\(through reference chain.*");

    private static final Pattern JAVA_NAMES = Pattern.compile("(?:[a-z][a-z0-9]*\\.)+([A-Z][A-Za-z0-9$]*)");

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxDocumentLength(DOCUMENT_LENGTH_MAX)
                            .maxNestingDepth(NESTING_MAX)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY, MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
            .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .changeDefaultVisibility(checker -> checker.withIsGetterVisibility(Visibility.NONE))
            .defaultPrettyPrinter(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")))
            .addMixIn(Fabric.class, OutcomeShapes.FabricShape.class)
            .addMixIn(Matrix.class, OutcomeShapes.MatrixShape.class)
            .addMixIn(Answer.class, OutcomeShapes.AnswerShape.class)
            .addMixIn(TransferOutcome.class, OutcomeShapes.TransferShape.class)
            .addMixIn(LinkUse.class, OutcomeShapes.LinkUseShape.class)
            .addMixIn(SgTableOutcome.Entry.class, OutcomeShapes.SgEntryShape.class)
            .addMixIn(AddressRange.class, OutcomeShapes.AddressRangeShape.class)
            .addMixIn(Bdf.class, OutcomeShapes.BdfShape.class)
            .addMixIn(DeviceId.class, OutcomeShapes.DeviceIdShape.class)
            .addMixIn(Link.class, OutcomeShapes.LinkShape.class)
            .addMixIn(Bandwidth.class, OutcomeShapes.BandwidthShape.class)
            .build();

    private OutcomeJson() {}

    /** The document of some runs. */
    public static String write(List<RunOutcome> runs) {
        return text(new Document(RunOutcome.FORMAT, Ticks.PER_NANOSECOND, runs));
    }

    /** A document of this package as text, with LF at the end of each line. */
    static String text(Object document) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(document) + "\n";
    }

    /** The same to a stream, which stays open. */
    static void write(Object document, OutputStream out) {
        MAPPER.writerWithDefaultPrettyPrinter()
                .without(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .writeValue(out, document);
    }

    /**
     * The runs of a document.
     *
     * @throws OutcomeFormatException if the text is not JSON, not an outcome, or one of another version
     */
    public static List<RunOutcome> read(String text) throws OutcomeFormatException {
        try {
            checkVersion(text);
            Document document = MAPPER.readValue(text, Document.class);
            checkReferences(document.runs());
            return document.runs();
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation() == null ? TokenStreamLocation.NA : e.getLocation();
            throw new OutcomeFormatException(sentence(e), at.getLineNr(), at.getColumnNr());
        }
    }

    /** The version is looked for first: what else another version says may be unknown here. */
    private static void checkVersion(String text) throws OutcomeFormatException {
        try (JsonParser parser = MAPPER.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new OutcomeFormatException("an outcome document is a JSON object", 1, 1);
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                JsonToken value = parser.nextToken();
                if (name.equals(VERSION)) {
                    TokenStreamLocation at = parser.currentTokenLocation();
                    if (value != JsonToken.VALUE_NUMBER_INT
                            || !parser.getString().equals("" + RunOutcome.FORMAT)) {
                        throw new OutcomeFormatException(
                                "outcome version %s; this p2psim reads version %d"
                                        .formatted(shortened(parser.getString()), RunOutcome.FORMAT),
                                at.getLineNr(),
                                at.getColumnNr());
                    }
                    return;
                }
                parser.skipChildren();
            }
            throw new OutcomeFormatException("not an outcome: there is no \"%s\"".formatted(VERSION), 1, 1);
        }
    }

    /** What reports follow from one part of an outcome to another must be there. */
    private static void checkReferences(List<RunOutcome> runs) throws OutcomeFormatException {
        for (RunOutcome run : runs) {
            for (PairOutcome pair : run.matrix()) {
                if (pair.verdict().steps().isEmpty()) {
                    throw new OutcomeFormatException(
                            "the verdict for %s and %s has no steps".formatted(pair.provider(), pair.client()), 0, 0);
                }
            }
        }
    }

    private static String sentence(JacksonException e) {
        Throwable cause = Throwables.getRootCause(e);
        String what = cause instanceof JacksonException
                ? e.getOriginalMessage()
                : cause instanceof NullPointerException ? "null stands where a value is needed" : cause.getMessage();
        String path = e.getPath().stream()
                .map(step ->
                        step.getPropertyName() == null ? "[" + step.getIndex() + "]" : "." + step.getPropertyName())
                .collect(Collectors.joining());
        String sentence = shortened(JAVA_NAMES.matcher(String.valueOf(what)).replaceAll("$1"));
        return path.isEmpty() ? sentence : path.substring(1) + ": " + sentence;
    }

    private static String shortened(String text) {
        String line = SOURCE.matcher(text.lines().findFirst().orElse("")).replaceAll("");
        return line.length() <= MESSAGE_LENGTH_MAX ? line : line.substring(0, MESSAGE_LENGTH_MAX) + "...";
    }

    /** The whole document. */
    record Document(
            @JsonProperty(VERSION) int version,
            @JsonProperty("ticks-per-nanosecond") long ticksPerNanosecond,
            List<RunOutcome> runs) {
        Document {
            if (ticksPerNanosecond != Ticks.PER_NANOSECOND) {
                throw new IllegalArgumentException("%d ticks per nanosecond; this p2psim counts %d"
                        .formatted(ticksPerNanosecond, Ticks.PER_NANOSECOND));
            }
            runs = ImmutableList.copyOf(runs);
        }
    }
}
