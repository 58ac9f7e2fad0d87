package org.p2psim.dmabuf;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
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
     * @param cause why the first of these tasks ran ({@link Task#cause})
     */
    public record Inversion(List<LockClass> classes, List<String> sites, int cause) {
        public Inversion {
            classes = ImmutableList.copyOf(classes);
            sites = ImmutableList.copyOf(sites);
        }
    }

    /** Who took a lock first, and why he ran. */
    private record Site(String text, int order, int cause) {}

    private final Map<Edge, Site> sites = new LinkedHashMap<>();
    private final List<Inversion> inversions = new ArrayList<>();

    void acquiring(Task<?> task, Lock lock, boolean ticket) {
        for (Lock held : task.held()) {
            boolean ordered = ticket && held.lockClass() == lock.lockClass();
            Edge edge = new Edge(held.lockClass(), lock.lockClass());
            if (!ordered && !sites.containsKey(edge)) {
                String text = "%s takes %s while it holds %s".formatted(task.name(), lock, held);
                sites.put(edge, new Site(text, sites.size(), task.cause()));
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
        List<Site> where = new ArrayList<>(List.of(site(closing)));
        for (int i = 1; i < back.size(); i++) {
            where.add(site(new Edge(back.get(i - 1), back.get(i))));
        }
        List<LockClass> classes = new ArrayList<>(List.of(closing.held()));
        classes.addAll(back.subList(0, back.size() - 1));
        Site first = Collections.min(where, Comparator.comparingInt(Site::order));
        return new Inversion(classes, where.stream().map(Site::text).toList(), first.cause());
    }

    private Site site(Edge edge) {
        return Optional.ofNullable(sites.get(edge)).orElseThrow();
    }

    /** Cycles, in the order in which they were closed. */
    public ImmutableList<Inversion> inversions() {
        return ImmutableList.copyOf(inversions);
    }
}
