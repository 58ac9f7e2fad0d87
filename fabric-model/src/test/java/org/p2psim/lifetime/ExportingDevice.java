package org.p2psim.lifetime;

import java.util.List;
import org.p2psim.address.AddressRange;
import org.p2psim.dmabuf.DmaBuf;
import org.p2psim.dmabuf.ownership.OwnedMemory;

/** A device that exports, what its users and it do, and what must hold of it. */
abstract class ExportingDevice {
    final Lifetime life;
    private final OwnedMemory owned = new OwnedMemory();

    ExportingDevice(Lifetime life) {
        this.life = life;
    }

    /** One of the things that may happen to it. */
    abstract void step();

    /** Whatever takes time is over, and its users are gone. */
    abstract void comeToAnEnd();

    /** Whether an address is the device's own, and not of system memory. */
    abstract boolean covers(AddressRange memory);

    /** Whether a request for it is answered now. */
    boolean decodes(AddressRange memory) {
        return true;
    }

    /** Whether access to a buffer was revoked and has not come back. */
    boolean stopped(DmaBuf dmaBuf) {
        return false;
    }

    /** Whether tables are cut at the importer's largest segment (I-13). */
    boolean cutsTables() {
        return true;
    }

    /**
     * Whether it waits for the fences of requests that go on with a mapping which was retired (section 1.7, wait 1).
     */
    boolean takesRetiredMappings() {
        return true;
    }

    /** Who owns its memory. */
    OwnedMemory owned() {
        return owned;
    }

    /** What a buffer was asked to show, as it lies now. */
    abstract List<AddressRange> exported(DmaBuf dmaBuf);

    /** Gives memory that has come into other hands since the last check its next owner. */
    void track() {}

    /** @param quiet whether nobody waits, so that no event is under way */
    abstract void check(boolean quiet);

    /** Once all is over. */
    void checkEnd() {}
}
