package org.p2psim.transaction;

/**
 * Which TLP may, must or must not overtake which, within one traffic class: table 2-40 of the PCIe base
 * specification 5.0 (2.4.1). The letters and numbers in comments are its rows and columns.
 *
 * <p>Not here, because nothing models them: I/O and configuration requests, whose write completions may pass posted
 * requests; PASIDs, which separate the streams of one requester under IDO; bridges to conventional PCI, where posted
 * requests must pass completions.
 */
public final class Ordering {
    private Ordering() {}

    /** What a table entry says of the later TLP. */
    public enum May {
        /** It stays behind: producer and consumer rely on it. */
        NO,
        /** Either is correct. */
        MAY,
        /** It must be able to pass when the earlier one is blocked, or the fabric can deadlock. */
        MUST
    }

    /**
     * What the table looks at in a TLP.
     *
     * @param withData of a non-posted request: it carries data, as an AtomicOp; of others without meaning
     * @param relaxedOrdering the RO attribute
     * @param idBasedOrdering the IDO attribute
     * @param requester Requester ID; of a completion that of the request it answers
     * @param tag of the request; with the Requester ID it is the Transaction ID
     * @param completer Completer ID of a completion; {@link #NONE} for requests
     */
    public record Passing(
            TlpClass tlpClass,
            boolean withData,
            boolean relaxedOrdering,
            boolean idBasedOrdering,
            int requester,
            int tag,
            int completer) {
        /** No Completer ID. IDO gives a completion without one no permission. */
        public static final int NONE = -1;

        /** A request, or a completion that does not use IDO. */
        public Passing(
                TlpClass tlpClass,
                boolean withData,
                boolean relaxedOrdering,
                boolean idBasedOrdering,
                int requester,
                int tag) {
            this(tlpClass, withData, relaxedOrdering, idBasedOrdering, requester, tag, NONE);
        }
    }

    /** Whether {@code later} may pass {@code earlier}, which was sent before it on the same link. */
    public static May mayPass(Passing later, Passing earlier) {
        return switch (earlier.tlpClass()) {
            case POSTED -> mayPassPosted(later, earlier) ? May.MAY : May.NO;
            // A3, A4, D3, D4 against deadlock; B3, B4, C3, C4
            case NON_POSTED -> later.tlpClass() == TlpClass.NON_POSTED ? May.MAY : May.MUST;
            // A5, B5, C5; D5b keeps the completions of one read in address order
            case COMPLETION -> sameTransaction(later, earlier) ? May.NO : May.MAY;
        };
    }

    /** Rules A2b, B2b, C2b and D2b: RO helps all but reads, IDO whatever comes from elsewhere. */
    private static boolean mayPassPosted(Passing later, Passing earlier) {
        boolean read = later.tlpClass() == TlpClass.NON_POSTED && !later.withData();
        return later.relaxedOrdering() && !read || later.idBasedOrdering() && comesFromElsewhere(later, earlier);
    }

    private static boolean comesFromElsewhere(Passing later, Passing posted) {
        if (later.tlpClass() == TlpClass.COMPLETION) {
            return later.completer() != Passing.NONE && later.completer() != posted.requester();
        }
        return later.requester() != posted.requester();
    }

    private static boolean sameTransaction(Passing later, Passing completion) {
        return later.tlpClass() == TlpClass.COMPLETION
                && later.requester() == completion.requester()
                && later.tag() == completion.tag();
    }
}
