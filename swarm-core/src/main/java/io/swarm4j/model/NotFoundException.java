package io.swarm4j.model;

/** Nothing in the swarm answers to the given id or name. */
public class NotFoundException extends SwarmException {
  private static final long serialVersionUID = 1L;

  public NotFoundException(String message) {
    super(message);
  }

  /** The reference's wording: {@code service web not found}. */
  public static NotFoundException of(String kind, String idOrName) {
    return new NotFoundException(kind + " " + idOrName + " not found");
  }
}
