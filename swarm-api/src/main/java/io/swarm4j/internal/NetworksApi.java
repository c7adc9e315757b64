package io.swarm4j.internal;

import io.swarm4j.Networks;
import io.swarm4j.model.Check;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Service;
import io.swarm4j.network.ipam.Holdings;
import io.swarm4j.network.ipam.PoolUsage;
import io.swarm4j.store.State;
import io.swarm4j.store.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Networks through the leader. */
record NetworksApi(Host engine) implements Networks {

  /** Longer than tasks usually get to stop. */
  private static final Duration LAST_TASKS_LIMIT = Duration.ofSeconds(45);

  @Override
  public Network create(NetworkSpec spec) {
    return engine.join(createAsync(spec));
  }

  @Override
  public CompletionStage<Network> createAsync(NetworkSpec spec) {
    return engine.submit(
        tx -> {
          Admission.newNetwork(tx, spec, engine.surroundings());
          return tx.put(Network.create(engine.ids().network(), spec));
        });
  }

  @Override
  public void remove(String network) {
    engine.join(removeAsync(network));
  }

  @Override
  public CompletionStage<@Nullable Void> removeAsync(String network) {
    NetworkId id = get(network).id();
    return engine
        .awaitAsync(view -> !awaitsTasks(view, id), LAST_TASKS_LIMIT)
        .thenCompose(inTime -> engine.submit(tx -> remove(tx, network)))
        .thenAccept(removed -> {});
  }

  private static Network remove(Transaction tx, String network) {
    Network present = Lookup.network(tx, network);
    requireUnused(tx, present);
    tx.delete(present.id());
    return present;
  }

  /** Whether all that keeps a network is that tasks of removed services have not ended yet. */
  private static boolean awaitsTasks(State state, NetworkId id) {
    Network network = state.network(id);
    if (network == null) {
      return false;
    }
    boolean waits = false;
    for (Service service : state.services()) {
      if (uses(state, service, network)) {
        if (!service.isRemoved()) {
          return false; // no waiting would help
        }
        waits |= !state.tasksOf(service.id()).isEmpty();
      }
    }
    return waits;
  }

  private static boolean uses(State state, Service service, Network network) {
    for (NetworkAttachmentSpec wish : service.spec().task().networks()) {
      if (network.equals(io.swarm4j.network.Networks.find(state, wish.network()))) {
        return true;
      }
    }
    return false;
  }

  private static void requireUnused(State state, Network network) {
    for (Service service : state.services()) {
      if (service.isRemoved() && state.tasksOf(service.id()).isEmpty()) {
        continue;
      }
      if (network.spec().ingress()
          && io.swarm4j.network.Networks.publishesIngress(service.spec())) {
        throw new ConflictException(
            ConflictException.Kind.IN_USE,
            "ingress network cannot be removed because service "
                + service.name()
                + " depends on it");
      }
      if (uses(state, service, network)) {
        throw new ConflictException(
            ConflictException.Kind.IN_USE,
            "network "
                + network.name()
                + " is in use by service "
                + service.name()
                + "; remove that first");
      }
    }
  }

  @Override
  public Network get(String network) {
    return Lookup.network(engine.view(), network);
  }

  @Override
  public Network addPool(String network, IpPool pool) {
    return engine.join(addPoolAsync(network, pool));
  }

  @Override
  public CompletionStage<Network> addPoolAsync(String network, IpPool pool) {
    return engine.submit(
        tx -> {
          Network present = Lookup.network(tx, network);
          List<IpPool> pools = new ArrayList<>(present.spec().pools());
          present.pools().stream()
              .filter(own -> pools.stream().noneMatch(p -> p.subnet().equals(own.subnet())))
              .forEach(pools::add);
          pools.add(pool);
          NetworkSpec wider = present.spec().withPools(pools);
          Check.of("NetworkSpec")
              .addAll(engine.surroundings().check(tx, wider, present.id()))
              .orThrow();
          return tx.put(
              new Network(present.id(), present.meta(), wider, present.pools(), present.vni()));
        });
  }

  @Override
  public List<PoolUsage> usage(String network) {
    return Holdings.of(engine.view()).usage(get(network));
  }

  @Override
  public SortedMap<Ip, List<Id>> holders(String network) {
    return Holdings.of(engine.view()).of(get(network).id());
  }

  @Override
  public List<Network> list() {
    return engine.view().networks().stream().sorted(Comparator.comparing(Network::name)).toList();
  }
}
