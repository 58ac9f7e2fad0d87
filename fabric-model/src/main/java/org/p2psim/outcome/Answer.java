package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * The answer to the scenario's question, layer by layer; the layers are never mixed.
 *
 * @param works whether the peer-to-peer DMA that the scenario is about worked
 * @param subject what is asked about: {@code nic0 to gaudi0}
 * @param finding what was found of it: {@code works}, {@code is refused}, ...
 * @param because what the finding rests on
 */
public record Answer(boolean works, String subject, String finding, String because, List<LayerAnswer> layers) {
    public Answer {
        layers = ImmutableList.copyOf(layers);
    }

    /** The answer in one sentence. */
    public String sentence() {
        return "%s %s: %s.".formatted(subject, finding, because);
    }

    /** Who answers. */
    public enum Layer {
        /** {@code pci_p2pdma_distance_many()} of the kernel that decides. */
        KERNEL,
        /** The vendor driver or provider library. */
        GATE,
        /** Whether TLPs arrive: ACS, IOMMU, address type, root complex. */
        DELIVERY,
        /** What the user sees. */
        EFFECT
    }

    /** @param verdict a word or two: {@code BUS_ADDR}, {@code -EPERM}, {@code not known}, ... */
    public record LayerAnswer(Layer layer, String verdict, String sentence) {}
}
