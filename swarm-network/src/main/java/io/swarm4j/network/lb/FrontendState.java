package io.swarm4j.network.lb;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The running side of a frontend id: its route of the moment, whose turn it is, and its counts.
 * Thread-safe; the route is replaced as a whole, so that a choice sees one configuration only.
 */
final class FrontendState {
  private final String id;
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicInteger active = new AtomicInteger();
  private final Stickiness stickiness = new Stickiness();
  private volatile Route route = Route.NOWHERE;

  final LongAdder accepted = new LongAdder();
  final LongAdder refused = new LongAdder();
  final LongAdder connectFailures = new LongAdder();
  final LongAdder idle = new LongAdder();
  final LongAdder fromClients = new LongAdder();
  final LongAdder toClients = new LongAdder();

  FrontendState(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  void update(Frontend frontend, List<Target> targets) {
    route =
        new Route(
            frontend.algorithm(),
            frontend.proxyProtocol(),
            frontend.options(),
            List.copyOf(targets));
  }

  /** Withdraws every backend; whoever still comes is reset. */
  void retire() {
    route = Route.NOWHERE;
  }

  ProxyProtocol proxyProtocol() {
    return route.proxyProtocol;
  }

  FrontendOptions options() {
    return route.options;
  }

  /** Whether there are more connections than there may be, the one that asks included. */
  boolean isOverfull() {
    int most = route.options.maxConnections();
    return most > 0 && active.get() > most;
  }

  /**
   * The backend for a connection, leaving out those that were tried. A retry takes a turn of its
   * own, lest the neighbour of a dead backend get twice its share.
   *
   * @param client stands for the client's address
   * @param now in nanoseconds, of any origin
   */
  @Nullable Target next(Collection<Backend> tried, long client, long now) {
    Route present = route;
    FrontendOptions options = present.options;
    int most = options.maxPerBackend() > 0 ? options.maxPerBackend() : Integer.MAX_VALUE;
    boolean sticky = !options.stickiness().isZero();
    Target chosen = sticky ? sticky(present, tried, client, now, most) : null;
    if (chosen == null) {
      long slowStart = options.slowStart().toNanos();
      int mine = turn.getAndIncrement();
      if (slowStart > 0) {
        chosen =
            present.pick(
                mine,
                client,
                target ->
                    isEligible(target, tried, most) && target.state().isDue(now, slowStart, mine));
      }
      if (chosen == null) {
        chosen = present.pick(mine, client, target -> isEligible(target, tried, most));
      }
    }
    if (sticky && chosen != null) {
      stickiness.remember(client, chosen.backend().id(), now + options.stickiness().toNanos());
    }
    return chosen;
  }

  private @Nullable Target sticky(
      Route present, Collection<Backend> tried, long client, long now, int most) {
    String last = stickiness.last(client, now);
    return last == null ? null : present.byId(last, target -> isEligible(target, tried, most));
  }

  private static boolean isEligible(Target target, Collection<Backend> tried, int most) {
    return (tried.isEmpty() || !tried.contains(target.backend()))
        && (most == Integer.MAX_VALUE || target.state().active() < most);
  }

  /** Among whom the next connection is given. */
  List<Backend> backends() {
    return route.targets().stream().map(Target::backend).toList();
  }

  boolean offers(Backend backend) {
    return route.offers(backend);
  }

  void opened() {
    accepted.increment();
    active.incrementAndGet();
  }

  void closed() {
    active.decrementAndGet();
  }

  BalancerStats.FrontendStats stats() {
    return new BalancerStats.FrontendStats(
        accepted.sum(),
        active.get(),
        refused.sum(),
        connectFailures.sum(),
        idle.sum(),
        fromClients.sum(),
        toClients.sum());
  }
}
