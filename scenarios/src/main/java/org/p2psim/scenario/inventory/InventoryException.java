package org.p2psim.scenario.inventory;

/** A dump that is not what it should be; the message says where (file, line or element) and what would be right. */
public final class InventoryException extends Exception {
    private static final long serialVersionUID = 1;

    public InventoryException(String message) {
        super(message);
    }
}
