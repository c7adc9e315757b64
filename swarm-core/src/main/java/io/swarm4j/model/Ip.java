package io.swarm4j.model;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address as a 128-bit value; IPv4 is kept in its IPv6-mapped form.
 *
 * <p>Unlike {@link InetAddress} it never asks a name service and takes 32 bytes.
 */
public record Ip(long hi, long lo) implements Comparable<Ip> {
  private static final long V4_MAPPED = 0xffff_0000_0000L;
  private static final long V4_MASK = 0xffff_ffffL;
  private static final int GROUPS = 8;
  private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern V4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
  private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

  /** An IPv4 address from its 32 bits. */
  public static Ip v4(int bits) {
    return new Ip(0, V4_MAPPED | (bits & V4_MASK));
  }

  /** An IPv4 address from its four numbers, each 0 to 255. */
  public static Ip v4(int a, int b, int c, int d) {
    return v4(a << 24 | b << 16 | c << 8 | d);
  }

  /**
   * Reads {@code 10.0.1.2} or {@code fd00::2}; host names are not accepted.
   *
   * @throws InvalidSpecException if the text is not an address
   */
  public static Ip parse(String text) {
    if (V4.matcher(text).matches() || V6.matcher(text).matches()) {
      try {
        return of(
            InetAddress.getByName(
                text)); // a literal: the pattern keeps names away from the resolver
      } catch (UnknownHostException malformed) {
        // falls through to the refusal below
      }
    }
    Check check = Check.of("Ip");
    check
        .that(false, "address", text, "an IPv4 or IPv6 address such as 10.0.1.2 or fd00::2")
        .orThrow();
    throw new AssertionError("unreachable: the check above throws");
  }

  /** The same address as the JDK's type. */
  public static Ip of(InetAddress address) {
    byte[] bytes = address.getAddress();
    return bytes.length == 4
        ? v4(bytes[0] & 0xff, bytes[1] & 0xff, bytes[2] & 0xff, bytes[3] & 0xff)
        : new Ip(word(bytes, 0), word(bytes, 8));
  }

  private static long word(byte[] bytes, int from) {
    long word = 0;
    for (int i = from; i < from + 8; i++) {
      word = word << 8 | (bytes[i] & 0xff);
    }
    return word;
  }

  /** Whether this is an IPv4 address. */
  public boolean isV4() {
    return hi == 0 && (lo & ~V4_MASK) == V4_MAPPED;
  }

  /** The address {@code offset} places further on, or back if it is negative. */
  public Ip plus(long offset) {
    long sum = lo + offset;
    int order = Long.compareUnsigned(sum, lo);
    long carry = offset > 0 && order < 0 ? 1 : offset < 0 && order > 0 ? -1 : 0;
    return new Ip(hi + carry, sum);
  }

  /** The JDK's form of this address. */
  public InetAddress toInetAddress() {
    try {
      return InetAddress.getByAddress(bytes());
    } catch (UnknownHostException impossible) {
      throw new AssertionError("4 or 16 bytes are always an address", impossible);
    }
  }

  private byte[] bytes() {
    int length = isV4() ? 4 : 16;
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      int fromEnd = length - 1 - i;
      bytes[i] = (byte) ((fromEnd < 8 ? lo : hi) >>> (8 * (fromEnd % 8)));
    }
    return bytes;
  }

  @Override
  public int compareTo(Ip other) {
    int upper = Long.compareUnsigned(hi, other.hi);
    return upper != 0 ? upper : Long.compareUnsigned(lo, other.lo);
  }

  /** In the form of RFC 5952: {@code 10.0.1.2}, {@code fd00::2}. */
  @Override
  public String toString() {
    return isV4() ? toInetAddress().getHostAddress() : groups();
  }

  /** The longest run of zeros, the first of equals, is left out; a single zero is no run. */
  private String groups() {
    int from = GROUPS;
    int length = 1;
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && group(end) == 0) {
        end++;
      }
      if (end - i > length) {
        from = i;
        length = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == from) {
        text.append("::");
      } else if (i < from || i >= from + length) {
        text.append(i == 0 || i == from + length ? "" : ":").append(Integer.toHexString(group(i)));
      }
    }
    return text.toString();
  }

  private int group(int index) {
    return (int) ((index < 4 ? hi : lo) >>> (16 * (3 - index % 4))) & 0xffff;
  }
}
