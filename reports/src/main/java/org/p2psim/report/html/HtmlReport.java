package org.p2psim.report.html;
public final class HtmlReport { private HtmlReport() {} public static String render(java.util.List<org.p2psim.outcome.RunOutcome> r) { return "<html>"; } }
