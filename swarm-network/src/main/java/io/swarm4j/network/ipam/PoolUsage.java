package io.swarm4j.network.ipam;

import io.swarm4j.model.Subnet;

/**
 * How full a pool of addresses is.
 *
 * @param subnet its range
 * @param total addresses that it can give out
 * @param held those that have a holder
 */
public record PoolUsage(Subnet subnet, long total, long held) {

  /** Addresses that are left. */
  public long free() {
    return total - held;
  }

  @Override
  public String toString() {
    return subnet + ": " + held + " of " + total + " addresses";
  }
}
