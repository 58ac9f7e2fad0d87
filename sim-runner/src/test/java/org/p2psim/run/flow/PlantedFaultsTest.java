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
        Scene scene = Scene.of(random).bulk(random);
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
