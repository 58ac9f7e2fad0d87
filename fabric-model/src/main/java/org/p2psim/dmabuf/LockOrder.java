package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Which kinds of locks were taken while which others were held, as lockdep keeps it. */
public final class LockOrder {
    /** One kind of lock was taken while another was held. */
    public record Edge(LockClass held, LockClass taken) {}

    /**
     * A cycle: each kind of lock is taken while the one before is held, and the first while the last is.
     *
     * @param sites for each step, the first task that took it
     */
    public record Inversion(List<LockClass> classes, List<String> sites) {
        public Inversion {
            classes = ImmutableList.copyOf(classes);
            sites = ImmutableList.copyOf(sites);
        }
    }

    private final Map<Edge, String> sites = new LinkedHashMap<>();
    private final List<Inversion> inversions = new ArrayList<>();

    void acquiring(Task<?> task, Lock lock, boolean ticket) {
        for (Lock held : task.held()) {
            boolean ordered = ticket && held.lockClass() == lock.lockClass();
            Edge edge = new Edge(held.lockClass(), lock.lockClass());
            if (!ordered && !sites.containsKey(edge)) {
                sites.put(edge, "%s takes %s while it holds %s".formatted(task.name(), lock, held));
                path(edge.taken(), edge.held(), new TreeSet<>())
                        .ifPresent(back -> inversions.add(inversion(edge, back)));
            }
        }
    }

    /** The classes from one to another, both included, along edges that were seen. */
    private Optional<List<LockClass>> path(LockClass from, LockClass to, Set<LockClass> seen) {
        if (from == to) {
            return Optional.of(List.of(to));
        }
        seen.add(from);
        for (Edge edge : sites.keySet()) {
            if (edge.held() == from && !seen.contains(edge.taken())) {
                Optional<List<LockClass>> rest = path(edge.taken(), to, seen);
                if (rest.isPresent()) {
                    List<LockClass> path = new ArrayList<>(List.of(from));
                    path.addAll(rest.get());
                    return Optional.of(path);
                }
            }
        }
        return Optional.empty();
    }

    private Inversion inversion(Edge closing, List<LockClass> back) {
        List<String> where = new ArrayList<>(List.of(site(closing)));
        for (int i = 1; i < back.size(); i++) {
            where.add(site(new Edge(back.get(i - 1), back.get(i))));
        }
        List<LockClass> classes = new ArrayList<>(List.of(closing.held()));
        classes.addAll(back.subList(0, back.size() - 1));
        return new Inversion(classes, where);
    }

    private String site(Edge edge) {
        return Optional.ofNullable(sites.get(edge)).orElseThrow();
    }

    public ImmutableList<Edge> edges() {
        return ImmutableList.copyOf(sites.keySet());
    }

    /** Cycles, in the order in which they were closed. */
    public ImmutableList<Inversion> inversions() {
        return ImmutableList.copyOf(inversions);
    }
}
