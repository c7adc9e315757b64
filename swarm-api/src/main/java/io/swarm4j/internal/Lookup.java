package io.swarm4j.internal;

import io.swarm4j.model.Config;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Network;
import io.swarm4j.model.Node;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Secret;
import io.swarm4j.model.Service;
import io.swarm4j.model.StoreObject;
import io.swarm4j.model.Task;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import java.util.List;
import java.util.function.Function;

/** Finds objects as the reference does: by whole id, then by name, then by unique id prefix. */
final class Lookup {
  private Lookup() {}

  static Service service(State state, String key) {
    return find(
        "service",
        key,
        state.services().stream().filter(service -> !service.isRemoved()).toList(),
        Service::name);
  }

  static Node node(State state, String key) {
    return find("node", key, state.nodes(), Node::hostname);
  }

  static Network network(State state, String key) {
    return find("network", key, state.networks(), Network::name);
  }

  static Task task(State state, String key) {
    return find("task", key, state.tasks(), task -> task.id().toString());
  }

  static Secret secret(State state, String key) {
    Secret exact = VersionedNames.secret(state, key);
    return exact != null
        ? exact
        : find("secret", key, state.secrets(), secret -> secret.id().toString());
  }

  static Config config(State state, String key) {
    Config exact = VersionedNames.config(state, key);
    return exact != null
        ? exact
        : find("config", key, state.configs(), config -> config.id().toString());
  }

  private static <T extends StoreObject> T find(
      String kind, String key, List<T> candidates, Function<T, String> name) {
    List<T> byId = candidates.stream().filter(each -> each.id().toString().equals(key)).toList();
    List<T> byName =
        candidates.stream().filter(each -> name.apply(each).equalsIgnoreCase(key)).toList();
    List<T> byPrefix =
        key.isEmpty()
            ? List.of()
            : candidates.stream().filter(each -> each.id().toString().startsWith(key)).toList();
    for (List<T> matches : List.of(byId, byName, byPrefix)) {
      if (matches.size() == 1) {
        return matches.get(0);
      } else if (matches.size() > 1) {
        throw new ConflictException(
            ConflictException.Kind.AMBIGUOUS,
            kind
                + " "
                + key
                + " is ambiguous ("
                + matches.size()
                + " matches found); name more of the id");
      }
    }
    throw NotFoundException.of(kind, key);
  }
}
