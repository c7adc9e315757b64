package io.swarm4j.internal;

import io.swarm4j.Networks;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Network;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.Service;
import io.swarm4j.store.State;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Networks through the leader. */
record NetworksApi(Host engine) implements Networks {

  @Override
  public Network create(NetworkSpec spec) {
    return engine.join(createAsync(spec));
  }

  @Override
  public CompletionStage<Network> createAsync(NetworkSpec spec) {
    return engine.submit(
        tx -> {
          Admission.newNetwork(tx, spec);
          return tx.put(Network.create(engine.ids().network(), spec));
        });
  }

  @Override
  public void remove(String network) {
    engine.join(removeAsync(network));
  }

  @Override
  public CompletionStage<@Nullable Void> removeAsync(String network) {
    return engine
        .submit(
            tx -> {
              Network present = Lookup.network(tx, network);
              requireUnused(tx, present);
              tx.delete(present.id());
              return present;
            })
        .thenAccept(removed -> {});
  }

  private static void requireUnused(State state, Network network) {
    for (Service service : state.services()) {
      if (service.isRemoved() && state.tasksOf(service.id()).isEmpty()) {
        continue;
      }
      if (network.spec().ingress()
          && io.swarm4j.network.Networks.publishesIngress(service.spec())) {
        throw new ConflictException(
            "ingress network cannot be removed because service "
                + service.name()
                + " depends on it");
      }
      for (NetworkAttachmentSpec wish : service.spec().task().networks()) {
        if (network.equals(io.swarm4j.network.Networks.find(state, wish.network()))) {
          throw new ConflictException(
              "network "
                  + network.name()
                  + " is in use by service "
                  + service.name()
                  + "; remove that first");
        }
      }
    }
  }

  @Override
  public Network get(String network) {
    return Lookup.network(engine.view(), network);
  }

  @Override
  public List<Network> list() {
    return engine.view().networks().stream().sorted(Comparator.comparing(Network::name)).toList();
  }
}
