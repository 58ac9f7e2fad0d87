package org.p2psim.run;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.p2psim.address.Bdf;
import org.p2psim.outcome.Answer;
import org.p2psim.outcome.Answer.Layer;
import org.p2psim.outcome.Answer.LayerAnswer;
import org.p2psim.outcome.Event;
import org.p2psim.outcome.InvariantOutcome;
import org.p2psim.outcome.SgTableOutcome;
import org.p2psim.outcome.TransferOutcome;
import org.p2psim.p2p.Verdict;
import org.p2psim.routing.AddressKind;
import org.p2psim.routing.Delivery;
import org.p2psim.routing.Routing;
import org.p2psim.run.replay.World;
import org.p2psim.run.watch.InvariantWatch;
import org.p2psim.run.watch.Recorder;
import org.p2psim.scenario.DmaOperation;
import org.p2psim.scenario.Expectation;
import org.p2psim.scenario.Plan;
import org.p2psim.unit.Bytes;
import org.p2psim.unit.Ticks;

/** What a run says to its scenario's question: does the first importer of the timeline reach the first exporter? */
final class Answers {
    /** What an import consists of: refusing one of these refuses it. */
    private static final Set<String> IMPORTING = Set.of("export", "attach", "map", "register-mr");

    private final World world;
    private final Recorder recorder;
    private final List<InvariantOutcome> broken;

    Answers(World world, Recorder recorder, InvariantWatch watch) {
        this.world = world;
        this.recorder = recorder;
        this.broken = watch.outcomes(found -> false).stream()
                .filter(outcome -> !outcome.held())
                .toList();
    }

    private record Question(String provider, String client) {}

    Answer answer() {
        Optional<Question> question = question(world.plan());
        if (question.isEmpty() && !broken.isEmpty()) {
            return breaks("The timeline", List.of());
        } else if (question.isEmpty()) {
            return new Answer(
                    true,
                    "The scenario",
                    "asks about no pair",
                    "it has no import, no traffic and expects no p2p",
                    List.of());
        }
        String provider = question.get().provider();
        String client = question.get().client();
        Optional<Bdf> providerSeen = world.seenAddress(provider);
        Optional<Bdf> clientSeen = world.seenAddress(client);
        if (providerSeen.isEmpty() || clientSeen.isEmpty()) {
            String absent = providerSeen.isEmpty() ? provider : client;
            return new Answer(
                    false,
                    subject(question.get()),
                    "cannot be",
                    "%s is not passed through to the guest".formatted(absent),
                    List.of());
        }
        return answer(question.get(), world.p2pdma().verdict(providerSeen.get(), clientSeen.get()));
    }

    private static String subject(Question question) {
        return "DMA by %s to %s's memory".formatted(question.client(), question.provider());
    }

    private Answer answer(Question question, Verdict verdict) {
        String provider = question.provider();
        String client = question.client();
        Set<String> objects = objectsBetween(world.plan(), provider, client);
        Optional<Event> refusal = recorder.events().stream()
                .filter(event -> event.kind() == Event.Kind.REFUSED
                        && objects.contains(event.lane())
                        && IMPORTING.contains(event.what()))
                .findFirst();
        List<TransferOutcome> all = recorder.transfers().stream()
                .filter(transfer ->
                        transfer.initiator().equals(client) && transfer.target().equals(provider))
                .toList();
        List<TransferOutcome> some =
                all.stream().filter(transfer -> transfer.bytes() > 0).toList();
        Optional<TransferOutcome> moved = some.stream()
                .max(Comparator.comparing(transfer -> transfer.bandwidth().gigabytesPerSecond()));
        Optional<TransferOutcome> failed =
                all.stream().filter(transfer -> !transfer.route().isEmpty()).findFirst();
        List<LayerAnswer> layers = List.of(
                kernel(verdict),
                gate(provider),
                delivery(question, verdict),
                effect(verdict, moved, refusal, failed, all));
        String subject = subject(question);
        String kernel = "%skernel %s".formatted(world.guest().isPresent() ? "guest " : "", world.kernel());
        if (isOnlyTraffic(question)) {
            String asked = "%s would answer %s".formatted(kernel, verdict.answer());
            return moved.map(transfer -> new Answer(
                            true, subject, "arrives", "%s; %s".formatted(rate(transfer, some.size()), asked), layers))
                    .orElseGet(() -> new Answer(
                            false,
                            subject,
                            "does not arrive",
                            failed.map(transfer -> failure(transfer) + "; ").orElse("") + asked,
                            layers));
        }
        if (!broken.isEmpty() && (moved.isPresent() || refusal.isEmpty())) {
            return breaks(subject, layers);
        }
        if (moved.isPresent()) {
            String because = "%s, %s".formatted(verdict.answer(), rate(moved.get(), some.size()));
            return new Answer(true, subject, "works", because, layers);
        }
        if (!verdict.supported()) {
            String answered = "%s answers NOT_SUPPORTED (-1), as %s".formatted(kernel, verdict.reason());
            String because = refusal.map(
                            event -> "%s fails with %s because %s".formatted(event.what(), word(event), answered))
                    .orElse(answered);
            return new Answer(false, subject, "is refused", because, layers);
        }
        if (refusal.isPresent()) {
            String because = "%s is refused with %s: %s"
                    .formatted(
                            refusal.get().what(),
                            word(refusal.get()),
                            refusal.get().detail());
            return new Answer(false, subject, "fails", because, layers);
        }
        if (failed.isPresent()) {
            String because = "%s answers %s, but %s".formatted(kernel, verdict.answer(), failure(failed.get()));
            return new Answer(false, subject, "does not arrive", because, layers);
        }
        return new Answer(true, subject, "is allowed", "%s answers %s".formatted(kernel, verdict.answer()), layers);
    }

    /** All that broke, and the first of it in words. */
    private Answer breaks(String subject, List<LayerAnswer> layers) {
        String finding = broken.stream().map(InvariantOutcome::id).collect(Collectors.joining(", ", "breaks ", ""));
        InvariantOutcome first = broken.stream()
                .min(Comparator.comparingLong(
                        each -> each.violation().orElseThrow().at()))
                .orElseThrow();
        InvariantOutcome.Violation violation = first.violation().orElseThrow();
        String enabling = violation.enabledBy() < 0
                ? ""
                : ", made possible by %s".formatted(told(recorder.event(violation.enabledBy())));
        String because =
                "%s (%s at %s)%s".formatted(violation.detail(), first.id(), Ticks.format(violation.at()), enabling);
        return new Answer(false, subject, finding, because, layers);
    }

    private static String told(Event event) {
        return "%s of %s at %s".formatted(event.what(), event.lane(), Ticks.format(event.start()));
    }

    private static String rate(TransferOutcome transfer, int transfers) {
        String part = transfer.bytes() == transfer.requested()
                ? ""
                : ", stopped after %s of %s"
                        .formatted(Bytes.format(transfer.bytes()), Bytes.format(transfer.requested()));
        String others = transfers == 1 ? "" : ", the fastest of %d transfers".formatted(transfers);
        return "%s on PCIe by %s%s%s".formatted(transfer.bandwidth(), transfer.operation(), others, part);
    }

    private static LayerAnswer kernel(Verdict verdict) {
        return new LayerAnswer(
                Layer.KERNEL,
                verdict.supported() ? verdict.answer() : "NOT_SUPPORTED (-1)",
                sentence(verdict.reason()));
    }

    private LayerAnswer gate(String provider) {
        boolean exports =
                world.plan().imports().stream().anyMatch(made -> made.exporter().equals(provider));
        return Optional.ofNullable(world.plan().lifetimes().drivers().get(provider))
                .map(driver -> Gate.of(driver, exports))
                .orElseGet(Gate::notKnown);
    }

    private LayerAnswer delivery(Question question, Verdict verdict) {
        if (!verdict.supported()) {
            return new LayerAnswer(
                    Layer.DELIVERY, "not reached", "Nothing is sent: the kernel does not allow the mapping.");
        }
        Delivery delivery = new Routing(world.host())
                .request(
                        world.onHost(question.client()), world.onHost(question.provider()), addresses(question), false);
        String way = delivery.steps().stream().map(Delivery.Step::sentence).collect(Collectors.joining("; "));
        return new LayerAnswer(
                Layer.DELIVERY,
                deliveryWord(delivery),
                sentence(delivery.caveat().map(caveat -> way + "; " + caveat).orElse(way)));
    }

    /** Those of the first table that the client got; what DMA mapping makes of the provider's memory without one. */
    private AddressKind addresses(Question question) {
        Set<String> objects = objectsBetween(world.plan(), question.provider(), question.client());
        return recorder.sgTables().stream()
                .filter(table -> objects.contains(table.owner()))
                .findFirst()
                .filter(table -> table.addresses() == SgTableOutcome.Addresses.PHYSICAL)
                .map(table -> AddressKind.BUS_ADDRESS)
                .orElseGet(() -> world.addresses(question.client()));
    }

    private static LayerAnswer effect(
            Verdict verdict,
            Optional<TransferOutcome> moved,
            Optional<Event> refusal,
            Optional<TransferOutcome> failed,
            List<TransferOutcome> all) {
        if (moved.isPresent()) {
            String lost = all.stream()
                    .filter(transfer ->
                            transfer.bytes() == 0 && !transfer.route().isEmpty())
                    .map(transfer -> "; " + failure(transfer))
                    .collect(Collectors.joining());
            return new LayerAnswer(
                    Layer.EFFECT,
                    moved.get().bandwidth().toString(),
                    "%s by %s%s."
                            .formatted(
                                    Bytes.format(moved.get().bytes()),
                                    moved.get().name(),
                                    lost));
        }
        return refusal.map(event -> new LayerAnswer(Layer.EFFECT, word(event), sentence(event.detail())))
                .or(() -> failed.map(
                        transfer -> new LayerAnswer(Layer.EFFECT, "nothing arrived", sentence(failure(transfer)))))
                .orElseGet(() -> new LayerAnswer(
                        Layer.EFFECT,
                        verdict.supported() ? "allowed" : "refused",
                        "The timeline moves no data between the two, so there is no figure."));
    }

    /** What became of a transfer that was sent and of which nothing arrived. */
    private static String failure(TransferOutcome transfer) {
        return "of %s %s".formatted(transfer.name(), transfer.nothingMoved().orElseThrow());
    }

    private static String word(Event refusal) {
        return refusal.errno().map(Object::toString).orElse("an error");
    }

    private static String deliveryWord(Delivery delivery) {
        String word = switch (delivery.disposition()) {
            case DIRECT -> "direct";
            case VIA_ROOT_COMPLEX -> "via the root complex";
            case HOST_MEMORY -> "in host memory";
            case DROPPED -> "dropped";
            case REFUSED -> "Unsupported Request";
        };
        return delivery.caveat().isPresent() ? word + ", not known to work" : word;
    }

    /** Clauses often begin with a name, which keeps its case. */
    private static String sentence(String clause) {
        return clause + ".";
    }

    /** The dma-bufs of a provider, and the MRs and attachments that a client makes of them. */
    private static Set<String> objectsBetween(Plan plan, String provider, String client) {
        return plan.imports().stream()
                .filter(made ->
                        made.exporter().equals(provider) && made.importer().equals(client))
                .flatMap(made -> Stream.of(made.dmaBuf(), made.owner()))
                .collect(Collectors.toSet());
    }

    /** Exporter and importer of the first import; else the first pair that is expected something of. */
    private static Optional<Question> question(Plan plan) {
        Stream<Question> imports = plan.imports().stream().map(made -> new Question(made.exporter(), made.importer()));
        Stream<Question> expected = plan.expectations().stream()
                .map(Plan.Expected::expectation)
                .filter(Expectation.P2p.class::isInstance)
                .map(Expectation.P2p.class::cast)
                .map(pair -> new Question(pair.p2p().get(0), pair.p2p().get(1)));
        Stream<Question> traffic = traffic(plan)
                .filter(line -> plan.devices().containsKey(line.to()))
                .map(line -> new Question(line.to(), line.from()));
        return Stream.of(imports, expected, traffic)
                .flatMap(questions -> questions)
                .findFirst();
    }

    private static Stream<DmaOperation.Traffic> traffic(Plan plan) {
        return plan.timeline().stream()
                .filter(DmaOperation.Traffic.class::isInstance)
                .map(DmaOperation.Traffic.class::cast);
    }

    /** Traffic asks no kernel: what it would have said is another matter. */
    private boolean isOnlyTraffic(Question question) {
        return objectsBetween(world.plan(), question.provider(), question.client())
                        .isEmpty()
                && traffic(world.plan())
                        .anyMatch(line -> line.to().equals(question.provider())
                                && line.from().equals(question.client()));
    }
}
