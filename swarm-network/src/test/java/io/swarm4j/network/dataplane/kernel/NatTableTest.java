package io.swarm4j.network.dataplane.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Ip;
import io.swarm4j.model.PortSpec.Protocol;
import io.swarm4j.network.dataplane.kernel.KernelConfig.PublishedPort;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Target;
import io.swarm4j.network.dataplane.kernel.KernelConfig.VirtualService;
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
    return NatTable.ofTask(List.of(new VirtualService(VIP, all)));
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
    NatTable table =
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
    assertThat(table.elements())
        .isEqualTo(
            Map.of(
                "port", Map.of("6 . 5000", "goto port2"),
                "here", Map.of("10.0.9.3", "", "10.0.9.6", "", "10.0.9.10", "")));
    assertThat(NftListing.read(null).elements()).isEmpty();
  }
}
