package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a user wants of a network.
 *
 * @param name DNS label, unique in the swarm
 * @param labels free-form metadata
 * @param driver {@code overlay} unless set
 * @param options options of the driver
 * @param internal whether it has no way out
 * @param attachable whether plain containers may join
 * @param ingress whether it is the one network that carries published ports
 * @param ipv6 whether it also has IPv6 addresses
 * @param encrypted whether traffic between nodes is encrypted
 * @param pools wanted subnets; empty takes the next free one on first use
 */
@RecordBuilder
public record NetworkSpec(
    String name,
    Map<String, String> labels,
    String driver,
    Map<String, String> options,
    boolean internal,
    boolean attachable,
    boolean ingress,
    boolean ipv6,
    boolean encrypted,
    List<IpPool> pools)
    implements NetworkSpecBuilder.With {

  public NetworkSpec {
    labels = Copies.map(labels);
    driver = Copies.or(driver, "overlay");
    options = Copies.map(options);
    pools = Copies.list(pools);
    Check check = Check.of("NetworkSpec");
    Names.dnsLabel(check, name, "name");
    check.that(
        !(ingress && attachable),
        Fault.Code.CONTRADICTION,
        "attachable",
        attachable,
        "false: the ingress network can not be attachable");
    for (int i = 0; i < pools.size(); i++) {
      for (int j = 0; j < i; j++) {
        check.that(
            !pools.get(i).subnet().overlaps(pools.get(j).subnet()),
            Fault.Code.DUPLICATE,
            "pools[" + i + "].subnet",
            pools.get(i).subnet(),
            "a subnet that does not overlap " + pools.get(j).subnet());
      }
    }
    check.orThrow();
  }

  /** An overlay with the next free subnet. */
  public static NetworkSpec overlay(String name) {
    return NetworkSpecBuilder.builder().name(name).build();
  }

  /**
   * A range of addresses of a network.
   *
   * @param subnet the range
   * @param range part of it from which tasks get addresses; null for all
   * @param gateway address of the gateway; null for the first
   * @param reserved addresses by name that are never given to tasks
   */
  public record IpPool(
      Subnet subnet, @Nullable Subnet range, @Nullable Ip gateway, Map<String, Ip> reserved) {

    private static final int LONGEST_PREFIX_V4 = 30; // two usable addresses at the least

    public IpPool {
      reserved = Copies.map(reserved);
      Check check = Check.of("IpPool");
      check
          .that(
              !subnet.address().isV4() || subnet.prefix() <= LONGEST_PREFIX_V4,
              "subnet",
              subnet,
              "a prefix of at most 30, which leaves two addresses")
          .that(
              range == null
                  || (range.prefix() >= subnet.prefix() && subnet.contains(range.address())),
              "range",
              range,
              "a range inside subnet " + subnet)
          .that(
              gateway == null || subnet.contains(gateway),
              "gateway",
              gateway,
              "an address inside subnet " + subnet);
      for (Map.Entry<String, Ip> entry : reserved.entrySet()) {
        check.that(
            subnet.contains(entry.getValue()),
            "reserved." + entry.getKey(),
            entry.getValue(),
            "an address inside subnet " + subnet);
      }
      check.unique(new ArrayList<>(reserved.values()), ip -> ip, "reserved");
      check.orThrow();
    }

    /** The whole subnet, gateway first. */
    public static IpPool of(String subnet) {
      return new IpPool(Subnet.parse(subnet), null, null, Map.of());
    }
  }
}
