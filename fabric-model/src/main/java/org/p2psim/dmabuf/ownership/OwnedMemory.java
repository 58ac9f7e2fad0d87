package org.p2psim.dmabuf.ownership;

import com.google.common.collect.BoundType;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Range;
import com.google.common.collect.TreeRangeMap;
import com.google.common.primitives.UnsignedLong;
import java.util.LinkedHashMap;
import java.util.Map;
import org.p2psim.address.AddressRange;

/**
 * Memory of a device with its owners and what it holds, byte for byte, in physical addresses. Contents are tags: the
 * name of whoever's data it is.
 */
public final class OwnedMemory {
    private final TreeRangeMap<UnsignedLong, Owner> owners = TreeRangeMap.create();
    private final TreeRangeMap<UnsignedLong, String> contents = TreeRangeMap.create();
    private int epochs;
    private long changes;

    /** The memory gets its next owner. */
    public Owner assign(AddressRange memory, String user) {
        epochs++;
        changes++;
        Owner owner = new Owner(user, epochs);
        owners.put(range(memory), owner);
        return owner;
    }

    /** The memory belongs to nobody from now on. */
    public void free(AddressRange memory) {
        changes++;
        owners.remove(range(memory));
    }

    /** Every owner of some of these bytes. */
    public ImmutableSet<Owner> owners(AddressRange memory) {
        return ImmutableSet.copyOf(
                owners.subRangeMap(range(memory)).asMapOfRanges().values());
    }

    /** Counts what may have changed the owners. */
    public long changes() {
        return changes;
    }

    /** The owners as they are now, for a mapping to be judged by later. */
    public OwnedMemory snapshot() {
        OwnedMemory copy = new OwnedMemory();
        copy.owners.putAll(owners);
        copy.epochs = epochs;
        return copy;
    }

    /** True if every byte has the owner, or the lack of one, that it has in {@code other}. */
    public boolean ownedAsIn(OwnedMemory other, AddressRange memory) {
        return owners.subRangeMap(range(memory)).equals(other.owners.subRangeMap(range(memory)));
    }

    public void write(AddressRange memory, String tag) {
        contents.putCoalescing(range(memory), tag);
    }

    /** Whose data these bytes hold; what was cleared or never written is nobody's. */
    public ImmutableSet<String> read(AddressRange memory) {
        return ImmutableSet.copyOf(
                contents.subRangeMap(range(memory)).asMapOfRanges().values());
    }

    /** How many bytes hold whose data; those that were cleared or never written are left out. */
    public ImmutableMap<String, Long> bytesByTag(AddressRange memory) {
        Map<String, Long> bytes = new LinkedHashMap<>();
        contents.subRangeMap(range(memory))
                .asMapOfRanges()
                .forEach((held, tag) -> bytes.merge(tag, size(held), Long::sum));
        return ImmutableMap.copyOf(bytes);
    }

    /** How many bytes belong to which user; those that belong to nobody are left out. */
    public ImmutableMap<String, Long> bytesByUser(AddressRange memory) {
        Map<String, Long> bytes = new LinkedHashMap<>();
        owners.subRangeMap(range(memory))
                .asMapOfRanges()
                .forEach((held, owner) -> bytes.merge(owner.user(), size(held), Long::sum));
        return ImmutableMap.copyOf(bytes);
    }

    private static long size(Range<UnsignedLong> range) {
        long last = range.upperBoundType() == BoundType.CLOSED ? 1 : 0;
        return range.upperEndpoint().longValue() - range.lowerEndpoint().longValue() + last;
    }

    /** The contents are copied to another place of the same size. */
    public void copy(AddressRange from, AddressRange to) {
        TreeRangeMap<UnsignedLong, String> copied = TreeRangeMap.create();
        UnsignedLong base = UnsignedLong.fromLongBits(from.base());
        UnsignedLong target = UnsignedLong.fromLongBits(to.base());
        contents.subRangeMap(range(from))
                .asMapOfRanges()
                .forEach((held, tag) -> copied.put(
                        Range.range(
                                held.lowerEndpoint().minus(base).plus(target),
                                held.lowerBoundType(),
                                held.upperEndpoint().minus(base).plus(target),
                                held.upperBoundType()),
                        tag));
        contents.remove(range(to));
        contents.putAll(copied);
    }

    /** The memory is filled with zeros. */
    public void clear(AddressRange memory) {
        contents.remove(range(memory));
    }

    /** Open at its end, so that neighbours touch, unless it is the end of all addresses. */
    private static Range<UnsignedLong> range(AddressRange memory) {
        UnsignedLong base = UnsignedLong.fromLongBits(memory.base());
        return memory.last() == -1
                ? Range.closed(base, UnsignedLong.MAX_VALUE)
                : Range.closedOpen(base, UnsignedLong.fromLongBits(memory.last() + 1));
    }
}
