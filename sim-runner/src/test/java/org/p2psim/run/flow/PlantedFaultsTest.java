package org.p2psim.run.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The comparison of {@link FidelityTest} catches every fault, within the seeds that it tries. */
class PlantedFaultsTest {
    @ParameterizedTest
    @EnumSource
    void isCaught(PlantedFault fault) {
        OptionalInt seed = IntStream.rangeClosed(1, 80)
                .filter(each -> fault.isAboutSkipping() ? skippingDiffers(fault, each) : timesDiffer(fault, each))
                .findFirst();
        assertThat(seed).as("%s", fault).isPresent();
    }

    private static boolean timesDiffer(PlantedFault fault, int seed) {
        return timesDiffer(fault, FidelityTest.scene(new SplittableRandom(seed)))
                || timesDiffer(fault, FidelityTest.sparse(new SplittableRandom(seed)));
    }

    private static boolean timesDiffer(PlantedFault fault, Scene scene) {
        Scene.Result right = scene.run(FidelityTest.L0, List.of());
        return !isRight(() -> scene.run(fault.progress, List.of()).equals(right));
    }

    private static boolean skippingDiffers(PlantedFault fault, int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return skippingDiffers(fault, Scene.of(random).bulk(random));
    }

    /** So do those of {@link OperationPeriodsTest}. */
    @ParameterizedTest
    @EnumSource(names = {"TELLS_AGAIN_ACROSS_EVENTS", "SKIPS_ACROSS_EVENTS", "SKIPS_WITH_ONE_NUMBER"})
    void isCaughtInOperations(PlantedFault fault) {
        OptionalInt large = IntStream.rangeClosed(1, 80)
                .filter(seed -> skippingDiffers(fault, OperationPeriodsTest.large(new SplittableRandom(seed))))
                .findFirst();
        assertThat(large).as("%s, large operations", fault).isPresent();
        OptionalInt rounds = IntStream.rangeClosed(1, 80)
                .filter(seed -> skippingDiffers(fault, OperationPeriodsTest.rounds(new SplittableRandom(seed))))
                .findFirst();
        assertThat(rounds).as("%s, rounds", fault).isPresent();
    }

    private static boolean skippingDiffers(PlantedFault fault, Scene scene) {
        Scene.Summary right = scene.sums(FidelityTest.L0, false, List.of());
        return !isRight(() -> scene.sums(fault.progress, true, List.of()).equalsIn(right));
    }

    /** A fault may also show in an exception. */
    private static boolean isRight(BooleanSupplier comparison) {
        try {
            return comparison.getAsBoolean();
        } catch (RuntimeException e) {
            return false;
        }
    }
}
