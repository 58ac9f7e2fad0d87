package org.p2psim.scenario.yaml;

import org.snakeyaml.engine.v2.exceptions.Mark;

/** Where something stands in a file: line and column from 1, and its code points from {@code start} to {@code end}. */
record Span(int line, int column, int start, int end) {
    static Span of(Mark start, Mark end) {
        return new Span(start.getLine() + 1, start.getColumn() + 1, start.getIndex(), end.getIndex());
    }
}
