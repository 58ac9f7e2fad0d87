package org.p2psim.report.svg;

/**
 * The style sheet inside every picture. It takes its colours from the page's variables ({@code --ink}, {@code --muted},
 * {@code --paper}, {@code --panel}, {@code --line}, {@code --bad}, {@code --warn}, {@code --heat}, {@code --series-1}
 * to {@code --series-6}); a page that sets none gets colours that follow the reader's light or dark preference.
 */
final class PictureStyle {
    static final String CSS = """

            .picture{display:block;height:auto;font:12px system-ui,"Segoe UI",Arial,sans-serif;\
            --p-ink:var(--ink,#1b1f24);--p-muted:var(--muted,#57606a);--p-paper:var(--paper,#fff);\
            --p-panel:var(--panel,#f4f6f8);--p-line:var(--line,#8c959f);--p-bad:var(--bad,#b3151f);\
            --p-warn:var(--warn,#8a5300);--p-heat:var(--heat,#0b5cad);\
            --p1:var(--series-1,#0b5cad);--p2:var(--series-2,#b3420b);--p3:var(--series-3,#1a7f37);\
            --p4:var(--series-4,#7a3fd0);--p5:var(--series-5,#7d5700);--p6:var(--series-6,#b02a78)}
            @media (prefers-color-scheme:dark){.picture{\
            --p-ink:var(--ink,#e6edf3);--p-muted:var(--muted,#9aa5b1);--p-paper:var(--paper,#0f1419);\
            --p-panel:var(--panel,#182028);--p-line:var(--line,#6b7681);--p-bad:var(--bad,#ff7b72);\
            --p-warn:var(--warn,#e3a44a);--p-heat:var(--heat,#6cb2ff);\
            --p1:var(--series-1,#6cb2ff);--p2:var(--series-2,#ff9d5c);--p3:var(--series-3,#56d364);\
            --p4:var(--series-4,#c19bff);--p5:var(--series-5,#e3c04a);--p6:var(--series-6,#ff8cc6)}}
            .picture text{fill:var(--p-ink)}
            .picture .small{font-size:10.5px}
            .picture .strong{font-weight:600}
            .picture .quiet{fill:var(--p-muted)}
            .picture .middle{text-anchor:middle}
            .picture .end{text-anchor:end}
            .picture .alarm{fill:var(--p-bad)}
            .picture .halo{paint-order:stroke;stroke:var(--p-paper);stroke-width:3px;stroke-linejoin:round}
            .picture .paper,.picture .ground{fill:var(--p-paper)}
            .picture .socket{fill:var(--p-panel);stroke:var(--p-line);stroke-width:1}
            .picture .host-bridge,.picture .switch{fill:var(--p-paper);stroke:var(--p-ink);stroke-width:1.2}
            .picture .device{fill:var(--p-paper);stroke:var(--p-ink);stroke-width:1}
            .picture .port{fill:var(--p-panel);stroke:var(--p-ink);stroke-width:1}
            .picture .acs-none{stroke:var(--p-muted);stroke-dasharray:1.5 2.5}
            .picture .acs-redirect{stroke:var(--p-bad);stroke-width:2.2;stroke-dasharray:6 2.5}
            .picture .fold{fill:none;stroke:var(--p-muted);stroke-dasharray:2 3}
            .picture .split,.picture .grid{stroke:var(--p-line);stroke-width:.6}
            .picture .axis{stroke:var(--p-ink);stroke-width:1}
            .picture .link{stroke:var(--p-line)}
            .picture .bus{stroke:var(--p-line);stroke-width:1.2;stroke-dasharray:2 2}
            .picture .route,.picture .curve{fill:none;stroke-width:2;stroke-linejoin:round}
            .picture .casing{fill:none;stroke:var(--p-paper);stroke-width:4.4}
            .picture .via{stroke-dasharray:7 3.5}
            .picture .badge{stroke:var(--p-paper);stroke-width:1}
            .picture .ring{fill:var(--p-paper);stroke-width:1.6}
            .picture text.on-badge{fill:var(--p-paper);font-size:9.5px;font-weight:700}
            .picture text.in-ring{font-size:9.5px;font-weight:700}
            .picture .iommu{fill:var(--p-paper);stroke:var(--p-ink);stroke-width:1.2}
            .picture .s1{stroke:var(--p1)}.picture .s2{stroke:var(--p2)}.picture .s3{stroke:var(--p3)}
            .picture .s4{stroke:var(--p4)}.picture .s5{stroke:var(--p5)}.picture .s6{stroke:var(--p6)}
            .picture .f1{fill:var(--p1)}.picture .f2{fill:var(--p2)}.picture .f3{fill:var(--p3)}
            .picture .f4{fill:var(--p4)}.picture .f5{fill:var(--p5)}.picture .f6{fill:var(--p6)}
            .picture .d2{stroke-dasharray:8 3}.picture .d3{stroke-dasharray:2.5 2.5}.picture .d4{stroke-dasharray:9 3 2 3}
            .picture .d5{stroke-dasharray:14 4}.picture .d6{stroke-dasharray:5 2 1.5 2 1.5 2}
            .picture .done{fill:var(--p-ink);stroke:var(--p-ink);stroke-width:1.2}
            .picture .effect{fill:var(--p-paper);stroke:var(--p-ink);stroke-width:1.4}
            .picture .refused{fill:none;stroke:var(--p-bad);stroke-width:2.2}
            .picture .violation{fill:var(--p-bad);stroke:var(--p-bad);stroke-width:1}
            .picture .transfer{fill:var(--p1);stroke:var(--p1);stroke-width:1.2}
            .picture .stem,.picture .landing{stroke:var(--p-muted);stroke-width:.8}
            .picture .landing{stroke-dasharray:2 2.5}
            .picture .operation{fill:var(--p-panel);stroke:var(--p-ink);stroke-width:1}
            .picture .transfer-bar{fill:var(--p1);fill-opacity:.22;stroke:var(--p1);stroke-width:1}
            .picture .wait{fill:var(--p-paper);stroke:var(--p5);stroke-width:1}
            .picture .wait-hatch{fill:none;stroke:var(--p5);stroke-width:.8;stroke-opacity:.55}
            .picture .flight{stroke:var(--p1);stroke-width:2}.picture .lost{stroke:var(--p-bad)}
            .picture .in-flight{fill:var(--p2);stroke:var(--p-paper);stroke-width:1}
            .picture .untold{fill:var(--p-paper);stroke:var(--p-bad);stroke-width:1.6;stroke-dasharray:2.5 2}
            .picture .chain{stroke:var(--p-bad);stroke-width:1.3;stroke-dasharray:5 3}
            .picture .chain-start{fill:var(--p-paper);stroke:var(--p-bad);stroke-width:1.8}
            .picture .zone{fill:var(--p2);fill-opacity:.09}
            .picture .use{stroke-width:.9}
            .picture .use-usable{fill:var(--p3);fill-opacity:.2;stroke:var(--p3)}
            .picture .use-idle{fill:var(--p-panel);stroke:var(--p-line)}
            .picture .use-contradicted{fill:var(--p3);fill-opacity:.2;stroke:var(--p-bad);stroke-width:2}
            .picture .use-changing{fill:var(--p2);fill-opacity:.2;stroke:var(--p2)}
            .picture .use-hatch{fill:none;stroke:var(--p2);stroke-width:1;stroke-opacity:.6}
            .picture .use-denied{fill:var(--p4);fill-opacity:.22;stroke:var(--p4)}
            .picture .use-gone{fill:none;stroke:var(--p-muted);stroke-dasharray:3 3}
            .picture .broken{stroke:var(--p-bad);stroke-width:2;stroke-dasharray:none}
            .picture .mark:target text{text-decoration:underline}
            .picture .heat{fill:var(--p-heat)}
            .picture .h1{fill-opacity:.14}.picture .h2{fill-opacity:.32}.picture .h3{fill-opacity:.52}
            .picture .h4{fill-opacity:.75}.picture .h5{fill-opacity:1}
            .picture .frame{fill:none;stroke:var(--p-line);stroke-width:.8}
            """;

    private PictureStyle() {}
}
