package io.swarm4j;

import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretSpec;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The secrets of a swarm, named by id, name, {@code name@version} or unique id prefix. Thread-safe.
 */
public interface Secrets {

  /** Creates a secret; its name must be free. */
  Secret create(SecretSpec spec);

  /** Twin of {@link #create}. */
  CompletionStage<Secret> createAsync(SecretSpec spec);

  /**
   * Adds a version to a secret that exists; references without a version mean it for all tasks that
   * start from now on.
   */
  Secret addVersion(SecretSpec spec);

  /** Twin of {@link #addVersion}. */
  CompletionStage<Secret> addVersionAsync(SecretSpec spec);

  /**
   * Replaces the labels of a secret, the one part of it that may change, if it is still at the
   * version that the caller has seen.
   */
  Secret updateLabels(String secret, long version, Map<String, String> labels);

  /** Twin of {@link #updateLabels}. */
  CompletionStage<Secret> updateLabelsAsync(
      String secret, long version, Map<String, String> labels);

  /** Removes a secret that no service uses. */
  void remove(String secret);

  /** Twin of {@link #remove}. */
  CompletionStage<Void> removeAsync(String secret);

  /** One secret. */
  Secret get(String secret);

  /** All secrets, by name and version. */
  List<Secret> list();
}
