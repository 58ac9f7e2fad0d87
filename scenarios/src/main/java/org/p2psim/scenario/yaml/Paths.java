package org.p2psim.scenario.yaml;

import com.google.common.base.Splitter;
import java.util.regex.Pattern;

/** JSON pointers as people read them: {@code fabric.sockets[0].id}. */
final class Paths {
    private static final Pattern INDEX = Pattern.compile("[0-9]{1,9}");

    private Paths() {}

    static String of(String pointer) {
        StringBuilder path = new StringBuilder();
        for (String step : Splitter.on('/').split(pointer.isEmpty() ? "" : pointer.substring(1))) {
            String key = step.replace("~1", "/").replace("~0", "~");
            if (INDEX.matcher(key).matches()) {
                path.append('[').append(key).append(']');
            } else {
                path.append(path.length() == 0 ? "" : ".").append(key);
            }
        }
        return path.toString();
    }
}
