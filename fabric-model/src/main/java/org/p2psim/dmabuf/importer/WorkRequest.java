package org.p2psim.dmabuf.importer;

/**
 * A work request of a queue pair, as far as one memory region is concerned.
 *
 * @param nic whose key it names: the own one for a local buffer, the responder's for a remote one
 * @param right what it does there; the NIC's own access is checked for {@code LOCAL_WRITE} only: to gather takes no right
 * @param remote whether the region is at the responder
 * @param offset of the access in the region, bytes
 * @param size bytes
 */
public record WorkRequest(
        String name, RdmaNic nic, int key, AccessFlag right, boolean remote, long offset, long size) {}
