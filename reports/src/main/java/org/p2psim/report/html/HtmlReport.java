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
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.p2psim.outcome.RunOutcome;

/** The report as one self-contained page: no request leaves it, and script only adds to it. */
public final class HtmlReport {
    private static final TemplateEngine TEMPLATES = TemplateEngine.createPrecompiled(
            null, ContentType.Html, HtmlReport.class.getClassLoader(), "org.p2psim.report.html.template");

    /** Control characters have no place in a page, and those of direction could turn the text after them around. */
    private static final Pattern NOT_SHOWN = Pattern.compile("[\\p{Cc}\\p{Cf}&&[^\\n\\t]]");

    /** What names from files say is escaped, so that every style element is one of ours. */
    private static final Pattern STYLE = Pattern.compile("<style>(.*?)</style>", Pattern.DOTALL);

    /** Stands for the policy until the page is there to be digested. */
    private static final String POLICY = "content-security-policy-of-this-page";

    private HtmlReport() {}

    /**
     * The page for the variants of one scenario, side by side.
     *
     * @throws IllegalArgumentException if there is no run
     */
    public static String render(List<RunOutcome> runs) {
        String script = resource("report.js");
        StringOutput output = new StringOutput();
        TEMPLATES.render("report.jte", new Page(runs, resource("report.css"), script, POLICY), output);
        String page = NOT_SHOWN.matcher(output.toString()).replaceAll("\ufffd");
        return page.replace(POLICY, policy(page, script));
    }

    /** Only the styles and the script that stand in the page, by their digests; nothing is loaded. */
    private static String policy(String page, String script) {
        String styles = STYLE.matcher(page)
                .results()
                .map(style -> source(style.group(1)))
                .distinct()
                .collect(Collectors.joining(" "));
        return "default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'"
                .formatted(styles, source(script));
    }

    private static String resource(String name) {
        try {
            return Resources.toString(Resources.getResource(HtmlReport.class, name), StandardCharsets.UTF_8);
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
