package org.p2psim.run.flow;

import java.util.Iterator;
import java.util.List;
import org.p2psim.routing.AddressKind;
import org.p2psim.timing.Timings;

/**
 * A DMA, or operations that pass stages.
 *
 * @param stop {@link Agenda#NEVER} if it goes on to its end
 */
record DmaAt(long start, long stop, List<Stage> stages) {
    /** Whom stages tell before somebody listens. */
    static final DmaListener NOBODY = new DmaListener() {
        @Override
        public void landed(long at, long address, int bytes, long issued) {}

        @Override
        public void done() {}
    };

    DmaAt(long start, long stop, DmaRequest request) {
        this(start, stop, List.of(new Stage.Dma(request, NOBODY)));
    }

    /** Of the first stage, which is one on PCIe. */
    DmaRequest request() {
        return ((Stage.Dma) stages.get(0)).request();
    }

    String name() {
        return stages.get(0).name();
    }

    /** As functions with these timings ask: by translated addresses if they keep translations. */
    DmaAt in(Timings timing) {
        return new DmaAt(
                start, stop, stages.stream().map(stage -> in(timing, stage)).toList());
    }

    private static Stage in(Timings timing, Stage stage) {
        return stage instanceof Stage.Dma dma ? new Stage.Dma(in(timing, dma.request()), NOBODY) : stage;
    }

    private static DmaRequest in(Timings timing, DmaRequest request) {
        boolean keeps = timing.device(request.initiator().address()).atc().isPresent();
        AddressKind kind = request.kind() == AddressKind.BUS_ADDRESS
                ? AddressKind.BUS_ADDRESS
                : keeps ? AddressKind.TRANSLATED : AddressKind.IOVA;
        return new DmaLike(request).kind(kind).request();
    }

    /** @param listeners one for each stage */
    List<Stage> toldTo(Iterator<? extends DmaListener> listeners) {
        return stages.stream().map(stage -> toldTo(stage, listeners.next())).toList();
    }

    private static Stage toldTo(Stage stage, DmaListener listener) {
        if (stage instanceof Stage.Behind behind) {
            return new Stage.Behind(
                    behind.name(), behind.function(), behind.port(), behind.requests(), behind.packet(), listener);
        }
        return new Stage.Dma(((Stage.Dma) stage).request(), listener);
    }
}
