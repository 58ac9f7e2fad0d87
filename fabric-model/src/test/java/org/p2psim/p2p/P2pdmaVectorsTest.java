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
                check(all, topology, query);
                asked++;
            }
            if (!all.wasSuccess()) {
                break;
            }
        }
        all.assertAll();
        assertThat(asked).as("queries asked").isGreaterThan(50);
    }

    private static Client client(String text) {
        if (text.equals("nonpci")) {
            return Client.notPci(text);
        }
        return text.startsWith("child:")
                ? Client.below(Bdf.parse(text.substring("child:".length())), text)
                : Client.of(Bdf.parse(text));
    }

    private static void check(SoftAssertions all, Topology topology, Query query) {
        Distance distance = topology.p2pdma()
                .distance(
                        Bdf.parse(query.provider()),
                        query.clients().stream().map(P2pdmaVectorsTest::client).toList());
        String what = topology.id() + " " + query.provider() + " " + query.clients();
        JsonNode answer = query.answer();
        all.assertThat(distance.sum())
                .as(what + " distance")
                .hasValue(answer.get("distance").asInt());
        all.assertThat(distance.mapType().name())
                .as(what + " map type")
                .isEqualTo(answer.get("mapType").asString());
        if (distance.pairs().size() != 1) {
            List<String> pairs = answer.get("pairs")
                    .valueStream()
                    .map(pair -> pair.get("mapType").asString("null") + " "
                            + pair.get("hops").asString("null"))
                    .toList();
            all.assertThat(distance.pairs().stream()
                            .map(P2pdmaVectorsTest::pair)
                            .toList())
                    .as(what + " pairs")
                    .isEqualTo(pairs);
            return;
        }
        all.assertThat(distance.pairs()
                        .get(0)
                        .map(Verdict::hops)
                        .map(Object::toString)
                        .orElse(null))
                .as(what + " hops")
                .isEqualTo(answer.get("hops").asString(null));
        all.assertThat(KernelVectors.warnings(distance).toList())
                .as(what + " warnings")
                .isEqualTo(KernelVectors.strings(answer.get("warnings")));
        all.assertThat(hint(distance).orElse(null))
                .as(what + " ACS list")
                .isEqualTo(answer.get("acsList").asString(null));
    }

    private static String pair(Optional<Verdict> verdict) {
        return verdict.map(v -> v.mapType() + " " + v.hops()).orElse("null null");
    }

    private static Optional<String> hint(Distance distance) {
        return distance.messages().stream()
                .filter(message -> message.kind() == KernelMessage.Kind.ACS_HINT)
                .map(message -> message.text()
                        .substring(message.text().indexOf('=', message.text().indexOf("redir=")) + 1))
                .findFirst();
    }
}
