package org.p2psim.scenario.dump;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The formats of dumps that can be read. */
public enum DumpFormat {
    /** What {@code lspci} prints: {@code -vvv}, {@code -xxxx} or both; or a folder of {@code lspci*.txt}. */
    LSPCI,
    /** A copy of {@code /sys}, as a folder or a tar file. */
    SYSFS,
    /** rdma-core's {@code rdma_topo dump}. */
    RDMA_TOPO,
    /** {@code lstopo --of xml}. */
    HWLOC,
    /** NCCL's topology file. */
    NCCL;

    /** The word before the colon. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All words, for messages. */
    public static String words() {
        return Arrays.stream(values()).map(DumpFormat::word).collect(Collectors.joining(", "));
    }

    static Optional<DumpFormat> of(String word) {
        return Arrays.stream(values())
                .filter(format -> format.word().equals(word.replace('-', '_')))
                .findFirst();
    }
}
