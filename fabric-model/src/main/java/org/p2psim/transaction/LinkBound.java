package org.p2psim.transaction;

import org.p2psim.topology.Link;

/**
 * The payload that a link can carry at most, in closed form: the model of pcie-bench (Neugebauer et al., SIGCOMM 2018,
 * model/pcie.py and mem_bw.py), for transfers of one size back to back, aligned, without latency. Latency, tags and
 * credits can only take from it.
 *
 * <p>The model charges each direction of the link an Ack and an UpdateFC once in their latency limits, counted as
 * bytes of the whole link. The limits are symbol times of one lane, in which a wide link carries width times as much,
 * and the DLLPs of a one-way stream travel against it. So {@link Rate#MODEL} is low, {@link Rate#BOUND} charges no
 * DLLPs at all, and a link that works lies between.
 *
 * @param mps Max_Payload_Size, a power of two from 128 to 4096
 * @param mrrs Max_Read_Request_Size, bytes, positive
 * @param completionBytes data of a completion: {@code mps}, or the Read Completion Boundary where the completer
 *     returns every line by itself. A completion never answers two requests: with {@code mrrs} below {@code mps} pass
 *     {@code mrrs} for what hardware does, {@code mps} for what pcie-bench computes
 * @param above4GiB addresses of requests take 64 bits
 * @param ecrc every TLP has a digest
 */
public record LinkBound(Link link, int mps, int mrrs, int completionBytes, boolean above4GiB, boolean ecrc) {

    /** What is taken from the rate of the link before TLPs share it. */
    public enum Rate {
        /** Ack and UpdateFC DLLPs, and SKP ordered sets, as pcie-bench charges them; in FLIT mode nothing. */
        MODEL,
        /** Nothing but the encoding. */
        BOUND
    }

    public LinkBound {
        DataLinkLayer.requireMaxPayloadSize(mps);
        if (mrrs <= 0 || completionBytes <= 0) {
            throw new IllegalArgumentException(
                    "read requests of %d bytes, completions of %d bytes".formatted(mrrs, completionBytes));
        }
    }

    /** What is left for TLPs in each direction, Gb/s (10^9 bits a second). */
    public double tlpRate(Rate rate) {
        double raw = link.bytesPerSecond() * 8 / 1e9;
        if (rate == Rate.BOUND || link.flitMode()) {
            return raw;
        }
        int generation = link.generation();
        double ack = (double) DataLinkLayer.DLLP_BYTES / DataLinkLayer.ackLatencyLimit(generation, link.width(), mps);
        double updateFc =
                (double) DataLinkLayer.DLLP_BYTES / DataLinkLayer.updateFcLatency(generation, link.width(), mps);
        double skp = (double) DataLinkLayer.SKP_BYTES / DataLinkLayer.SKP_INTERVAL;
        return raw * (1 - ack - updateFc - skp);
    }

    /** Payload of DMA writes of {@code bytes} each, Gb/s. */
    public double write(Rate rate, long bytes) {
        return payload(rate, bytes, writeBytes(bytes));
    }

    /** Payload of DMA reads of {@code bytes} each, Gb/s: requests one way, completions the other. */
    public double read(Rate rate, long bytes) {
        return payload(rate, bytes, Math.max(requestBytes(bytes), completionWireBytes(bytes)));
    }

    /** Payload per direction of as many reads as writes of {@code bytes} each, Gb/s. */
    public double readWrite(Rate rate, long bytes) {
        return payload(rate, bytes, Math.max(requestBytes(bytes) + writeBytes(bytes), completionWireBytes(bytes)));
    }

    private double payload(Rate rate, long bytes, long wireBytes) {
        return tlpRate(rate) * bytes / wireBytes;
    }

    private long writeBytes(long bytes) {
        return tlps(bytes, mps) * overhead(TlpKind.MEM_WRITE) + bytes;
    }

    private long requestBytes(long bytes) {
        return tlps(bytes, mrrs) * overhead(TlpKind.MEM_READ);
    }

    private long completionWireBytes(long bytes) {
        return tlps(bytes, completionBytes) * overhead(TlpKind.COMPLETION_WITH_DATA) + bytes;
    }

    private int overhead(TlpKind kind) {
        return kind.overhead(above4GiB, link.flitMode(), ecrc);
    }

    private static long tlps(long bytes, int each) {
        if (bytes <= 0) {
            throw new IllegalArgumentException("transfers of %d bytes".formatted(bytes));
        }
        return (bytes - 1) / each + 1;
    }
}
