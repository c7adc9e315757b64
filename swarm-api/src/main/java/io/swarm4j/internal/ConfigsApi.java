package io.swarm4j.internal;

import io.swarm4j.Configs;
import io.swarm4j.model.Config;
import io.swarm4j.model.ConfigReference;
import io.swarm4j.model.ConfigSpec;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Meta;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.store.State;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Configs through the leader. */
final class ConfigsApi extends VersionedApi<Config, ConfigSpec> implements Configs {

  ConfigsApi(Host engine) {
    super(engine, "config");
  }

  @Override
  String nameOf(ConfigSpec spec) {
    return spec.name();
  }

  @Override
  @Nullable Config latest(State state, String name) {
    return state.configNamed(name);
  }

  @Override
  Config lookup(State state, String key) {
    return Lookup.config(state, key);
  }

  @Override
  List<Config> all(State state) {
    return state.configs();
  }

  @Override
  Config make(ConfigSpec spec, int version) {
    return new Config(engine().ids().config(), Meta.NEW, spec, version);
  }

  @Override
  Config relabelled(Config config, Map<String, String> labels) {
    return config.withSpec(config.spec().withLabels(labels));
  }

  @Override
  Config shown(Config config) {
    return config;
  }

  @Override
  ContainerSpec repinned(
      ContainerSpec container, PayloadVersion news, Predicate<PayloadReference> pinned) {
    return container.withConfigs(
        container.configs().stream()
            .map(
                reference ->
                    pinned.test(reference)
                        ? new ConfigReference(
                            news.name() + "@" + news.version(),
                            reference.file(),
                            reference.onChange())
                        : reference)
            .toList());
  }
}
