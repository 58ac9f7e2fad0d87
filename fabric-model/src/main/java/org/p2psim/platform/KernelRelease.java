package org.p2psim.platform;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Linux release as {@code uname -r} prints it: version, patch level and stable level; {@code 7.3-rc7} and
 * distribution suffixes ({@code 6.1.0-55-amd64}) are read, and a release candidate counts as its release.
 */
public record KernelRelease(int version, int patchLevel, int subLevel, String text)
        implements Comparable<KernelRelease> {
    private static final Pattern TEXT = Pattern.compile("v?([0-9]{1,4})\\.([0-9]{1,4})(?:\\.([0-9]{1,4}))?([-+~_].*)?");
    private static final Comparator<KernelRelease> ORDER = Comparator.comparingInt(KernelRelease::version)
            .thenComparingInt(KernelRelease::patchLevel)
            .thenComparingInt(KernelRelease::subLevel);

    /**
     * Reads a release.
     *
     * @throws IllegalArgumentException if the text does not begin with a version and a patch level
     */
    public static KernelRelease parse(String text) {
        Matcher m = TEXT.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a kernel release; write version and patch level, as in 6.12 or 6.12.107"
                            .formatted(text));
        }
        int subLevel = m.group(3) == null ? 0 : Integer.parseInt(m.group(3));
        return new KernelRelease(Integer.parseInt(m.group(1)), Integer.parseInt(m.group(2)), subLevel, text);
    }

    public boolean atLeast(KernelRelease other) {
        return compareTo(other) >= 0;
    }

    /** True if both belong to one stable series, as 6.12 and 6.12.107 do. */
    public boolean sameSeries(KernelRelease other) {
        return version == other.version && patchLevel == other.patchLevel;
    }

    /** Orders by version, patch level and stable level; suffixes don't count. */
    @Override
    public int compareTo(KernelRelease other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return text;
    }
}
