package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.p2psim.p2p.Distance;
import org.p2psim.p2p.KernelMessage;
import org.p2psim.p2p.MapType;
import org.p2psim.p2p.Verdict;

/**
 * An answer of {@code pci_p2pdma_distance_many()} in the terms of evidence files, recorded or the model's.
 *
 * @param fields by name: {@code distance}, {@code mapType}, {@code hops} (of one client), {@code pairs} (map type and
 *     hops of each), {@code acsList} (of the verbose call's hint), {@code warnings}; a recorded answer has those that
 *     its file states, the model's has all
 */
public record P2pdmaAnswer(ImmutableMap<String, String> fields) {
    static final String NONE = "none";

    /** The model's answer. */
    public static P2pdmaAnswer of(Distance distance) {
        ImmutableMap.Builder<String, String> fields = ImmutableMap.builder();
        fields.put(
                "distance",
                distance.sum().isPresent()
                        ? Integer.toString(distance.sum().getAsInt())
                        : "depends on what was not captured");
        fields.put("mapType", distance.mapType().name());
        if (distance.pairs().size() == 1) {
            fields.put(
                    "hops",
                    distance.pairs()
                            .get(0)
                            .map(verdict -> Integer.toString(verdict.hops()))
                            .orElse(NONE));
        }
        fields.put(
                "pairs", list(distance.pairs().stream().map(P2pdmaAnswer::pair).toList()));
        fields.put("acsList", acsList(distance.messages()).orElse(NONE));
        fields.put(
                "warnings",
                list(distance.messages().stream().map(P2pdmaAnswer::warning).toList()));
        return new P2pdmaAnswer(fields.buildOrThrow());
    }

    /** A map type of the kernel by its name. */
    static MapType mapType(String name) {
        return switch (name) {
            case "BUS_ADDR", "THRU_HOST_BRIDGE", "NOT_SUPPORTED" -> MapType.valueOf(name);
            default ->
                throw new IllegalArgumentException(
                        "\"%s\" is no map type; there are BUS_ADDR, THRU_HOST_BRIDGE, NOT_SUPPORTED".formatted(name));
        };
    }

    static String list(List<String> elements) {
        return elements.stream().collect(Collectors.joining(", ", "[", "]"));
    }

    static String pair(Optional<Verdict> verdict) {
        return verdict.map(v -> v.mapType() + " " + v.hops()).orElse(NONE);
    }

    private static Optional<String> acsList(List<KernelMessage> messages) {
        return messages.stream()
                .filter(message -> message.kind() == KernelMessage.Kind.ACS_HINT)
                .map(message -> message.text().substring(message.text().lastIndexOf('=') + 1))
                .findFirst();
    }

    private static String warning(KernelMessage message) {
        return switch (message.kind()) {
            case HOST_BRIDGE_NOT_LISTED ->
                message.kind() + " " + message.text().substring(message.text().lastIndexOf(' ') + 1);
            case ACS_REDIRECT, ACS_HINT, NO_PATH, NOT_PCI, DMA_VIRT_OPS ->
                message.kind().name();
        };
    }

    /** What this recorded answer states otherwise than another answer; empty if they agree. */
    public String differenceTo(P2pdmaAnswer model) {
        return fields.entrySet().stream()
                .filter(field -> !field.getValue().equals(model.fields.get(field.getKey())))
                .map(field -> "%s: recorded %s, model %s"
                        .formatted(field.getKey(), field.getValue(), model.fields.getOrDefault(field.getKey(), NONE)))
                .collect(Collectors.joining("; "));
    }
}
