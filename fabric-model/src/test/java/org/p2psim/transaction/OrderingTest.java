package org.p2psim.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.p2psim.transaction.Ordering.May.MAY;
import static org.p2psim.transaction.Ordering.May.MUST;
import static org.p2psim.transaction.Ordering.May.NO;
import static org.p2psim.transaction.Ordering.mayPass;
import static org.p2psim.transaction.TlpClass.COMPLETION;
import static org.p2psim.transaction.TlpClass.NON_POSTED;
import static org.p2psim.transaction.TlpClass.POSTED;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.p2psim.transaction.Ordering.May;
import org.p2psim.transaction.Ordering.Passing;

/** Table 2-40 of the PCIe base specification 5.0. */
class OrderingTest {
    private static final int GPU = 0x0300;
    private static final int NIC = 0x0400;
    private static final int MEMORY = 0x0000;

    /** Rows and columns of the table. */
    private enum Entry {
        POSTED_REQUEST(TlpClass.POSTED, false),
        READ_REQUEST(TlpClass.NON_POSTED, false),
        NPR_WITH_DATA(TlpClass.NON_POSTED, true),
        COMPLETION_TLP(TlpClass.COMPLETION, false);

        private final TlpClass tlpClass;
        private final boolean withData;

        Entry(TlpClass tlpClass, boolean withData) {
            this.tlpClass = tlpClass;
            this.withData = withData;
        }

        Passing of(int requester, int tag, boolean relaxed, boolean idBased) {
            int completer = tlpClass == COMPLETION ? MEMORY : Passing.NONE;
            return new Passing(tlpClass, withData, relaxed, idBased, requester, tag, completer);
        }
    }

    @ParameterizedTest(name = "{0}: {1} passes {2}: {3}")
    @CsvSource({
        "A2a, POSTED_REQUEST, POSTED_REQUEST, NO",
        "A3, POSTED_REQUEST, READ_REQUEST, MUST",
        "A4, POSTED_REQUEST, NPR_WITH_DATA, MUST",
        "A5a, POSTED_REQUEST, COMPLETION_TLP, MAY",
        "B2a, READ_REQUEST, POSTED_REQUEST, NO",
        "B3, READ_REQUEST, READ_REQUEST, MAY",
        "B4, READ_REQUEST, NPR_WITH_DATA, MAY",
        "B5, READ_REQUEST, COMPLETION_TLP, MAY",
        "C2a, NPR_WITH_DATA, POSTED_REQUEST, NO",
        "C3, NPR_WITH_DATA, READ_REQUEST, MAY",
        "C4, NPR_WITH_DATA, NPR_WITH_DATA, MAY",
        "C5, NPR_WITH_DATA, COMPLETION_TLP, MAY",
        "D2a, COMPLETION_TLP, POSTED_REQUEST, NO",
        "D3, COMPLETION_TLP, READ_REQUEST, MUST",
        "D4, COMPLETION_TLP, NPR_WITH_DATA, MUST",
        "D5a, COMPLETION_TLP, COMPLETION_TLP, MAY",
    })
    void withoutAttributes(String cell, Entry later, Entry earlier, May expected) {
        assertThat(mayPass(later.of(GPU, 1, false, false), earlier.of(NIC, 2, false, false)))
                .as(cell)
                .isEqualTo(expected);
        assertThat(mayPass(later.of(GPU, 1, false, false), earlier.of(GPU, 2, false, false)))
                .as("%s, same requester", cell)
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}: {1} with RO passes a posted request: {2}")
    @CsvSource({
        "A2b, POSTED_REQUEST, MAY",
        "B2, READ_REQUEST, NO",
        "C2b, NPR_WITH_DATA, MAY",
        "D2b, COMPLETION_TLP, MAY",
    })
    void relaxedOrderingLetsAllButReadsPassPostedRequests(String cell, Entry later, May expected) {
        Passing earlier = Entry.POSTED_REQUEST.of(GPU, 0, false, false);
        assertThat(mayPass(later.of(GPU, 1, true, false), earlier)).as(cell).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}: {1} with IDO passes a posted request")
    @CsvSource({"A2b, POSTED_REQUEST", "B2b, READ_REQUEST", "C2b, NPR_WITH_DATA"})
    void idBasedOrderingLetsRequestsPassPostedRequestsOfOthersOnly(String cell, Entry later) {
        assertThat(mayPass(later.of(GPU, 1, false, true), Entry.POSTED_REQUEST.of(NIC, 0, false, false)))
                .as(cell)
                .isEqualTo(MAY);
        assertThat(mayPass(later.of(GPU, 1, false, true), Entry.POSTED_REQUEST.of(GPU, 0, false, false)))
                .as("%s, same requester", cell)
                .isEqualTo(NO);
    }

    /** D2b: not who asked counts but who answers: the GPU's data may pass writes of the NIC, never its own. */
    @Test
    void idBasedOrderingComparesTheCompleterOfACompletionWithTheRequesterOfThePostedRequest() {
        Passing fromGpuToNic = new Passing(COMPLETION, false, false, true, NIC, 7, GPU);
        assertThat(mayPass(fromGpuToNic, new Passing(POSTED, false, false, false, NIC, 0)))
                .isEqualTo(MAY);
        assertThat(mayPass(fromGpuToNic, new Passing(POSTED, false, false, false, GPU, 0)))
                .isEqualTo(NO);
    }

    @Test
    void withoutACompleterIdBasedOrderingPermitsACompletionNothing() {
        Passing completion = new Passing(COMPLETION, false, false, true, NIC, 7);
        assertThat(mayPass(completion, new Passing(POSTED, false, false, false, GPU, 0)))
                .isEqualTo(NO);
    }

    @Test
    void attributesOfTheEarlierTlpDoNotCount() {
        assertThat(mayPass(
                        new Passing(POSTED, false, false, false, GPU, 0),
                        new Passing(POSTED, false, true, true, NIC, 0)))
                .isEqualTo(NO);
    }

    /** D5b: the data of one read arrives in address order, whatever the attributes. */
    @Test
    void completionsOfOneReadNeverPassEachOther() {
        for (boolean relaxed : List.of(true, false)) {
            for (boolean idBased : List.of(true, false)) {
                Passing later = new Passing(COMPLETION, false, relaxed, idBased, GPU, 7, NIC);
                assertThat(mayPass(later, new Passing(COMPLETION, false, false, false, GPU, 7, NIC)))
                        .isEqualTo(NO);
            }
        }
    }

    @Test
    void aTransactionIsARequesterAndATag() {
        Passing later = new Passing(COMPLETION, false, false, false, GPU, 7);
        assertThat(mayPass(later, new Passing(COMPLETION, false, false, false, GPU, 8)))
                .isEqualTo(MAY);
        assertThat(mayPass(later, new Passing(COMPLETION, false, false, false, NIC, 7)))
                .isEqualTo(MAY);
    }

    @ParameterizedTest
    @EnumSource(
            value = Entry.class,
            names = {"READ_REQUEST", "NPR_WITH_DATA"})
    void againstDeadlockPostedRequestsAndCompletionsMustPassNonPostedRequests(Entry earlier) {
        Passing blocked = earlier.of(NIC, 1, true, true);
        assertThat(mayPass(new Passing(POSTED, false, false, false, NIC, 0), blocked))
                .isEqualTo(MUST);
        assertThat(mayPass(new Passing(COMPLETION, false, false, false, NIC, 1), blocked))
                .isEqualTo(MUST);
    }

    /** Only bridges to conventional PCI have to (A5b): a fabric in which posted requests wait for completions is legal. */
    @Test
    void postedRequestsNeedNotPassCompletions() {
        assertThat(mayPass(
                        new Passing(POSTED, false, true, true, GPU, 0),
                        new Passing(COMPLETION, false, false, false, NIC, 1)))
                .isEqualTo(MAY);
    }

    /** Or no order would be left that makes progress: a non-posted request may always be the one to wait. */
    @Test
    void nothingObligesANonPostedRequestToPass() {
        for (Entry earlier : Entry.values()) {
            for (boolean withData : List.of(true, false)) {
                Passing later = new Passing(NON_POSTED, withData, true, true, GPU, 1);
                assertThat(mayPass(later, earlier.of(NIC, 2, false, false))).isNotEqualTo(MUST);
            }
        }
    }
}
