package org.p2psim.report.json;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonValue;
import com.google.common.collect.ImmutableList;
import java.math.BigDecimal;
import java.util.List;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.outcome.Note;
import org.p2psim.outcome.PairOutcome;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.Link;
import org.p2psim.topology.PciFunction;
import org.p2psim.unit.Bandwidth;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/** How the classes of an outcome look in the document where that differs from their components: mix-ins for Jackson. */
final class OutcomeShapes {
    private OutcomeShapes() {}

    @JsonPropertyOrder({"sockets", "host-bridges", "functions"})
    abstract static class FabricShape {
        @JsonCreator
        static Fabric of(
                @JsonProperty("sockets") List<Socket> sockets,
                @JsonProperty("host-bridges") List<HostBridge> hostBridges,
                @JsonProperty("functions") List<PciFunction> functions) {
            return Fabric.of(sockets, hostBridges, functions);
        }

        @JsonProperty("sockets")
        abstract ImmutableList<Socket> sockets();

        @JsonProperty("host-bridges")
        abstract ImmutableList<HostBridge> hostBridges();

        @JsonProperty("functions")
        abstract ImmutableList<PciFunction> functions();
    }

    @JsonPropertyOrder({"scenario", "variant", "kernel", "cpu", "notes", "pairs"})
    abstract static class MatrixShape {
        @JsonProperty("scenario")
        abstract String scenario();

        @JsonProperty("variant")
        abstract String variant();

        @JsonProperty("kernel")
        abstract String kernel();

        @JsonProperty("cpu")
        abstract Cpu cpu();

        @JsonProperty("notes")
        abstract ImmutableList<Note> notes();

        @JsonProperty("pairs")
        abstract List<PairOutcome> pairs();
    }

    @JsonIgnoreProperties(value = "sentence", allowGetters = true)
    abstract static class AnswerShape {
        @JsonProperty
        abstract String sentence();
    }

    @JsonIgnoreProperties(value = "gigabytes-per-second", allowGetters = true)
    abstract static class TransferShape {
        @JsonProperty("gigabytes-per-second")
        abstract Bandwidth bandwidth();
    }

    @JsonIgnoreProperties(value = "gigabytes-per-second-while-busy", allowGetters = true)
    abstract static class LinkUseShape {
        @JsonProperty("gigabytes-per-second-while-busy")
        abstract Bandwidth whileBusy();
    }

    abstract static class BandwidthShape {
        @JsonValue
        abstract BigDecimal gigabytesPerSecond();
    }

    abstract static class SgEntryShape {
        @JsonSerialize(using = HexWriter.class)
        @JsonDeserialize(using = HexReader.class)
        long address;
    }

    abstract static class AddressRangeShape {
        @JsonSerialize(using = HexWriter.class)
        @JsonDeserialize(using = HexReader.class)
        long base;

        @JsonSerialize(using = HexWriter.class)
        @JsonDeserialize(using = HexReader.class)
        long size;
    }

    abstract static class BdfShape {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Bdf parse(String text) {
            return Bdf.parse(text);
        }

        @Override
        @JsonValue
        public abstract String toString();
    }

    abstract static class DeviceIdShape {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static DeviceId parse(String text) {
            return DeviceId.parse(text);
        }

        @Override
        @JsonValue
        public abstract String toString();
    }

    abstract static class LinkShape {
        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Link parse(String text) {
            return Link.parse(text);
        }

        @Override
        @JsonValue
        public abstract String toString();
    }

    /** An unsigned 64-bit number as {@code 0x...} text. */
    static final class HexWriter extends StdSerializer<Long> {
        HexWriter() {
            super(Long.class);
        }

        @Override
        public void serialize(Long value, JsonGenerator out, SerializationContext context) {
            out.writeString("0x" + Long.toHexString(value));
        }
    }

    static final class HexReader extends StdDeserializer<Long> {
        HexReader() {
            super(Long.class);
        }

        @Override
        public Long deserialize(JsonParser in, DeserializationContext context) {
            String text = in.getString();
            if (!text.matches("0x[0-9a-f]{1,16}")) {
                return (Long)
                        context.handleWeirdStringValue(Long.class, text, "not an address; it looks like 0x38000000");
            }
            return Long.parseUnsignedLong(text.substring(2), 16);
        }
    }
}
