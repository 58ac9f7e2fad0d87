package org.p2psim.platform;

import com.google.common.collect.ImmutableList;
import java.util.Optional;
import org.p2psim.address.DeviceId;

/** The kernel's table of host bridges that forward peer-to-peer DMA, as one release has it. */
public record HostBridgeAllowlist(ImmutableList<Entry> entries) {
    private static final int ANY_DEVICE = -1;

    /**
     * One row.
     *
     * @param sameHostBridgeOnly true if both functions must be under this one host bridge
     * @param what the product, in the kernel's words
     * @param source where the row was seen
     */
    public record Entry(int vendor, int device, boolean sameHostBridgeOnly, String what, String source) {
        boolean matches(DeviceId id) {
            return id.vendor() == vendor && (device == ANY_DEVICE || id.device() == device);
        }
    }

    static HostBridgeAllowlist of(KernelRelease release) {
        return new HostBridgeAllowlist(RuleTable.rows("host-bridge-allowlist.tsv").stream()
                .filter(row -> Era.parse(row.get(2), row.get(3), row.get(4)).contains(release))
                .map(row -> new Entry(
                        Integer.parseInt(row.get(0).substring(0, 4), 16),
                        row.get(0).endsWith("*")
                                ? ANY_DEVICE
                                : Integer.parseInt(row.get(0).substring(5), 16),
                        row.get(1).equals("yes"),
                        row.get(5),
                        row.get(6)))
                .collect(ImmutableList.toImmutableList()));
    }

    /** The first matching row, which is the one that decides. */
    public Optional<Entry> find(DeviceId id) {
        return entries.stream().filter(entry -> entry.matches(id)).findFirst();
    }
}
