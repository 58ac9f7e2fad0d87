package org.p2psim.run.flow;

/** A DMA that is running. */
sealed interface Dma permits WriteDma, ReadDma {
    void start();

    /** Issues nothing more; what is in flight goes on. */
    void stop();
}
