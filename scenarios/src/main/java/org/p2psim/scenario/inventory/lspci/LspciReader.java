package org.p2psim.scenario.inventory.lspci;

import org.p2psim.scenario.inventory.DumpText;
import org.p2psim.scenario.inventory.HostFacts;
import org.p2psim.scenario.inventory.Inventory;
import org.p2psim.scenario.inventory.InventoryException;
import org.p2psim.scenario.inventory.host.HostFactsReader;

/**
 * Reads what {@code lspci} prints: {@code -v} to {@code -vvv} with or without {@code -n}, {@code -nn} and {@code -D},
 * {@code -x} to {@code -xxxx}, {@code -nn} alone, {@code -mm} and {@code -vmm}, alone or mixed, with any text around
 * it and as mail programs break it. Where text and configuration space both speak, configuration space wins. Unknown
 * lines are skipped.
 */
public final class LspciReader {
    /** What gives the most that a dump can say. */
    public static final String COMMAND = "sudo lspci -vvvnn -xxxx";

    private LspciReader() {}

    /**
     * Reads a dump.
     *
     * @param name as the user named the file
     * @throws InventoryException if there is no device in it, or far too much of everything
     */
    public static Inventory read(String name, byte[] content) throws InventoryException {
        return read(name, content, HostFacts.NONE);
    }

    /**
     * Reads a dump of a machine of which more is known; what the dump itself shows of CPU, kernel and command line
     * completes it.
     *
     * @param name as the user named the file
     * @throws InventoryException if there is no device in it, or far too much of everything
     */
    public static Inventory read(String name, byte[] content, HostFacts host) throws InventoryException {
        DumpText text = DumpText.of(name, content);
        Listing listing = ListingScanner.scan(name, text);
        if (listing.sightings().isEmpty()) {
            throw new InventoryException(
                    "%s: no PCI device in it; it should be what this prints: %s".formatted(name, COMMAND));
        }
        return new Interpretation(listing, host.or(HostFactsReader.find(text))).inventory();
    }
}
