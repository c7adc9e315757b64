package io.swarm4j.network.dataplane.kernel;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.model.Ip;
import io.swarm4j.model.OverlayKey;
import io.swarm4j.network.allocator.OverlayKeys;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What IPsec shall do for the encrypted overlays of a node: ESP in transport mode around the VXLAN
 * packets from and to each node that is on one of them.
 *
 * <p>Two nodes work out the same from the keys of the swarm, without a word to each other: each
 * direction and key has a number (SPI) and a secret of its own, so that no two senders ever use the
 * same one with AES-GCM. Which packets are to be encrypted, {@link EncryptionTable} tells by a
 * mark.
 *
 * @param states the security associations, by the words of {@code ip xfrm state} that identify them
 * @param policies what is to be encrypted how, by the words of {@code ip xfrm policy} that do
 */
record Encryption(Map<String, String> states, Map<String, String> policies) {
  /** Marks packets that must not leave as they are; also the number of what is ours. */
  static final int MARK = 0x53344a;

  /** By which our policies are told from those of others. */
  static final int PRIORITY = 5344;

  /** What ESP with AES-GCM adds to a packet at most, in bytes. */
  static final int OVERHEAD = 40;

  /** 128 bits of key and 32 of salt (RFC 4106, section 8.1). */
  private static final int MATERIAL_BYTES = 20;

  /** Lower ones are reserved (RFC 4303, section 2.1). */
  private static final int LOWEST_SPI = 256;

  static final Encryption NONE = new Encryption(Map.of(), Map.of());

  /** One direction under one key. */
  private record Association(Ip from, Ip to, int spi, String material) {
    static Association of(Ip from, Ip to, OverlayKey key) {
      try {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.secret().bytes(), "HmacSHA256"));
        byte[] derived =
            mac.doFinal(("esp " + from + " " + to + " " + key.number()).getBytes(UTF_8));
        int spi = ByteBuffer.wrap(derived).getInt(MATERIAL_BYTES);
        return new Association(
            from,
            to,
            Integer.compareUnsigned(spi, LOWEST_SPI) < 0 ? spi + LOWEST_SPI : spi,
            HexFormat.of().formatHex(derived, 0, MATERIAL_BYTES));
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException("every Java has HmacSHA256", e);
      }
    }

    String id() {
      return "src %s dst %s proto esp spi 0x%08x".formatted(from, to, spi);
    }

    String content() {
      return "reqid %d mode transport aead rfc4106(gcm(aes)) 0x%s 128".formatted(MARK, material);
    }

    @Override
    public String toString() {
      return id();
    }
  }

  /**
   * Works it out.
   *
   * @param node the node's address on the network between the nodes
   * @param port the port of VXLAN
   */
  static Encryption of(Ip node, int port, KernelConfig config) {
    TreeSet<Ip> peers = new TreeSet<>();
    config.overlays().stream()
        .filter(Overlay::encrypted)
        .forEach(overlay -> overlay.remotes().stream().map(Remote::node).forEach(peers::add));
    OverlayKey encrypting = OverlayKeys.encrypting(config.keys());
    if (peers.isEmpty() || encrypting == null) {
      return NONE;
    }
    Map<String, String> states = new TreeMap<>();
    Map<String, String> policies = new TreeMap<>();
    for (Ip peer : peers) {
      for (OverlayKey key : config.keys()) {
        for (Association each :
            new Association[] {Association.of(node, peer, key), Association.of(peer, node, key)}) {
          states.put(each.id(), each.content());
        }
      }
      policies.put(
          "src %s/32 dst %s/32 proto udp dport %d dir out mark 0x%x mask 0xffffffff"
              .formatted(node, peer, port, MARK),
          "priority %d tmpl %s reqid %d mode transport"
              .formatted(PRIORITY, Association.of(node, peer, encrypting).id(), MARK));
    }
    return new Encryption(states, policies);
  }

  /** Its secrets stay out of logs. */
  @Override
  public String toString() {
    return "Encryption[" + states.size() + " states, " + policies.size() + " policies]";
  }
}
