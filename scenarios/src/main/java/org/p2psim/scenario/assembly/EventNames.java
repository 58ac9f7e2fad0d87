package org.p2psim.scenario.assembly;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.google.common.collect.ImmutableSortedSet;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.p2psim.dmabuf.Journal;
import org.p2psim.dmabuf.importer.WorkCompletion;
import org.p2psim.invariant.Invariant;
import org.p2psim.scenario.Finding;
import org.p2psim.scenario.Operation;

/**
 * Names of events in expectations, {@code notify buf/nic0}: what happens, and to what. One that nothing is ever called
 * by would be found to happen zero times, which proves nothing.
 */
final class EventNames {
    /** Words that are neither an operation nor an effect of the kernel's. */
    private static final ImmutableSortedSet<String> OTHERS = ImmutableSortedSet.of(
            "IOMMU page table", "page-fault", "rnr-nak", "traffic-read", "traffic-write", "waits");

    private static final ImmutableSortedSet<String> WORDS = Stream.of(
                    Arrays.stream(Operation.class
                                    .getAnnotation(JsonSubTypes.class)
                                    .value())
                            .map(JsonSubTypes.Type::name),
                    Arrays.stream(Journal.Action.values())
                            .map(action ->
                                    action.name().toLowerCase(Locale.ROOT).replace('_', '-')),
                    Arrays.stream(Invariant.values()).map(Invariant::id),
                    Arrays.stream(WorkCompletion.Status.values()).map(status -> WorkCompletion.Status.PREFIX + status),
                    OTHERS.stream())
            .flatMap(words -> words)
            .collect(ImmutableSortedSet.toImmutableSortedSet(String::compareTo));

    /** What nobody names in the file: transfers without an id, waits, cycles of locks. */
    private static final Pattern NAMELESS = Pattern.compile("[a-z-]+ #\\d+|queue pair of .+|descriptors|\\[.*|.* .*");

    /** A second attachment of one importer to one dma-buf, and those after it. */
    private static final Pattern NUMBER = Pattern.compile("#\\d+$");

    private static final String IOMMUFD = "iommufd of ";

    private final Made made;
    private final Set<String> devices;
    private final List<Finding> findings;

    EventNames(Made made, Set<String> devices, List<Finding> findings) {
        this.made = made;
        this.devices = devices;
        this.findings = findings;
    }

    void check(String event, String pointer) {
        Optional<String> word = WORDS.stream()
                .filter(known -> event.startsWith(known + " "))
                .max((a, b) -> Integer.compare(a.length(), b.length()));
        if (word.isEmpty()) {
            String first = event.split(" ", 2)[0];
            String message = WORDS.contains(event)
                    ? "\"%s\" happens to something: say to what, as in \"notify buf/nic0\"".formatted(event)
                    : "nothing that happens is called \"%s\"%s".formatted(first, Finding.nearest(first, WORDS));
            findings.add(Finding.at(pointer, "unknown-event", message));
            return;
        }
        lane(event.substring(word.get().length() + 1), pointer);
    }

    private void lane(String lane, String pointer) {
        int separator = lane.indexOf('/');
        if (separator < 0) {
            if (!NAMELESS.matcher(lane).matches()) {
                known(lane, names(), pointer);
            }
            return;
        }
        Set<String> shown = new TreeSet<>(made.names(Made.Kind.DMA_BUF));
        shown.addAll(made.names(Made.Kind.VMA));
        known(lane.substring(0, separator), shown, pointer);
        String importer = NUMBER.matcher(lane.substring(separator + 1)).replaceFirst("");
        known(importer.startsWith(IOMMUFD) ? importer.substring(IOMMUFD.length()) : importer, devices, pointer);
    }

    private Set<String> names() {
        Set<String> names = new TreeSet<>(made.all());
        names.addAll(devices);
        return names;
    }

    private void known(String name, Set<String> names, String pointer) {
        if (!names.contains(name)) {
            String message = "nothing is called \"%s\"%s".formatted(name, Finding.nearest(name, names));
            findings.add(Finding.at(pointer, "unknown-name", message));
        }
    }
}
