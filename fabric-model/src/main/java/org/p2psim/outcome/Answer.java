package org.p2psim.outcome;

import com.google.common.collect.ImmutableList;
import java.util.List;

/**
 * The answer to the scenario's question, layer by layer; the layers are never mixed.
 *
 * @param works whether the peer-to-peer DMA that the scenario is about worked
 * @param sentence the answer in one sentence, without the name of the variant
 */
public record Answer(boolean works, String sentence, List<LayerAnswer> layers) {
    public Answer {
        layers = ImmutableList.copyOf(layers);
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
