package org.p2psim.scenario.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Note;

/** Looks things up in an inventory. */
public final class Found {
    private Found() {}

    /** Reads something. */
    public interface Reading {
        Inventory read() throws InventoryException;
    }

    /** What the user is told of something that cannot be read. */
    public static String messageOf(Reading reading) {
        try {
            return "read: " + reading.read();
        } catch (InventoryException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** The function at an address, which must be there once. */
    public static FoundFunction at(Inventory inventory, String address) {
        List<FoundFunction> functions = inventory.functions().stream()
                .filter(function -> function.address().equals(Bdf.parse(address)))
                .toList();
        assertThat(functions).as(address).hasSize(1);
        return functions.get(0);
    }

    /** The texts of all notes of a kind. */
    public static List<String> notes(Inventory inventory, Note.Kind kind) {
        return inventory.notes().stream()
                .filter(note -> note.kind() == kind)
                .map(Note::text)
                .toList();
    }

    /** What holds for every inventory: each address once, every bridge above in it, no function above itself. */
    public static void assertWellFormed(Inventory inventory) {
        List<Bdf> addresses =
                inventory.functions().stream().map(FoundFunction::address).toList();
        assertThat(addresses).isNotEmpty().doesNotHaveDuplicates();
        for (FoundFunction function : inventory.functions()) {
            function.upstreamBridge()
                    .ifPresent(bridge -> assertThat(addresses).contains(bridge).isNotEqualTo(function.address()));
        }
        assertThat(inventory.notes()).allSatisfy(note -> assertThat(note.text()).isNotEmpty());
    }

    /**
     * Whatever a file has become, it gives a whole inventory or a message.
     *
     * @param seed of the damage
     * @param message how a message begins
     */
    public static void assertWholeOrRefused(long seed, String message, Reading reading) {
        try {
            assertWellFormed(reading.read());
        } catch (InventoryException e) {
            assertThat(e.getMessage()).as("seed %d", seed).isNotEmpty().startsWith(message);
        } catch (RuntimeException e) {
            throw new AssertionError("seed " + seed, e);
        }
    }
}
