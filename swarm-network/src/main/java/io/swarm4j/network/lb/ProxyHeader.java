package io.swarm4j.network.lb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;

/**
 * Writes the header by which a backend learns who connected to whom, as HAProxy's "The PROXY
 * protocol" defines it.
 */
final class ProxyHeader {
  static final byte[] SIGNATURE = {
    0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A
  };
  private static final int VERSION_2_PROXY = 0x21;
  private static final int TCP_OVER_IPV4 = 0x11;
  private static final int TCP_OVER_IPV6 = 0x21;
  private static final int PORT_BYTES = 2;

  private ProxyHeader() {}

  /**
   * Appends the header for a client's connection.
   *
   * @param version not {@link ProxyProtocol#NONE}
   * @param from the client's address
   * @param at the address that it connected to
   */
  static void write(
      ProxyProtocol version, InetSocketAddress from, InetSocketAddress at, ByteBuf to) {
    if (version == ProxyProtocol.V1) {
      writeText(from, at, to);
    } else {
      writeBinary(from, at, to);
    }
  }

  private static void writeText(InetSocketAddress from, InetSocketAddress at, ByteBuf to) {
    String family = isIpv4(from) ? "TCP4" : "TCP6";
    String line =
        String.join(
            " ",
            "PROXY",
            family,
            text(from),
            text(at),
            Integer.toString(from.getPort()),
            Integer.toString(at.getPort()));
    to.writeCharSequence(line + "\r\n", US_ASCII);
  }

  private static void writeBinary(InetSocketAddress from, InetSocketAddress at, ByteBuf to) {
    byte[] source = from.getAddress().getAddress();
    byte[] destination = at.getAddress().getAddress();
    to.writeBytes(SIGNATURE)
        .writeByte(VERSION_2_PROXY)
        .writeByte(isIpv4(from) ? TCP_OVER_IPV4 : TCP_OVER_IPV6)
        .writeShort(source.length + destination.length + 2 * PORT_BYTES)
        .writeBytes(source)
        .writeBytes(destination)
        .writeShort(from.getPort())
        .writeShort(at.getPort());
  }

  private static boolean isIpv4(InetSocketAddress address) {
    return address.getAddress().getAddress().length == 4;
  }

  /** The address without the scope that Java appends to a link-local one. */
  private static String text(InetSocketAddress address) {
    String text = address.getAddress().getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }
}
