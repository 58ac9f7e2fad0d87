package org.p2psim.scenario.inventory.sysfs;

import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;

/** Sysfs trees of machines booted under QEMU; see the README beside them. */
final class KernelRun {
    private KernelRun() {}

    static Path path(String name) {
        URL url = KernelRun.class.getResource(name);
        if (url == null) {
            throw new AssertionError("no test data " + name);
        }
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    static InputStream stream(String name) {
        InputStream stream = KernelRun.class.getResourceAsStream(name);
        if (stream == null) {
            throw new AssertionError("no test data " + name);
        }
        return stream;
    }
}
