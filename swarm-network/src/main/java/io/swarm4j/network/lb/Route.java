package io.swarm4j.network.lb;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What one configuration says of a frontend. Immutable, thread-safe. */
final class Route {
  /** Leads to nobody. */
  static final Route NOWHERE =
      new Route(Algorithm.ROUND_ROBIN, ProxyProtocol.NONE, FrontendOptions.NONE, List.of());

  final ProxyProtocol proxyProtocol;
  final FrontendOptions options;
  private final List<Target> targets;
  private final Picker all;
  private final Picker near;

  Route(
      Algorithm algorithm,
      ProxyProtocol proxyProtocol,
      FrontendOptions options,
      List<Target> targets) {
    this.proxyProtocol = proxyProtocol;
    this.options = options;
    this.targets = targets;
    this.all = Picker.of(algorithm, targets);
    this.near =
        options.sameNodeFirst()
            ? Picker.of(algorithm, targets.stream().filter(t -> t.backend().sameNode()).toList())
            : all;
  }

  boolean offers(Backend backend) {
    for (Target target : targets) {
      if (target.backend().equals(backend)) {
        return true;
      }
    }
    return false;
  }

  @Nullable Target byId(String id, Predicate<Target> eligible) {
    for (Target target : targets) {
      if (target.backend().id().equals(id)) {
        return eligible.test(target) ? target : null;
      }
    }
    return null;
  }

  @Nullable Target pick(int turn, long client, Predicate<Target> eligible) {
    Target nearest = near.pick(turn, client, eligible);
    return nearest != null || near == all ? nearest : all.pick(turn, client, eligible);
  }

  List<Target> targets() {
    return targets;
  }
}
