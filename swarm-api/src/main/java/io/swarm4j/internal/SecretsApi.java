package io.swarm4j.internal;

import io.swarm4j.Secrets;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Meta;
import io.swarm4j.model.PayloadReference;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.store.State;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Secrets through the leader. */
final class SecretsApi extends VersionedApi<Secret, SecretSpec> implements Secrets {

  SecretsApi(Host engine) {
    super(engine, "secret");
  }

  @Override
  String nameOf(SecretSpec spec) {
    return spec.name();
  }

  @Override
  @Nullable Secret latest(State state, String name) {
    return state.secretNamed(name);
  }

  @Override
  Secret lookup(State state, String key) {
    return Lookup.secret(state, key);
  }

  @Override
  List<Secret> all(State state) {
    return state.secrets();
  }

  @Override
  Secret make(SecretSpec spec, int version) {
    return new Secret(engine().ids().secret(), Meta.NEW, spec, version);
  }

  @Override
  Secret relabelled(Secret secret, Map<String, String> labels) {
    return secret.withSpec(secret.spec().withLabels(labels));
  }

  @Override
  Secret shown(Secret secret) {
    SecretSpec spec = secret.spec();
    return secret.withSpec(
        new SecretSpec(spec.name(), spec.labels(), spec.data().masked(), spec.templated()));
  }

  @Override
  ContainerSpec repinned(
      ContainerSpec container, PayloadVersion news, Predicate<PayloadReference> pinned) {
    return container.withSecrets(
        container.secrets().stream()
            .map(
                reference ->
                    pinned.test(reference)
                        ? new SecretReference(
                            news.name() + "@" + news.version(),
                            reference.file(),
                            reference.onChange())
                        : reference)
            .toList());
  }
}
