package io.swarm4j.model;

import org.jspecify.annotations.Nullable;

/**
 * A range of addresses in CIDR form; host bits are kept, so that {@code 10.0.9.4/24} names an
 * address in its subnet.
 *
 * @param address an address inside the range
 * @param prefix number of leading bits that are common, 0 to 32 (IPv4) or 128 (IPv6)
 */
public record Subnet(Ip address, int prefix) {

  public Subnet {
    Check.of("Subnet")
        .that(
            prefix >= 0 && prefix <= (address.isV4() ? 32 : 128),
            "prefix",
            prefix,
            address.isV4() ? "0 to 32" : "0 to 128")
        .orThrow();
  }

  /**
   * Reads {@code 10.0.9.0/24}.
   *
   * @throws InvalidSpecException if the text is not in CIDR form
   */
  public static Subnet parse(String text) {
    int slash = text.indexOf('/');
    Check check = Check.of("Subnet");
    check
        .that(
            slash > 0 && text.substring(slash + 1).matches("\\d{1,3}"),
            "cidr",
            text,
            "address/prefix such as 10.0.9.0/24")
        .orThrow();
    return new Subnet(
        Ip.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  /** The lowest address of the range. */
  public Ip first() {
    int free = bits() - prefix;
    long lowMask = free >= 64 ? 0 : -1L << free;
    long highMask = free <= 64 ? -1L : free == 128 ? 0 : -1L << (free - 64);
    return new Ip(address.hi() & highMask, address.lo() & lowMask);
  }

  /** How many addresses the range has; {@link Long#MAX_VALUE} if there are more than that. */
  public long size() {
    int free = bits() - prefix;
    return free >= 63 ? Long.MAX_VALUE : 1L << free;
  }

  /** Whether {@code ip} lies in the range. */
  public boolean contains(@Nullable Ip ip) {
    return ip != null
        && ip.isV4() == address.isV4()
        && new Subnet(ip, prefix).first().equals(first());
  }

  /** Whether the two ranges share an address. */
  public boolean overlaps(Subnet other) {
    return prefix <= other.prefix ? contains(other.address) : other.contains(address);
  }

  private int bits() {
    return address.isV4() ? 32 : 128;
  }

  @Override
  public String toString() {
    return address + "/" + prefix;
  }
}
