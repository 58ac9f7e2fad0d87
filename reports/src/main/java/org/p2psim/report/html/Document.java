package org.p2psim.report.html;

import com.google.common.hash.Hashing;
import com.google.common.io.Resources;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A self-contained page from its template: no request leaves it, and script only adds to it. */
public final class Document {
    private static final TemplateEngine TEMPLATES = TemplateEngine.createPrecompiled(
            null, ContentType.Html, Document.class.getClassLoader(), "org.p2psim.report.html.template");

    /** Control characters have no place in a page, and those of direction could turn the text after them around. */
    private static final Pattern NOT_SHOWN = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\\n\\t]]");

    /** What names from files say is escaped, so that every style element is one of ours. */
    private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);

    /** Stands for the policy until the page is there to be digested. */
    private static final String POLICY = "content-security-policy-of-this-page";

    private Document() {}

    public static String style() {
        return resource("report.css");
    }

    public static String script() {
        return resource("report.js");
    }

    /** What stands for the content security policy while a template is filled. */
    public static String policy() {
        return POLICY;
    }

    static String render(String name, Object page) {
        StringOutput output = new StringOutput();
        TEMPLATES.render(name, page, output);
        String text = NOT_SHOWN.matcher(output.toString().strip()).replaceAll("\ufffd") + "\n";
        return text.replace(POLICY, policy(text));
    }

    /** Only the styles and the script that stand in the page, by their digests; nothing is loaded. */
    private static String policy(String page) {
        String styles = STYLE.matcher(page)
                .results()
                .map(style -> source(style.group(1)))
                .distinct()
                .collect(Collectors.joining(" "));
        return "default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'"
                .formatted(styles, source(script()));
    }

    private static String resource(String name) {
        try {
            return Resources.toString(Resources.getResource(Document.class, name), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How a content security policy names an inline style or script: by its digest. */
    private static String source(String text) {
        byte[] digest =
                Hashing.sha256().hashString(text, StandardCharsets.UTF_8).asBytes();
        return "'sha256-" + Base64.getEncoder().encodeToString(digest) + "'";
    }
}
