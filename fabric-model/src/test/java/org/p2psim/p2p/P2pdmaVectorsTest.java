package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.p2psim.address.Bdf;
import org.p2psim.p2p.KernelVectors.Query;
import org.p2psim.p2p.KernelVectors.Topology;
import tools.jackson.databind.JsonNode;

/** The decision against recorded answers of compiled kernel code (5.10 to 7.3): see the README of the resources. */
class P2pdmaVectorsTest {
    @ParameterizedTest
    @ValueSource(strings = {"p2pdma-cases.jsonl", "p2pdma-vectors.jsonl.gz"})
    void answersAsTheKernelDoes(String resource) throws Exception {
        SoftAssertions all = new SoftAssertions();
        int asked = 0;
        for (Topology topology : KernelVectors.read(resource)) {
            for (Query query : topology.queries()) {
                if (query.clients().stream().allMatch(P2pdmaVectorsTest::isPciFunction)) {
                    check(all, topology, query);
                    asked++;
                }
            }
            if (!all.wasSuccess()) {
                break;
            }
        }
        all.assertAll();
        assertThat(asked).as("queries asked").isGreaterThan(50);
    }

    private static boolean isPciFunction(String client) {
        return !client.equals("nonpci") && !client.startsWith("child:");
    }

    private static void check(SoftAssertions all, Topology topology, Query query) {
        Bdf provider = Bdf.parse(query.provider());
        List<Bdf> clients = query.clients().stream().map(Bdf::parse).toList();
        String what = topology.id() + " " + query.provider() + " " + query.clients();
        all.assertThat(topology.p2pdma().distanceMany(provider, clients))
                .as(what + " distance")
                .isEqualTo(query.answer().get("distance").asInt());
        if (clients.size() != 1) {
            return;
        }
        Verdict verdict = topology.p2pdma().verdict(provider, clients.get(0));
        JsonNode answer = query.answer();
        all.assertThat(verdict.mapType().name())
                .as(what + " map type")
                .isEqualTo(answer.get("mapType").asString());
        all.assertThat(verdict.hops())
                .as(what + " hops")
                .isEqualTo(answer.get("hops").asInt());
        all.assertThat(KernelVectors.warnings(verdict).toList())
                .as(what + " warnings")
                .isEqualTo(KernelVectors.strings(answer.get("warnings")));
        all.assertThat(hint(verdict).orElse(null))
                .as(what + " ACS list")
                .isEqualTo(
                        answer.get("acsList").isNull()
                                ? null
                                : answer.get("acsList").asString());
    }

    private static Optional<String> hint(Verdict verdict) {
        return verdict.messages().stream()
                .filter(message -> message.kind() == KernelMessage.Kind.ACS_HINT)
                .map(message -> message.text()
                        .substring(message.text().indexOf('=', message.text().indexOf("redir=")) + 1))
                .findFirst();
    }
}
