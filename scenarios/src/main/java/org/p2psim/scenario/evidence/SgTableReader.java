package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.SgTable;
import org.p2psim.dmabuf.sgtable.DevicePages;
import org.p2psim.dmabuf.sgtable.HabanalabsSgTable;
import org.p2psim.dmabuf.sgtable.PhysVec;
import org.p2psim.p2p.MapType;

/**
 * Reads a scatter/gather table of a kernel driver: {@code {"id": ..., "algo": ..., "input": {...}, "expect": {...}}}.
 * {@code algo} is {@code v6}, {@code r1}, {@code r2}, {@code r2_fixed} or {@code r1-r2} (habanalabs), {@code
 * vfio-rfc-2022} or {@code phys-vec-6.19}. Fields that say nothing about a table are passed over.
 */
final class SgTableReader {
    private static final long PAGE_SIZE = 4096;

    private SgTableReader() {}

    static SgTableCase read(Value line) throws EvidenceException {
        String id = line.get("id").text();
        Value algorithm = line.get("algo");
        return switch (algorithm.text()) {
            case "v6", "r1", "r2", "r2_fixed", "r1-r2" -> deviceMemory(id, algorithm.text(), line);
            case "vfio-rfc-2022" -> barSlice(id, line);
            case "phys-vec-6.19" -> physicalRanges(id, line);
            default -> throw algorithm.problem("v6, r1, r2, r2_fixed, r1-r2, vfio-rfc-2022 or phys-vec-6.19");
        };
    }

    private static SgTableCase deviceMemory(String id, String algorithm, Value line) throws EvidenceException {
        Value input = line.get("input");
        ImmutableList.Builder<Long> pages = ImmutableList.builder();
        for (Value page : input.get("pages").elements()) {
            pages.add(page.unsigned());
        }
        DevicePages memory = memory(input, pages.build());
        Optional<Value> intended = line.find("intended");
        return new SgTableCase.DeviceMemory(
                id,
                memory,
                kernelPageSize(input),
                input.get("dma_max_seg_size").unsigned(),
                failingCall(input),
                intended.isPresent() ? Optional.of(entries(intended.get(), memory.barStart())) : Optional.empty(),
                expectedOfEach(algorithm, line, memory.barStart()));
    }

    private static DevicePages memory(Value input, List<Long> pages) throws EvidenceException {
        long pageSize = input.get("page_size").unsigned();
        long offset = input.unsigned("offset", 0);
        long size = input.unsigned("exported_size", pages.size() * pageSize - offset);
        long bar = input.get("bar_base").unsigned();
        if (input.unsigned("npages", pages.size()) != pages.size()) {
            throw input.get("npages").problem("%d, the number of pages".formatted(pages.size()));
        }
        try {
            return new DevicePages(
                    pages, pageSize, offset, size, bar, input.get("dram_base").unsigned());
        } catch (IllegalArgumentException e) {
            throw input.problemWith(String.valueOf(e.getMessage()));
        }
    }

    private static OptionalInt failingCall(Value input) throws EvidenceException {
        Optional<Value> call = input.find("fail_map_call");
        return call.isPresent() ? OptionalInt.of(call.get().signed()) : OptionalInt.empty();
    }

    /** {@code expect} is of the builder that {@code algo} names; others have a field with their name. */
    private static Map<HabanalabsSgTable, SgTableCase.Expected> expectedOfEach(String algorithm, Value line, long bar)
            throws EvidenceException {
        ImmutableMap.Builder<HabanalabsSgTable, SgTableCase.Expected> expected = ImmutableMap.builder();
        for (HabanalabsSgTable builder : HabanalabsSgTable.values()) {
            String name = builder.name().toLowerCase(Locale.ROOT);
            Optional<Value> stated = algorithm.equals(name) ? Optional.of(line.get("expect")) : line.find(name);
            if (stated.isPresent()) {
                Optional<Boolean> right = line.truth(name + "_correct");
                expected.put(builder, expected(stated.get(), bar, right));
            }
        }
        ImmutableMap<HabanalabsSgTable, SgTableCase.Expected> all = expected.buildOrThrow();
        if (all.isEmpty()) {
            throw line.problemWith("states no table: r1, r2 or r2_fixed");
        }
        return all;
    }

    private static SgTableCase barSlice(String id, Value line) throws EvidenceException {
        Value input = line.get("input");
        long bar = input.get("bar_start").unsigned();
        Value segment = input.get("dma_max_seg_size");
        if (segment.unsigned() == 0) {
            throw segment.problem("1 or more: dma_get_max_seg_size() never is 0");
        }
        return new SgTableCase.BarSlice(
                id,
                bar + input.unsigned("offset", 0),
                input.get("size").unsigned(),
                segment.unsigned(),
                expected(line.get("expect"), bar, Optional.empty(), line.truth("page_aligned")));
    }

    private static SgTableCase physicalRanges(String id, Value line) throws EvidenceException {
        Value input = line.get("input");
        ImmutableList.Builder<AddressRange> ranges = ImmutableList.builder();
        for (Value range : input.get("ranges").elements()) {
            List<Value> pair = range.pair();
            try {
                ranges.add(new AddressRange(pair.get(0).unsigned(), pair.get(1).unsigned()));
            } catch (IllegalArgumentException e) {
                throw range.problemWith(String.valueOf(e.getMessage()));
            }
        }
        return new SgTableCase.PhysicalRanges(
                id,
                new PhysVec(ranges.build(), input.unsigned("bus_offset", 0)),
                mapType(input.get("mode")),
                input.unsigned("iova"),
                kernelPageSize(input),
                expected(line.get("expect"), 0, Optional.empty(), line.truth("page_aligned")));
    }

    private static MapType mapType(Value mode) throws EvidenceException {
        return switch (mode.text()) {
            case "bus", "BUS_ADDR" -> MapType.BUS_ADDR;
            case "iova", "THRU_HOST_BRIDGE" -> MapType.THRU_HOST_BRIDGE;
            case "NOT_SUPPORTED" -> MapType.NOT_SUPPORTED;
            default -> throw mode.problem("bus (BUS_ADDR), iova (THRU_HOST_BRIDGE) or NOT_SUPPORTED");
        };
    }

    private static long kernelPageSize(Value input) throws EvidenceException {
        long size = input.unsigned("PAGE_SIZE", PAGE_SIZE);
        if (Long.bitCount(size) != 1) {
            throw input.get("PAGE_SIZE").problem("a power of two");
        }
        return size;
    }

    private static SgTableCase.Expected expected(Value table, long base, Optional<Boolean> showsIntended)
            throws EvidenceException {
        return expected(table, base, showsIntended, Optional.empty());
    }

    private static SgTableCase.Expected expected(
            Value table, long base, Optional<Boolean> showsIntended, Optional<Boolean> pageAligned)
            throws EvidenceException {
        Optional<Value> entries = table.find("entries");
        Optional<Value> unmapped = table.find("unmapped");
        Optional<Boolean> covers = table.truth("covers_exactly_the_pages");
        return new SgTableCase.Expected(
                table.get("rc").signed(),
                entries.isPresent() ? Optional.of(entries(entries.get(), base)) : Optional.empty(),
                table.unsigned("nents"),
                table.unsigned("orig_nents"),
                unmapped.isPresent() ? Optional.of(pairs(unmapped.get())) : Optional.empty(),
                covers.isPresent() ? covers : showsIntended,
                table.truth("same_as_v6"),
                table.unsigned("zero_len_entries"),
                pageAligned);
    }

    /** Entries by DMA address, by offset from a base, or by both. */
    private static List<SgTable.Entry> entries(Value list, long base) throws EvidenceException {
        ImmutableList.Builder<SgTable.Entry> entries = ImmutableList.builder();
        for (Value entry : list.elements()) {
            OptionalLong offset = entry.unsigned("off");
            OptionalLong address = entry.unsigned("dma");
            if (offset.isEmpty() && address.isEmpty()) {
                throw entry.problem("an entry with its address (dma or off)");
            }
            long at = address.orElse(base + offset.orElse(0));
            if (offset.isPresent() && at - base != offset.getAsLong()) {
                throw entry.problemWith("off is not dma less the base 0x%x".formatted(base));
            }
            entries.add(new SgTable.Entry(at, entry.get("len").unsigned()));
        }
        return entries.build();
    }

    private static List<SgTable.Entry> pairs(Value list) throws EvidenceException {
        ImmutableList.Builder<SgTable.Entry> entries = ImmutableList.builder();
        for (Value entry : list.elements()) {
            List<Value> pair = entry.pair();
            entries.add(new SgTable.Entry(pair.get(0).unsigned(), pair.get(1).unsigned()));
        }
        return entries.build();
    }
}
