package org.p2psim.dmabuf.ownership;

/**
 * Who may use some memory.
 *
 * @param epoch counts the owners of a device, so that a user who comes back is another owner
 */
public record Owner(String user, int epoch) {
    @Override
    public String toString() {
        return user + " (owner " + epoch + ")";
    }
}
