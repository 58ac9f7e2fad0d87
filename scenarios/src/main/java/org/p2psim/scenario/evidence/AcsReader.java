package org.p2psim.scenario.evidence;

import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.p2psim.address.Bdf;
import org.p2psim.address.DeviceId;
import org.p2psim.boot.AcsBoot;
import org.p2psim.boot.BootFunction;
import org.p2psim.scenario.evidence.AcsEvidence.Word;

/** Reads a line of ACS vectors: a boot with its functions in the order of enumeration. */
final class AcsReader {
    private AcsReader() {}

    static AcsEvidence read(Fields line) throws EvidenceException {
        AcsBoot boot = new AcsBoot(
                RecordedKernel.read(line),
                line.flag("iommu"),
                line.flag("noats"),
                line.optionalText("disableAcsRedir"),
                line.optionalText("configAcs"));
        Map<Bdf, BootFunction> found = new HashMap<>();
        ImmutableList.Builder<Word> words = ImmutableList.builder();
        for (Fields device : line.objects("devices")) {
            BootFunction function = function(device, found);
            if (found.put(function.address(), function) != null) {
                throw device.wrong("bdf", "two functions have the address " + function.address());
            }
            Optional<Integer> written = device.isNull("ctlWritten")
                    ? Optional.empty()
                    : Optional.of(device.hex("ctlWritten", 0xffff));
            words.add(new Word(function, written));
        }
        return new AcsEvidence(line.text("id"), boot, words.build());
    }

    private static BootFunction function(Fields device, Map<Bdf, BootFunction> found) throws EvidenceException {
        Optional<BootFunction> bridge = Optional.empty();
        if (!device.isNull("parent")) {
            Bdf parent = device.parsed("parent", Bdf::parse);
            bridge = Optional.ofNullable(found.get(parent));
            if (bridge.isEmpty()) {
                throw device.wrong("parent", "there is no function %s before this one".formatted(parent));
            }
        }
        return new BootFunction(
                device.parsed("bdf", Bdf::parse),
                id(device, "vendor", "device"),
                id(device, "subvendor", "subdevice"),
                bridge,
                device.flag("externalFacing"),
                device.flag("untrusted"),
                AcsWords.read(device));
    }

    private static DeviceId id(Fields device, String vendor, String number) throws EvidenceException {
        return new DeviceId(device.hex(vendor, 0xffff), device.hex(number, 0xffff));
    }
}
