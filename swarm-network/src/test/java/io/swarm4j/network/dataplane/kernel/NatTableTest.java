package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Ip;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.model.Subnet;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Target;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
import io.swarm4j.network.dataplane.kernel.NatTable.Family;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NatTableTest {
  private static final Ip VIP = Ip.parse("10.0.9.2");

  private static NatTable serving(int endpoints) {
    List<Ip> all =
        IntStream.range(0, endpoints).mapToObj(i -> Ip.v4(10, 1, 0, 0).plus(i + 1)).toList();
    return NatTable.ofTask(Family.V4, List.of(new VirtualService(VIP, all)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 16, 17, 40, 200})
  void everyEndpointGetsAboutItsShareOfTheSlots(int endpoints) {
    Map<String, Map<String, String>> elements = serving(endpoints).elements();
    int slots = Slots.of(endpoints);
    assertThat(elements.get("vip")).isEqualTo(Map.of("10.0.9.2", "goto vip" + slots));
    Map<String, Integer> shares = new TreeMap<>();
    elements.get("vip" + slots).values().forEach(who -> shares.merge(who, 1, Integer::sum));
    assertThat(shares).hasSize(endpoints);
    int least = shares.values().stream().min(Integer::compare).orElseThrow();
    int most = shares.values().stream().max(Integer::compare).orElseThrow();
    assertThat(most - least).isLessThanOrEqualTo(endpoints <= 16 ? 0 : 1);
    assertThat(slots).isLessThanOrEqualTo(Slots.MOST);
  }

  @Test
  void aVirtualAddressThatNobodyServesIsRefused() {
    assertThat(serving(0).elements()).isEqualTo(Map.of("unserved", Map.of("10.0.9.2", "")));
  }

  @Test
  void eachFamilyHasATableOfItsOwn() {
    VirtualService ipv6 =
        new VirtualService(Ip.parse("fd00::2"), List.of(Ip.parse("fd00::3"), Ip.parse("fd00::4")));
    List<VirtualService> both =
        List.of(new VirtualService(VIP, List.of(Ip.parse("10.0.9.3"))), ipv6);
    assertThat(NatTable.ofTask(Family.V4, both).elements())
        .isEqualTo(
            Map.of(
                "vip",
                Map.of("10.0.9.2", "goto vip1"),
                "vip1",
                Map.of("10.0.9.2 . 0", "10.0.9.3")));
    assertThat(NatTable.ofTask(Family.V6, both).create(false))
        .allMatch(command -> command.contains("table ip6 ") || command.contains(" ip6 swarm4j "))
        .contains(
            "add map ip6 swarm4j vip2 { typeof ip6 daddr . numgen inc mod 2 : ip6 daddr; }",
            "add rule ip6 swarm4j vip2 dnat to ip6 daddr . numgen inc mod 2 map @vip2",
            "add element ip6 swarm4j vip { fd00::2 : goto vip2 }",
            "add element ip6 swarm4j vip2 { fd00::2 . 0 : fd00::3, fd00::2 . 1 : fd00::4 }");
    assertThat(NatTable.ofTask(Family.V6, List.of()).isEmpty()).isTrue();
  }

  @Test
  void whoLeavesAnOverlayByIpv6IsMaskedWithoutAnyPublishedPort() {
    Overlay overlay =
        new Overlay(
            4097,
            Subnet.parse("10.0.9.0/24"),
            Ip.parse("10.0.9.101"),
            Subnet.parse("fd00::65/64"),
            List.of(),
            false);
    KernelConfig config = new KernelConfig(1, List.of(overlay), List.of(), Set.of(), List.of());
    assertThat(NatTable.ofHostIpv6(config).create(true))
        .contains(
            "add element ip6 swarm4j subnets { fd00::/64 }",
            "add rule ip6 swarm4j postrouting ip6 saddr @subnets oifname != \"lo\""
                + " oifname != \"s4jb*\" masquerade")
        .noneMatch(command -> command.contains("prerouting"));
    assertThat(NatTable.ofHostIpv6(KernelConfig.empty(1)).isEmpty()).isTrue();
  }

  @Test
  void aChangeConcernsItsOwnElementsOnly() {
    KernelConfig before = config(1, 1_000, -1);
    KernelConfig after = config(2, 1_000, 7);
    List<String> changes =
        NatTable.ofHost(before.without(after)).changesTo(NatTable.ofHost(after.without(before)));
    assertThat(changes)
        .anyMatch(change -> change.startsWith("delete element ip swarm4j port2 { 6 . 1007 . 0 }"))
        .anyMatch(
            change -> change.contains("add element ip swarm4j port2 { 6 . 1007 . 0 : 10.3.0.1"))
        .noneMatch(change -> change.contains("6 . 1008"));
    assertThat(NatTable.ofHost(after).changesTo(NatTable.ofHost(after))).isEmpty();
  }

  private static KernelConfig config(long revision, int ports, int changed) {
    List<PublishedPort> published =
        IntStream.range(0, ports)
            .mapToObj(
                i ->
                    new PublishedPort(
                        null,
                        Protocol.TCP,
                        1_000 + i,
                        List.of(
                            new Target(Ip.v4(10, i == changed ? 3 : 2, 0, 1), 80),
                            new Target(Ip.v4(10, 2, 0, 2), 80))))
            .toList();
    return new KernelConfig(revision, List.of(), published, Set.of(), List.of());
  }

  @Test
  void whatNftListsIsReadBack() {
    Map<String, Map<String, String>> elements =
        NftListing.read(
            """
            table ip swarm4j {
            \tmap port {
            \t\ttypeof meta l4proto . th dport : verdict
            \t\telements = { 6 . 5000 : goto port2 }
            \t}

            \tset here {
            \t\ttype ipv4_addr
            \t\telements = { 10.0.9.3, 10.0.9.6,
            \t\t\t     10.0.9.10 }
            \t}
            }
            """);
    assertThat(elements)
        .isEqualTo(
            Map.of(
                "port", Map.of("6 . 5000", "goto port2"),
                "here", Map.of("10.0.9.3", "", "10.0.9.6", "", "10.0.9.10", "")));
    assertThat(NftListing.read(null)).isEmpty();
  }
}
