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

    static AcsEvidence read(Value line) throws EvidenceException {
        AcsBoot boot = new AcsBoot(
                RecordedKernel.read(line),
                line.get("iommu").truth(),
                line.get("noats").truth(),
                text(line.orNull("disableAcsRedir")),
                text(line.orNull("configAcs")));
        Map<Bdf, BootFunction> found = new HashMap<>();
        ImmutableList.Builder<Word> words = ImmutableList.builder();
        for (Value device : line.get("devices").elements()) {
            BootFunction function = function(device, found);
            if (found.put(function.address(), function) != null) {
                throw device.get("bdf").problemWith("two functions have the address " + function.address());
            }
            Optional<Value> written = device.orNull("ctlWritten");
            words.add(new Word(
                    function, written.isPresent() ? Optional.of(written.get().hex(0xffff)) : Optional.empty()));
        }
        return new AcsEvidence(line.get("id").text(), boot, words.build());
    }

    private static BootFunction function(Value device, Map<Bdf, BootFunction> found) throws EvidenceException {
        Optional<BootFunction> bridge = Optional.empty();
        Optional<Value> parent = device.orNull("parent");
        if (parent.isPresent()) {
            Bdf address = parent.get().parsed(Bdf::parse);
            bridge = Optional.ofNullable(found.get(address));
            if (bridge.isEmpty()) {
                throw parent.get().problemWith("there is no function %s before this one".formatted(address));
            }
        }
        return new BootFunction(
                device.get("bdf").parsed(Bdf::parse),
                id(device, "vendor", "device"),
                id(device, "subvendor", "subdevice"),
                bridge,
                device.get("externalFacing").truth(),
                device.get("untrusted").truth(),
                AcsWords.read(device));
    }

    private static DeviceId id(Value device, String vendor, String number) throws EvidenceException {
        return new DeviceId(device.get(vendor).hex(0xffff), device.get(number).hex(0xffff));
    }

    private static Optional<String> text(Optional<Value> value) throws EvidenceException {
        return value.isPresent() ? Optional.of(value.get().text()) : Optional.empty();
    }
}
