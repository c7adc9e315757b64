package io.swarm4j.internal;

import io.swarm4j.Secrets;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Meta;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.SecretSpec;
import io.swarm4j.model.Service;
import io.swarm4j.store.State;
import io.swarm4j.store.VersionedNames;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Secrets through the leader. */
record SecretsApi(Host engine) implements Secrets {

  @Override
  public Secret create(SecretSpec spec) {
    return engine.join(createAsync(spec));
  }

  @Override
  public CompletionStage<Secret> createAsync(SecretSpec spec) {
    return engine.submit(
        tx -> {
          if (tx.secretNamed(spec.name()) != null) {
            throw new ConflictException(
                ConflictException.Kind.EXISTS, "secret " + spec.name() + " already exists");
          }
          return tx.put(new Secret(engine.ids().secret(), Meta.NEW, spec, 1));
        });
  }

  @Override
  public Secret addVersion(SecretSpec spec) {
    return engine.join(addVersionAsync(spec));
  }

  @Override
  public CompletionStage<Secret> addVersionAsync(SecretSpec spec) {
    return engine.submit(
        tx -> {
          Secret latest = tx.secretNamed(spec.name());
          if (latest == null) {
            throw NotFoundException.of("secret", spec.name());
          }
          return tx.put(new Secret(engine.ids().secret(), Meta.NEW, spec, latest.version() + 1));
        });
  }

  @Override
  public Secret updateLabels(String secret, long version, Map<String, String> labels) {
    return engine.join(updateLabelsAsync(secret, version, labels));
  }

  @Override
  public CompletionStage<Secret> updateLabelsAsync(
      String secret, long version, Map<String, String> labels) {
    return engine.submit(
        tx -> {
          Secret present = Lookup.secret(tx, secret);
          if (present.meta().version() != version) {
            throw ConflictException.outOfSequence(
                "secret", present.spec().name(), version, present.meta().version());
          }
          return tx.put(present.withSpec(present.spec().withLabels(labels)));
        });
  }

  @Override
  public void remove(String secret) {
    engine.join(removeAsync(secret));
  }

  @Override
  public CompletionStage<@Nullable Void> removeAsync(String secret) {
    return engine
        .submit(
            tx -> {
              Secret present = Lookup.secret(tx, secret);
              List<String> users = users(tx, present);
              if (!users.isEmpty()) {
                throw new ConflictException(
                    ConflictException.Kind.IN_USE,
                    "secret '"
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

  private static List<String> users(State state, Secret wanted) {
    List<String> users = new ArrayList<>();
    for (Service service : state.services()) {
      for (SecretReference reference : service.spec().task().container().secrets()) {
        Secret used = VersionedNames.secret(state, reference.secret());
        if (used != null && used.id().equals(wanted.id())) {
          users.add(service.name());
        }
      }
    }
    return users;
  }

  @Override
  public Secret get(String secret) {
    return Lookup.secret(engine.view(), secret);
  }

  @Override
  public List<Secret> list() {
    return engine.view().secrets().stream()
        .sorted(
            Comparator.comparing((Secret each) -> each.spec().name())
                .thenComparing(Secret::version))
        .toList();
  }
}
