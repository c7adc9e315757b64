package io.swarm4j;

import io.swarm4j.model.Secret;
import io.swarm4j.model.SecretSpec;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * The secrets of a swarm, named by id, name, {@code name@version} or unique id prefix. Thread-safe.
 *
 * <p>What is returned tells size and labels of a secret, never its content: that is masked.
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

  /**
   * Adds a version and brings it to everything that uses the secret: running tasks get it as their
   * references say ({@code SIGNAL}, {@code HOT}), all others are replaced under their service's
   * update policy; references that pin an earlier version are changed to the new one.
   *
   * @param timeout how long to wait for confirmations
   * @return who has confirmed, and who has not in time
   */
  Rotation rotate(SecretSpec spec, Duration timeout);

  /** Twin of {@link #rotate}. */
  CompletionStage<Rotation> rotateAsync(SecretSpec spec, Duration timeout);

  /** The services that use a secret, in its present version or any other; by name. */
  List<String> users(String secret);

  /**
   * Removes a secret.
   *
   * @throws io.swarm4j.model.ConflictException if services use it, with their names
   */
  void remove(String secret);

  /** Twin of {@link #remove}. */
  CompletionStage<Void> removeAsync(String secret);

  /** One secret. */
  Secret get(String secret);

  /** All secrets, by name and version. */
  List<Secret> list();
}
