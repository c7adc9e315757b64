package io.swarm4j.network.ipam;

import io.swarm4j.model.Ip;
import io.swarm4j.model.Subnet;

/** Arithmetic on ranges of addresses, alike for IPv4 and IPv6. */
final class Ranges {
  private Ranges() {}

  static boolean isV4(Subnet subnet) {
    return subnet.address().isV4();
  }

  /** The range without host bits. */
  static Subnet aligned(Subnet subnet) {
    return new Subnet(subnet.first(), subnet.prefix());
  }

  /** The highest address of a range. */
  static Ip last(Subnet subnet) {
    int free = (isV4(subnet) ? 32 : 128) - subnet.prefix();
    Ip first = subnet.first();
    long lowMask = free >= 64 ? -1L : (1L << free) - 1;
    long highMask = free <= 64 ? 0 : free == 128 ? -1L : (1L << (free - 64)) - 1;
    return new Ip(first.hi() | highMask, first.lo() | lowMask);
  }

  /**
   * The address that follows a range; it is of no known family, or zero, where the range is the
   * last of its family.
   */
  static Ip after(Subnet subnet) {
    return last(subnet).plus(1);
  }

  /** How far {@code ip} is behind {@code base}; negative if it is before it, or too far away. */
  static long offset(Ip base, Ip ip) {
    return base.hi() == ip.hi() && Long.compareUnsigned(ip.lo(), base.lo()) >= 0
        ? ip.lo() - base.lo()
        : -1;
  }
}
