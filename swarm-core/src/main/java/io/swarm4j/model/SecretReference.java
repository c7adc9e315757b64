package io.swarm4j.model;

/**
 * A task's right to read a secret.
 *
 * @param secret name or id; {@code name@version} pins a version, a bare name follows the latest
 * @param file where it appears
 * @param onChange what a new version does to the task
 */
public record SecretReference(String secret, FileTarget file, ChangePolicy onChange)
    implements PayloadReference {

  public SecretReference {
    onChange = Copies.or(onChange, ChangePolicy.NONE);
    Check.of("SecretReference")
        .that(
            secret != null && !secret.isBlank(),
            Fault.Code.MISSING,
            "secret",
            secret,
            "the name of a secret")
        .present(file, "file")
        .orThrow();
  }

  /** The secret under its own name. */
  public static SecretReference of(String secret) {
    return new SecretReference(secret, FileTarget.of(secret), ChangePolicy.NONE);
  }

  @Override
  public String target() {
    return secret;
  }
}
