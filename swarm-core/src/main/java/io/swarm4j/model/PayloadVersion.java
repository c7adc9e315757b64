package io.swarm4j.model;

/**
 * Which version of a secret or config a task has in place.
 *
 * @param secret whether it is a secret rather than a config
 * @param name its name
 * @param version ordinal among those of the same name, from 1
 */
public record PayloadVersion(boolean secret, String name, int version) {

  /** Whether it is another version of the same secret or config, or the same one. */
  public boolean isVersionOf(PayloadVersion other) {
    return secret == other.secret && name.equalsIgnoreCase(other.name);
  }

  @Override
  public String toString() {
    return (secret ? "secret " : "config ") + name + "@" + version;
  }
}
