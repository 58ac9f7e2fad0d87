package org.p2psim.report.svg;

import com.google.common.collect.ImmutableList;
import java.util.List;
import org.p2psim.outcome.ObjectOutcome;

/**
 * One row of the timeline: an object with its states and what happened to it.
 *
 * @param kind what the object is, in a word; may be empty
 * @param depth how many objects it belongs to, one in the other
 */
record TimelineLane(
        String name, String kind, int depth, List<ObjectOutcome.State> states, ImmutableList<TimelineItem> items) {}
