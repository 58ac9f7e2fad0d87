package org.p2psim.p2p;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.platform.Cpu;
import org.p2psim.platform.KernelRules;
import org.p2psim.platform.Socket;
import org.p2psim.topology.Acs;
import org.p2psim.topology.Fabric;
import org.p2psim.topology.HostBridge;
import org.p2psim.topology.IommuMode;
import org.p2psim.topology.PciFunction;
import org.p2psim.topology.PortType;

/** The branches of an open verdict are the answers that all possible machines give together, no more and no less. */
class NotKnownPropertiesTest {
    private static final int MACHINES = 150;
    private static final int UNKNOWN_BITS_MAX = 4;
    private static final List<String> RELEASES =
            List.of("4.20", "5.2", "5.4", "5.8", "5.10.262", "5.18", "6.12", "7.3");
    /** Listed in some release across host bridges, below one only, and in none. */
    private static final List<DeviceId> IDS = List.of(
            DeviceId.parse("1022:1450"),
            DeviceId.parse("8086:2f00"),
            DeviceId.parse("8086:2020"),
            DeviceId.parse("8086:29c0"));

    private static final List<AcsPolicy> POLICIES = List.of(
            new AcsPolicy.Released(),
            new AcsPolicy.DivergencePorts(false, false),
            new AcsPolicy.DivergencePorts(true, false),
            new AcsPolicy.DivergencePorts(true, true));

    private record Answer(MapType mapType, OptionalInt distance) {}

    /** A machine of which a dump shows a part. */
    private record Dump(List<HostBridge> hostBridges, List<PciFunction> functions, Cpu cpu) {
        Fabric fabric() {
            return Fabric.of(List.of(new Socket("s0", cpu)), hostBridges, functions);
        }

        P2pdma ask(KernelRules rules, AcsPolicy policy) {
            return new P2pdma(fabric(), cpu, rules, policy);
        }

        Dump with(int position, PciFunction function) {
            List<PciFunction> changed = new ArrayList<>(functions);
            changed.set(position, function);
            return new Dump(hostBridges, changed, cpu);
        }

        /** Every machine that the dump may be of. */
        List<Dump> possible() {
            if (!cpu.isKnown()) {
                return List.of(Forest.ZEN, Forest.XEON).stream()
                        .flatMap(known -> new Dump(hostBridges, functions, known).possible().stream())
                        .toList();
            }
            for (int i = 0; i < functions.size(); i++) {
                PciFunction function = functions.get(i);
                int position = i;
                if (!function.id().isKnown()) {
                    return IDS.stream()
                            .flatMap(id -> with(position, identified(function, id)).possible().stream())
                            .toList();
                }
                int unknown = function.acs().map(Acs::notKnown).orElse(0);
                if (unknown != 0) {
                    int bit = Integer.lowestOneBit(unknown);
                    Acs acs = function.acs().orElseThrow();
                    return List.of(acs.control(), acs.control() | bit).stream()
                            .map(control -> new Acs(acs.capability(), control, unknown & ~bit))
                            .flatMap(known -> with(position, function.withAcs(Optional.of(known))).possible().stream())
                            .toList();
                }
            }
            return List.of(this);
        }
    }

    private static PciFunction identified(PciFunction function, DeviceId id) {
        return PciFunction.of(
                function.address(),
                id,
                function.type(),
                function.upstreamBridge(),
                function.secondaryBus(),
                function.acs());
    }

    private static final class Growth {
        private final SplittableRandom random;
        private final List<HostBridge> hostBridges = new ArrayList<>();
        private final List<PciFunction> functions = new ArrayList<>();
        private int bus;
        private int unknownBits;

        Growth(SplittableRandom random) {
            this.random = random;
        }

        Dump dump() {
            int count = random.nextInt(1, 3);
            for (int i = 0; i < count; i++) {
                int root = bus++;
                IommuMode iommu = random.nextInt(4) == 0 ? IommuMode.IDENTITY : IommuMode.OFF;
                hostBridges.add(new HostBridge("rc" + i, "s0", 0, root, iommu, 0, 64, List.of()));
                DeviceId id = random.nextInt(4) == 0 ? DeviceId.NOT_KNOWN : IDS.get(random.nextInt(IDS.size()));
                functions.add(PciFunction.of(
                        new Bdf(0, root, 0, 0), id, PortType.HOST_BRIDGE, Optional.empty(), -1, Optional.empty()));
                for (int port = 1; port <= random.nextInt(1, 3); port++) {
                    grow(add(root, port, PortType.ROOT_PORT, Optional.empty()), 2);
                }
            }
            Cpu cpu = List.of(Cpu.NOT_KNOWN, Forest.ZEN, Forest.XEON).get(random.nextInt(3));
            return new Dump(hostBridges, functions, cpu);
        }

        private void grow(PciFunction port, int depth) {
            if (depth == 0 || random.nextInt(3) == 0) {
                int below = bus++;
                for (int i = 0; i < random.nextInt(1, 3); i++) {
                    add(below, i, PortType.ENDPOINT, Optional.of(port.address()));
                }
                return;
            }
            PciFunction upstream = add(bus++, 0, PortType.UPSTREAM_PORT, Optional.of(port.address()));
            int below = bus++;
            for (int i = 0; i < random.nextInt(1, 4); i++) {
                grow(add(below, i, PortType.DOWNSTREAM_PORT, Optional.of(upstream.address())), depth - 1);
            }
        }

        private PciFunction add(int onBus, int device, PortType type, Optional<Bdf> bridge) {
            PciFunction function = PciFunction.of(
                    new Bdf(0, onBus, device, 0),
                    DeviceId.parse("1b21:0001"),
                    type,
                    bridge,
                    type.isBridge() ? 0 : -1,
                    acs());
            functions.add(function);
            return function;
        }

        /** Each bit in one case of four. */
        private int someBits() {
            int often = random.nextInt(0x80);
            return often & random.nextInt(0x80);
        }

        private Optional<Acs> acs() {
            if (random.nextInt(3) > 0) {
                return Optional.empty();
            }
            int unknown = someBits();
            if (unknownBits + Integer.bitCount(unknown) > UNKNOWN_BITS_MAX) {
                unknown = 0;
            }
            unknownBits += Integer.bitCount(unknown);
            int control = someBits();
            return Optional.of(new Acs(0x7f, control & ~unknown, unknown));
        }
    }

    static List<AcsPolicy> policies() {
        return POLICIES;
    }

    @ParameterizedTest
    @MethodSource("policies")
    void branchesAreTheAnswersOfAllPossibleMachines(AcsPolicy policy) {
        int open = 0;
        for (int machine = 0; machine < MACHINES; machine++) {
            long seed = 20_000L + machine;
            SplittableRandom random = new SplittableRandom(seed);
            Dump dump = new Growth(random).dump();
            KernelRules rules = Forest.rules(RELEASES.get(random.nextInt(RELEASES.size())));
            P2pdma asked = dump.ask(rules, policy);
            List<P2pdma> possible = dump.possible().stream()
                    .map(known -> known.ask(rules, policy))
                    .toList();
            int count = dump.functions().size();
            for (int pair = 0; pair < 12; pair++) {
                int provider = random.nextInt(count);
                int client = random.nextInt(count);
                Verdict verdict = asked.verdict(
                        dump.functions().get(provider).address(),
                        dump.functions().get(client).address());
                assertThat(asked.decide(provider, client).mapType()).isEqualTo(verdict.mapType());
                assertThat(answers(verdict))
                        .as(() -> "seed %d, kernel %s: %s".formatted(seed, rules.release(), verdict))
                        .isEqualTo(answersOf(possible, provider, client));
                open += verdict.mapType() == MapType.DEPENDS_ON ? 1 : 0;
            }
        }
        assertThat(open).as("open verdicts among those asked for").isGreaterThan(150);
    }

    private static Set<Answer> answers(Verdict verdict) {
        if (verdict.mapType() != MapType.DEPENDS_ON) {
            return Set.of(new Answer(verdict.mapType(), verdict.distance()));
        }
        return verdict.branches().stream()
                .map(branch -> new Answer(branch.mapType(), branch.distance()))
                .collect(Collectors.toSet());
    }

    private static Set<Answer> answersOf(List<P2pdma> possible, int provider, int client) {
        Set<Answer> answers = new HashSet<>();
        for (P2pdma known : possible) {
            Decision decision = known.decide(provider, client);
            answers.add(new Answer(decision.mapType(), decision.distance()));
        }
        return answers;
    }
}
