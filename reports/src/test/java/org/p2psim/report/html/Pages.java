package org.p2psim.report.html;

import java.util.List;
import java.util.regex.Pattern;

/** What stands in a page. */
final class Pages {
    private Pages() {}

    /** @param pattern with one group, which is what is found */
    static List<String> found(String page, String pattern) {
        return Pattern.compile(pattern)
                .matcher(page)
                .results()
                .map(result -> result.group(1))
                .toList();
    }
}
