package io.swarm4j.network.lb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * For whom a client connects, as its PROXY protocol header says.
 *
 * @param from the address of the client's client; null if the header does not tell, as that of a
 *     health check
 * @param at the address that it connected to; null as well then
 */
record ProxiedAddresses(@Nullable InetSocketAddress from, @Nullable InetSocketAddress at) {
  /** The longest header of version 1; one of version 2 may be as long only with what we skip. */
  static final int LONGEST = 536;

  private static final int LONGEST_LINE = 107;
  private static final int HEAD = 16;
  private static final int LOCAL = 0x20;
  private static final int PROXY = 0x21;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;
  private static final int V4_BYTES = 4;
  private static final int V6_BYTES = 16;
  private static final ProxiedAddresses NOBODY = new ProxiedAddresses(null, null);

  /** The first bytes are no header. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String message) {
      super(message);
    }
  }

  /**
   * Reads a header off the front of {@code bytes}.
   *
   * @return null, with nothing read, if more bytes are needed
   */
  static @Nullable ProxiedAddresses read(ByteBuf bytes) throws MalformedException {
    int available = bytes.readableBytes();
    int first = available == 0 ? -1 : bytes.getByte(bytes.readerIndex());
    if (first == ProxyHeader.SIGNATURE[0]) {
      return readBinary(bytes);
    }
    if (first >= 0 && first != 'P') {
      throw new MalformedException("no PROXY protocol header");
    }
    int end = bytes.indexOf(bytes.readerIndex(), bytes.readerIndex() + available, (byte) '\n');
    if (end < 0) {
      if (available > LONGEST_LINE) {
        throw new MalformedException("the PROXY protocol line does not end");
      }
      return null;
    }
    String line = bytes.toString(bytes.readerIndex(), end - bytes.readerIndex(), US_ASCII);
    bytes.readerIndex(end + 1);
    return parse(line);
  }

  private static ProxiedAddresses parse(String line) throws MalformedException {
    String[] words = line.strip().split(" ");
    if (words.length >= 2 && words[0].equals("PROXY") && words[1].equals("UNKNOWN")) {
      return NOBODY;
    }
    boolean known = words.length == 6 && (words[1].equals("TCP4") || words[1].equals("TCP6"));
    if (!known || !words[0].equals("PROXY")) {
      throw new MalformedException("not a PROXY protocol line: " + words[0]);
    }
    try {
      return new ProxiedAddresses(address(words[2], words[4]), address(words[3], words[5]));
    } catch (InvalidSpecException | IllegalArgumentException e) {
      throw new MalformedException("not an address in the PROXY protocol line");
    }
  }

  private static InetSocketAddress address(String ip, String port) {
    return new InetSocketAddress(Ip.parse(ip).toInetAddress(), Integer.parseInt(port));
  }

  private static @Nullable ProxiedAddresses readBinary(ByteBuf bytes) throws MalformedException {
    int start = bytes.readerIndex();
    if (bytes.readableBytes() < HEAD) {
      return null;
    }
    byte[] signature = new byte[ProxyHeader.SIGNATURE.length];
    bytes.getBytes(start, signature);
    int command = bytes.getUnsignedByte(start + signature.length);
    int length = bytes.getUnsignedShort(start + HEAD - 2);
    if (!Arrays.equals(signature, ProxyHeader.SIGNATURE)
        || (command != PROXY && command != LOCAL)
        || HEAD + length > LONGEST) {
      throw new MalformedException("not a PROXY protocol header of version 2");
    }
    if (bytes.readableBytes() < HEAD + length) {
      return null;
    }
    int family = bytes.getUnsignedByte(start + HEAD - 3);
    int size = family == TCP4 ? V4_BYTES : family == TCP6 ? V6_BYTES : 0;
    if (command == LOCAL || size == 0) {
      bytes.skipBytes(HEAD + length);
      return NOBODY;
    }
    if (length < 2 * size + 4) {
      throw new MalformedException("the PROXY protocol header is too short for its addresses");
    }
    bytes.skipBytes(HEAD);
    InetAddress from = inet(bytes, size);
    InetAddress at = inet(bytes, size);
    ProxiedAddresses addresses =
        new ProxiedAddresses(
            new InetSocketAddress(from, bytes.readUnsignedShort()),
            new InetSocketAddress(at, bytes.readUnsignedShort()));
    bytes.readerIndex(start + HEAD + length);
    return addresses;
  }

  private static InetAddress inet(ByteBuf bytes, int size) {
    byte[] raw = new byte[size];
    bytes.readBytes(raw);
    try {
      return InetAddress.getByAddress(raw);
    } catch (UnknownHostException e) {
      throw new AssertionError("4 or 16 bytes are an address", e);
    }
  }
}
