package io.swarm4j.compose;

/**
 * Something that a stack uses and that must exist before the stack is deployed, because the file
 * calls it external.
 *
 * @param kind what it is
 * @param name its name in the swarm, without the stack's prefix
 * @param mark where the file defines it
 */
public record ExternalReference(Kind kind, String name, Mark mark) {

  /** What can be external; volumes are not listed because only nodes know them. */
  public enum Kind {
    NETWORK,
    SECRET,
    CONFIG
  }
}
