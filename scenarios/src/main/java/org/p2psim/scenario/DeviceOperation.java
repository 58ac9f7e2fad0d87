package org.p2psim.scenario;

import java.util.Optional;
import org.p2psim.scenario.quantity.Time;

/** What happens to a device: users, resets, its driver. */
public sealed interface DeviceOperation extends Operation {
    /** Name of the device. */
    String device();

    record OpenDevice(@Time long at, Optional<String> id, String device, String user) implements DeviceOperation {}

    /**
     * The user closes his descriptor of the device.
     *
     * @param user whoever has it open if absent
     */
    record CloseDevice(@Time long at, Optional<String> id, String device, Optional<String> user)
            implements DeviceOperation {}

    /** Function Level Reset. */
    record Reset(@Time long at, Optional<String> id, String device) implements DeviceOperation {}

    /**
     * {@code VFIO_DEVICE_PCI_HOT_RESET}: the device set is reset by its bus.
     *
     * @param device any of the set
     * @param ownsAll whether the user owns the whole set; he does if absent
     */
    record HotReset(@Time long at, Optional<String> id, String device, Optional<Boolean> ownsAll)
            implements DeviceOperation {}

    /** The user writes the memory enable bit of the command register. */
    record WriteMemoryEnable(@Time long at, Optional<String> id, String device, boolean enable)
            implements DeviceOperation {}

    /** The user puts the device to low power, or wakes it. */
    record LowPower(@Time long at, Optional<String> id, String device, boolean enter) implements DeviceOperation {}

    /** The driver is unbound. */
    record Unbind(@Time long at, Optional<String> id, String device) implements DeviceOperation {}

    /** Hot unplug. */
    record Unplug(@Time long at, Optional<String> id, String device) implements DeviceOperation {}

    /** {@code DRM_IOCTL_SET_MASTER}. */
    record SetMaster(@Time long at, Optional<String> id, String device, String user) implements DeviceOperation {}

    /** {@code DRM_IOCTL_DROP_MASTER}. */
    record DropMaster(@Time long at, Optional<String> id, String device) implements DeviceOperation {}

    /** An ioctl that only the owner may make. */
    record DrmIoctl(@Time long at, Optional<String> id, String device, String user) implements DeviceOperation {}
}
