package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Ip;
import io.swarm4j.model.OverlayKey;
import io.swarm4j.model.Payload;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Remote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is said to the kernel for encrypted overlays, which needs no kernel that can do it. */
class EncryptionTest {
  private static final int PORT = 4789;
  private static final Ip A = Ip.parse("10.77.0.1");
  private static final Ip B = Ip.parse("10.77.0.2");
  private static final Ip C = Ip.parse("10.77.0.3");

  private final List<String> told = new ArrayList<>();
  private final Ipsec ipsec =
      new Ipsec(
          NetworkNamespace.OWN,
          (command, input) -> {
            told.add(String.join(" ", command) + " <- " + input);
            return "";
          });

  private static List<OverlayKey> keys(int first, int last) {
    return IntStream.rangeClosed(first, last)
        .mapToObj(i -> new OverlayKey(i, Payload.of("secret of key " + i), Instant.EPOCH))
        .toList();
  }

  private static KernelConfig config(boolean encrypted, List<OverlayKey> keys, Ip... others) {
    List<Remote> remotes = new ArrayList<>();
    for (int i = 0; i < others.length; i++) {
      remotes.add(new Remote(Ip.v4(10, 0, 9, 4 + i), others[i]));
    }
    Overlay overlay =
        new Overlay(
            4097, Subnet.parse("10.0.9.0/24"), Ip.parse("10.0.9.101"), null, remotes, encrypted);
    return new KernelConfig(1, List.of(overlay), List.of(), Set.of(), List.of(), keys);
  }

  private static Encryption at(Ip node, KernelConfig config) {
    return Encryption.of(node, PORT, config);
  }

  @Test
  void bothEndsWorkOutTheSameAndEachDirectionHasItsOwn() {
    Encryption a = at(A, config(true, keys(1, 3), B));
    Encryption b = at(B, config(true, keys(1, 3), A));
    assertThat(a.states()).isEqualTo(b.states()).hasSize(6);
    assertThat(a.states().values()).doesNotHaveDuplicates();
    assertThat(a.states().keySet())
        .allMatch(id -> id.matches("src \\S+ dst \\S+ proto esp spi 0x[0-9a-f]{8}"));
    assertThat(at(A, config(true, keys(1, 3), B, C)).states())
        .hasSize(12)
        .containsAllEntriesOf(a.states());
  }

  @Test
  void theLastButOneKeyEncryptsAndNothingElseOfTheTrafficIsTouched() {
    Encryption before = at(A, config(true, keys(1, 2), B));
    Encryption after = at(A, config(true, keys(1, 3), B));
    assertThat(before.policies().keySet())
        .isEqualTo(after.policies().keySet())
        .containsExactly(
            "src 10.77.0.1/32 dst 10.77.0.2/32 proto udp dport 4789 dir out mark 0x53344a mask"
                + " 0xffffffff");
    String policy = before.policies().values().iterator().next();
    assertThat(policy).isNotEqualTo(after.policies().values().iterator().next());
    String byFirst = at(A, config(true, keys(1, 1), B)).policies().values().iterator().next();
    assertThat(policy).isEqualTo(byFirst);
  }

  @Test
  void thereIsNothingWithoutEncryptedOverlaysPeersOrKeys() {
    assertThat(at(A, config(false, keys(1, 3), B))).isEqualTo(Encryption.NONE);
    assertThat(at(A, config(true, keys(1, 3)))).isEqualTo(Encryption.NONE);
    assertThat(at(A, config(true, List.of(), B))).isEqualTo(Encryption.NONE);
    assertThat(EncryptionTable.of(config(false, keys(1, 3), B), PORT).networks()).isEmpty();
  }

  @Test
  void aRotationAddsBeforeItChangesAndRemovesLast() {
    KernelConfig before = config(true, keys(1, 3), B);
    KernelConfig after = config(true, keys(2, 4), B);
    EncryptionTable table = EncryptionTable.of(before, PORT);
    ipsec.begin(at(A, before), at(A, after), table, table);
    assertThat(told).hasSize(1);
    List<String> begun = told.get(0).lines().toList();
    assertThat(begun).hasSize(3);
    assertThat(begun.subList(0, 2)).allMatch(line -> line.contains("xfrm state add src"));
    assertThat(begun.get(2)).startsWith("xfrm policy update src 10.77.0.1/32 dst 10.77.0.2/32");

    told.clear();
    ipsec.end(at(A, before), at(A, after), table, table);
    assertThat(told).hasSize(1);
    assertThat(told.get(0).lines())
        .hasSize(2)
        .allMatch(line -> line.contains("xfrm state delete src"));
  }

  @Test
  void packetsAreMarkedBeforeAnOverlayIsThereAndUntilItIsGone() {
    KernelConfig plain = config(false, keys(1, 3), B);
    KernelConfig encrypted = config(true, keys(1, 3), B);
    EncryptionTable none = EncryptionTable.of(plain, PORT);
    EncryptionTable marks = EncryptionTable.of(encrypted, PORT);
    ipsec.begin(at(A, plain), at(A, encrypted), none, marks);
    assertThat(told.get(told.size() - 1))
        .contains("elements = { 0x1001 }", "meta ipsec missing drop", "meta mark set 0x0053344a");
    told.clear();
    ipsec.begin(at(A, encrypted), at(A, plain), marks, none);
    assertThat(told).isEmpty();
    ipsec.end(at(A, encrypted), at(A, plain), marks, none);
    assertThat(told.get(0)).contains("delete table ip swarm4j_esp").doesNotContain("0x1001");
    assertThat(told.get(1)).contains("xfrm policy delete", "xfrm state delete");
  }

  @Test
  void anEncryptedOverlayCarriesSmallerPackets() {
    Overlay overlay = config(true, keys(1, 1), B).overlays().get(0);
    assertThat(overlay.mtu(1450)).isEqualTo(1410);
    assertThat(config(false, keys(1, 1), B).overlays().get(0).mtu(1450)).isEqualTo(1450);
  }

  @Test
  void noSecretShows() {
    Encryption encryption = at(A, config(true, keys(1, 3), B));
    String material =
        encryption.states().values().iterator().next().replaceAll(".*0x(\\S+) 128", "$1");
    assertThat(material).hasSize(40);
    assertThat(encryption.toString()).doesNotContain(material);
    assertThat(config(true, keys(1, 3), B).toString()).doesNotContain("secret of key");
  }
}
