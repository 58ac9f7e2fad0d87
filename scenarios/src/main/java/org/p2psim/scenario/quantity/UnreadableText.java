package org.p2psim.scenario.quantity;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;

/** A text that is none of what is wanted, handed to the handler of the context together with its place. */
public final class UnreadableText {
    /** Attribute of the context: JSON pointer to the text. The context's own parser may be ahead of it. */
    public static final String PLACE = "p2psim place";

    private UnreadableText() {}

    /**
     * What to go on with.
     *
     * @param target what is wanted
     * @param reason why the text is none
     */
    public static @Nullable Object handle(
            DeserializationContext context,
            JsonParser parser,
            Class<?> target,
            String text,
            IllegalArgumentException reason) {
        return handle(context, pointer(parser), target, text, reason);
    }

    /** The same of a text that the parser has passed. */
    public static @Nullable Object handle(
            DeserializationContext context,
            String place,
            Class<?> target,
            String text,
            IllegalArgumentException reason) {
        context.setAttribute(PLACE, place);
        return context.handleWeirdStringValue(target, text, "%s", reason.getMessage());
    }

    /** JSON pointer to where a parser is. */
    public static String pointer(JsonParser parser) {
        return parser.streamReadContext().pathAsPointer().toString();
    }
}
