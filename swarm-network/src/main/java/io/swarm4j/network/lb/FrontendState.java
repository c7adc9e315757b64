package io.swarm4j.network.lb;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The running side of a frontend id: its backends of the moment, whose turn it is, and its counts.
 * Thread-safe; the backends are replaced as a whole, so that a choice sees one configuration only.
 */
final class FrontendState {
  private final String id;
  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicInteger active = new AtomicInteger();
  private final LongAdder accepted = new LongAdder();
  private volatile Route route = Route.NOWHERE;

  FrontendState(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  void update(ProxyProtocol proxyProtocol, List<Target> targets) {
    route = new Route(proxyProtocol, targets.toArray(Target[]::new));
  }

  /** Withdraws every backend; whoever still comes is reset. */
  void retire() {
    route = Route.NOWHERE;
  }

  ProxyProtocol proxyProtocol() {
    return route.proxyProtocol;
  }

  /**
   * The backend whose turn it is, leaving out those that were tried. A retry takes a turn of its
   * own, lest the neighbour of a dead backend get twice its share.
   */
  @Nullable Target next(Collection<Backend> tried) {
    Target[] targets = route.targets;
    if (targets.length == 0) {
      return null;
    }
    int first = Math.floorMod(turn.getAndIncrement(), targets.length);
    for (int i = 0; i < targets.length; i++) {
      Target target = targets[(first + i) % targets.length];
      if (!tried.contains(target.backend())) {
        return target;
      }
    }
    return null;
  }

  boolean offers(Backend backend) {
    for (Target target : route.targets) {
      if (target.backend().equals(backend)) {
        return true;
      }
    }
    return false;
  }

  void opened() {
    accepted.increment();
    active.incrementAndGet();
  }

  void closed() {
    active.decrementAndGet();
  }

  BalancerStats.FrontendStats stats() {
    return new BalancerStats.FrontendStats(accepted.sum(), active.get());
  }

  private static final class Route {
    static final Route NOWHERE = new Route(ProxyProtocol.NONE, new Target[0]);

    final ProxyProtocol proxyProtocol;
    final Target[] targets;

    Route(ProxyProtocol proxyProtocol, Target[] targets) {
      this.proxyProtocol = proxyProtocol;
      this.targets = targets;
    }
  }
}
