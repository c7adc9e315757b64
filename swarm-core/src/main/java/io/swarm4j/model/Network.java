package io.swarm4j.model;

import java.util.List;

/**
 * A network as stored.
 *
 * @param id its identity
 * @param meta version and times
 * @param spec what was asked for
 * @param pools its subnets once it has been used; empty before
 * @param vni VXLAN network identifier; 0 before it has been used
 */
public record Network(
    NetworkId id, Meta meta, NetworkSpec spec, List<NetworkSpec.IpPool> pools, int vni)
    implements StoreObject {

  public Network {
    meta = Copies.or(meta, Meta.NEW);
    pools = Copies.list(pools);
  }

  /** A network that was just asked for. */
  public static Network create(NetworkId id, NetworkSpec spec) {
    return new Network(id, Meta.NEW, spec, List.of(), 0);
  }

  /** Its name. */
  public String name() {
    return spec.name();
  }

  @Override
  public Network withMeta(Meta newMeta) {
    return new Network(id, newMeta, spec, pools, vni);
  }

  /** The same with subnets. */
  public Network withPools(List<NetworkSpec.IpPool> newPools, int newVni) {
    return new Network(id, meta, spec, newPools, newVni);
  }
}
