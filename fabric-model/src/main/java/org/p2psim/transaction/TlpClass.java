package org.p2psim.transaction;

/**
 * The three kinds of traffic that ordering and flow control tell apart (PCIe base specification 5.0, 2.4.1 and
 * 2.6.1).
 */
public enum TlpClass {
    /** Memory writes and messages: no completion comes back. */
    POSTED,
    /** Reads and AtomicOps: answered by completions. */
    NON_POSTED,
    COMPLETION
}
