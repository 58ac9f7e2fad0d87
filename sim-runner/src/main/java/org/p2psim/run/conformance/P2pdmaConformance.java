package org.p2psim.run.conformance;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.p2psim.p2p.Client;
import org.p2psim.p2p.P2pdma;
import org.p2psim.platform.KernelRelease;
import org.p2psim.platform.KernelRules;
import org.p2psim.scenario.evidence.P2pdmaAnswer;
import org.p2psim.scenario.evidence.P2pdmaEvidence;
import org.p2psim.scenario.evidence.P2pdmaEvidence.Query;

/** Distance, map type, hops, list of ports and warnings against recorded answers; each query is a case. */
final class P2pdmaConformance {
    private final Map<KernelRelease, KernelRules> rules = new HashMap<>();

    ImmutableList<Case> check(P2pdmaEvidence evidence) {
        P2pdma model = new P2pdma(
                evidence.fabric(), evidence.cpu(), rules.computeIfAbsent(evidence.kernel(), KernelRules::of));
        ImmutableList.Builder<Case> cases = ImmutableList.builder();
        int number = 1;
        for (Query query : evidence.queries()) {
            String id = "%s query %d".formatted(evidence.id(), number++);
            String difference =
                    query.answer().differenceTo(P2pdmaAnswer.of(model.distance(query.provider(), query.clients())));
            boolean agrees = difference.isEmpty();
            cases.add(new Case(id, agrees, agrees ? "" : question(query) + ": " + difference));
        }
        return cases.build();
    }

    private static String question(Query query) {
        String clients = query.clients().stream().map(Client::name).collect(Collectors.joining(", "));
        return "provider %s, clients %s".formatted(query.provider(), clients.isEmpty() ? "none" : clients);
    }
}
