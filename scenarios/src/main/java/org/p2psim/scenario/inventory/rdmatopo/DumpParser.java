package org.p2psim.scenario.inventory.rdmatopo;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.p2psim.scenario.inventory.FoundVpd;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.config.ConfigSpace;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * The JSON of a dump, element by element: a list of objects with {@code realpath}, {@code modalias} and {@code config},
 * and {@code iommu_group}, {@code numa_node}, {@code vpd} and {@code subsystems}, which may be null or absent. {@code
 * config} and {@code vpd} are compressed with zlib, then written in Base64.
 */
final class DumpParser {
    private static final int FILE_BYTES_MAX = 64 << 20;
    private static final int FUNCTIONS_MAX = 1 << 14;
    private static final long TOKENS_MAX = 1 << 20;
    private static final int NESTING_MAX = 16;
    private static final int STRING_LENGTH_MAX = 1 << 17;
    private static final int SHOWN_MAX = 60;
    private static final int MESSAGE_MAX = 200;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxStringLength(STRING_LENGTH_MAX)
                    .maxTokenCount(TOKENS_MAX)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final String file;
    private final JsonParser json;
    private int element;

    private DumpParser(String file, JsonParser json) {
        this.file = file;
        this.json = json;
    }

    static List<DumpItem> parse(String file, byte[] content) throws InventoryException {
        if (content.length > FILE_BYTES_MAX) {
            throw new InventoryException(
                    "%s: larger than %d MiB, the limit for a dump".formatted(file, FILE_BYTES_MAX >> 20));
        }
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), content)) {
            DumpParser parser = new DumpParser(file, json);
            try {
                return parser.items();
            } catch (JacksonException e) {
                String message = shown(String.valueOf(e.getOriginalMessage()), MESSAGE_MAX);
                throw parser.wrong(
                        json.currentLocation(), "not JSON as rdma_topo dump writes it: %s".formatted(message));
            }
        } catch (JacksonException e) {
            throw new InventoryException(file + ": neither UTF-8 nor another encoding of JSON");
        }
    }

    private List<DumpItem> items() throws InventoryException {
        if (json.nextToken() != JsonToken.START_ARRAY) {
            throw wrong("a dump is a list of functions, not " + found());
        }
        List<DumpItem> items = new ArrayList<>();
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (items.size() == FUNCTIONS_MAX) {
                throw wrong("more than %d functions".formatted(FUNCTIONS_MAX));
            }
            element = items.size() + 1;
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw wrong("each element of a dump is an object, not " + found());
            }
            items.add(item());
        }
        element = 0;
        if (json.nextToken() != null) {
            throw wrong("%s after the end of the list".formatted(found()));
        }
        return items;
    }

    private DumpItem item() throws InventoryException {
        Optional<String> realPath = Optional.empty();
        Optional<String> modalias = Optional.empty();
        Optional<ConfigSpace> config = Optional.empty();
        OptionalInt iommuGroup = OptionalInt.empty();
        OptionalInt numaNode = OptionalInt.empty();
        Optional<FoundVpd> vpd = Optional.empty();
        ImmutableList<String> names = ImmutableList.of();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String key = json.currentName();
            json.nextToken();
            switch (key) {
                case "realpath" -> realPath = text(key);
                case "modalias" -> modalias = text(key);
                case "config" -> config = config(key);
                case "iommu_group" -> iommuGroup = number(key, 0);
                case "numa_node" -> numaNode = number(key, -1);
                case "vpd" -> {
                    Optional<byte[]> encoded = decoded(key, VitalProductData.BYTES_MAX);
                    vpd = encoded.map(VitalProductData::read);
                }
                case "subsystems" -> names = names(key);
                default -> json.skipChildren();
            }
        }
        return new DumpItem(
                required("realpath", realPath),
                required("modalias", modalias),
                required("config", config),
                iommuGroup,
                numaNode,
                vpd,
                names);
    }

    private <T> T required(String key, Optional<T> value) throws InventoryException {
        if (value.isEmpty()) {
            throw wrong("\"%s\" is missing".formatted(key));
        }
        return value.get();
    }

    private Optional<String> text(String key) throws InventoryException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return Optional.empty();
        }
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw wrong("\"%s\" is text, not %s".formatted(key, found()));
        }
        return Optional.of(json.getString());
    }

    private OptionalInt number(String key, int min) throws InventoryException {
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return OptionalInt.empty();
        }
        boolean fits = json.currentToken() == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() == JsonParser.NumberType.INT
                && json.getIntValue() >= min;
        if (!fits) {
            throw wrong("\"%s\" is a number, %d or more, or null; not %s".formatted(key, min, found()));
        }
        return json.getIntValue() < 0 ? OptionalInt.empty() : OptionalInt.of(json.getIntValue());
    }

    private Optional<ConfigSpace> config(String key) throws InventoryException {
        Optional<byte[]> bytes = decoded(key, ConfigSpace.SIZE);
        if (bytes.isPresent() && bytes.get().length < ConfigSpace.HEADER) {
            throw wrong("\"%s\" has %d bytes; configuration space has %d, 256 or %d"
                    .formatted(key, bytes.get().length, ConfigSpace.HEADER, ConfigSpace.SIZE));
        }
        return bytes.map(ConfigSpace::of);
    }

    private Optional<byte[]> decoded(String key, int bytesMax) throws InventoryException {
        Optional<String> text = text(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        byte[] compressed;
        try {
            compressed = Base64.getDecoder().decode(text.get());
        } catch (IllegalArgumentException e) {
            throw wrong("\"%s\" is not Base64".formatted(key));
        }
        Inflater zlib = new Inflater();
        try {
            zlib.setInput(compressed);
            byte[] content = new byte[bytesMax];
            int length = zlib.inflate(content);
            if (!zlib.finished() && zlib.inflate(new byte[1]) == 1) {
                throw wrong("\"%s\" has more than %d bytes".formatted(key, bytesMax));
            }
            if (!zlib.finished()) {
                throw wrong("\"%s\" ends in the middle of its zlib stream".formatted(key));
            }
            return Optional.of(Arrays.copyOf(content, length));
        } catch (DataFormatException e) {
            throw wrong("\"%s\" is not a zlib stream".formatted(key));
        } finally {
            zlib.end();
        }
    }

    /** The names of all kernel devices, whatever their class. */
    private ImmutableList<String> names(String key) throws InventoryException {
        ImmutableList.Builder<String> names = ImmutableList.builder();
        if (json.currentToken() == JsonToken.VALUE_NULL) {
            return names.build();
        }
        String shape = "\"%s\" is an object with lists of names, as in {\"infiniband\": [\"mlx5_0\"]}".formatted(key);
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw wrong(shape);
        }
        while (json.nextToken() != JsonToken.END_OBJECT) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw wrong(shape);
            }
            while (json.nextToken() != JsonToken.END_ARRAY) {
                if (json.currentToken() != JsonToken.VALUE_STRING) {
                    throw wrong(shape);
                }
                names.add(json.getString());
            }
        }
        return names.build();
    }

    private String found() {
        JsonToken token = json.currentToken();
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "\"" + shown(json.getString(), SHOWN_MAX) + "\"";
            default -> shown(String.valueOf(json.getString()), SHOWN_MAX);
        };
    }

    private InventoryException wrong(String what) {
        return wrong(json.currentTokenLocation(), what);
    }

    private InventoryException wrong(TokenStreamLocation location, String what) {
        String place = element > 0 ? ", element %d".formatted(element) : "";
        return new InventoryException("%s, line %d%s: %s".formatted(file, location.getLineNr(), place, what));
    }

    /** Text from a file as it may stand in a message: short, and without control characters. */
    static String shown(String text, int lengthMax) {
        String start = text.length() <= lengthMax ? text : text.substring(0, lengthMax) + "...";
        return start.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}]", "?");
    }
}
