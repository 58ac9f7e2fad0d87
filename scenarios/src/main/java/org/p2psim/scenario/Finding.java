package org.p2psim.scenario;

import java.util.Optional;

/**
 * Something wrong with a scenario, by its place in the document.
 *
 * @param pointer JSON pointer (RFC 6901) to the value that is wrong
 * @param atKey whether it is the key that is wrong, not the value
 * @param message one sentence
 * @param rule short name of the rule that is broken, for looking it up
 */
public record Finding(String pointer, boolean atKey, String message, String rule) {
    public static Finding at(String pointer, String rule, String message) {
        return new Finding(pointer, false, message, rule);
    }

    /** A key as a step of a JSON pointer. */
    public static String step(String key) {
        return "/" + key.replace("~", "~0").replace("/", "~1");
    }

    /** {@code ; did you mean "x"?} with the candidate that takes the fewest edits, or nothing if none is near. */
    public static String nearest(String word, Iterable<String> candidates) {
        Optional<String> best = Optional.empty();
        int fewest = Math.max(1, Math.min(word.length(), 30) / 3) + 1;
        for (String candidate : candidates) {
            int edits = edits(word, candidate, fewest);
            if (edits < fewest) {
                fewest = edits;
                best = Optional.of(candidate);
            }
        }
        return best.map(name -> "; did you mean \"" + name + "\"?").orElse("");
    }

    /** Levenshtein distance without regard to case, or {@code limit} if it is not below that. */
    private static int edits(String a, String b, int limit) {
        if (Math.abs(a.length() - b.length()) >= limit) {
            return limit;
        }
        int[] row = new int[b.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
                int change = diagonal + (same ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return Math.min(row[b.length()], limit);
    }
}
