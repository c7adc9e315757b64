package io.swarm4j.internal;

import io.swarm4j.Configs;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Meta;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Service;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Configs through the leader. */
record ConfigsApi(Host engine) implements Configs {

  @Override
  public Config create(ConfigSpec spec) {
    return engine.join(createAsync(spec));
  }

  @Override
  public CompletionStage<Config> createAsync(ConfigSpec spec) {
    return engine.submit(
        tx -> {
          if (tx.configNamed(spec.name()) != null) {
            throw new ConflictException(
                ConflictException.Kind.EXISTS, "config " + spec.name() + " already exists");
          }
          return tx.put(new Config(engine.ids().config(), Meta.NEW, spec, 1));
        });
  }

  @Override
  public Config addVersion(ConfigSpec spec) {
    return engine.join(addVersionAsync(spec));
  }

  @Override
  public CompletionStage<Config> addVersionAsync(ConfigSpec spec) {
    return engine.submit(
        tx -> {
          Config latest = tx.configNamed(spec.name());
          if (latest == null) {
            throw NotFoundException.of("config", spec.name());
          }
          return tx.put(new Config(engine.ids().config(), Meta.NEW, spec, latest.version() + 1));
        });
  }

  @Override
  public Config updateLabels(String config, long version, Map<String, String> labels) {
    return engine.join(updateLabelsAsync(config, version, labels));
  }

  @Override
  public CompletionStage<Config> updateLabelsAsync(
      String config, long version, Map<String, String> labels) {
    return engine.submit(
        tx -> {
          Config present = Lookup.config(tx, config);
          if (present.meta().version() != version) {
            throw ConflictException.outOfSequence(
                "config", present.spec().name(), version, present.meta().version());
          }
          return tx.put(present.withSpec(present.spec().withLabels(labels)));
        });
  }

  @Override
  public void remove(String config) {
    engine.join(removeAsync(config));
  }

  @Override
  public CompletionStage<@Nullable Void> removeAsync(String config) {
    return engine
        .submit(
            tx -> {
              Config present = Lookup.config(tx, config);
              List<String> users = users(tx, present);
              if (!users.isEmpty()) {
                throw new ConflictException(
                    ConflictException.Kind.IN_USE,
                    "config '"
                        + present.spec().name()
                        + "' is in use by the following "
                        + (users.size() == 1 ? "service: " : "services: ")
                        + String.join(", ", users));
              }
              tx.delete(present.id());
              return present.id();
            })
        .thenAccept(removed -> {});
  }

  private static List<String> users(State state, Config wanted) {
    List<String> users = new ArrayList<>();
    for (Service service : state.services()) {
      for (ConfigReference reference : service.spec().task().container().configs()) {
        Config used = VersionedNames.config(state, reference.config());
        if (used != null && used.id().equals(wanted.id())) {
          users.add(service.name());
        }
      }
    }
    return users;
  }

  @Override
  public Config get(String config) {
    return Lookup.config(engine.view(), config);
  }

  @Override
  public List<Config> list() {
    return engine.view().configs().stream()
        .sorted(
            Comparator.comparing((Config each) -> each.spec().name())
                .thenComparing(Config::version))
        .toList();
  }
}
