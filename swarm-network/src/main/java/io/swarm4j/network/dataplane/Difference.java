package io.swarm4j.network.dataplane;

/**
 * Something that a data plane shall have and has not, or the reverse.
 *
 * @param place where, such as {@code nftables table swarm4j in the host} or {@code device s4jx4097}
 * @param intended what shall be there; empty if nothing
 * @param actual what is there; empty if nothing
 */
public record Difference(String place, String intended, String actual) {

  /** One line for people. */
  @Override
  public String toString() {
    return place
        + ": "
        + (intended.isEmpty() ? "nothing" : intended)
        + " is intended, "
        + (actual.isEmpty() ? "nothing" : actual)
        + " is there";
  }
}
