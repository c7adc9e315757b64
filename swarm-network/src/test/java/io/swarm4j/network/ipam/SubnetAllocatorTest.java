package io.swarm4j.network.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Subnet;
import io.swarm4j.testing.Feature;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubnetAllocatorTest {
  private static final List<Subnet> POOLS = List.of(Subnet.parse("10.0.0.0/8"));

  private static NetworkId network(int number) {
    return new NetworkId(0, number);
  }

  private static Subnet subnet(String text) {
    return Subnet.parse(text);
  }

  @Test
  @Feature("K02")
  void theLowestFreeSubnetIsNext() {
    SubnetAllocator subnets = new SubnetAllocator(List.of());
    for (int i = 0; i < 300; i++) {
      Subnet next = subnets.next(POOLS, 24);
      assertThat(next).isEqualTo(subnet("10." + i / 256 + "." + i % 256 + ".0/24"));
      subnets.take(next, network(i));
    }
    subnets.release(network(7), List.of(subnet("10.0.7.0/24")));
    assertThat(subnets.next(POOLS, 24)).isEqualTo(subnet("10.0.7.0/24"));
  }

  @Test
  void largerAndSmallerNeighboursAndForeignRoutesAreSkipped() {
    SubnetAllocator subnets =
        new SubnetAllocator(List.of(subnet("10.0.2.15/24"), subnet("0.0.0.0/0")));
    subnets.take(subnet("10.0.0.0/23"), network(1));
    subnets.take(subnet("10.0.3.128/25"), network(2));
    assertThat(subnets.next(POOLS, 24)).isEqualTo(subnet("10.0.4.0/24"));
  }

  @Test
  void theNextPoolIsUsedWhenOneIsFull() {
    SubnetAllocator subnets = new SubnetAllocator(List.of());
    List<Subnet> pools = List.of(subnet("10.9.0.0/23"), subnet("10.8.0.0/24"));
    List<Subnet> given = new ArrayList<>();
    for (Subnet next = subnets.next(pools, 24); next != null; next = subnets.next(pools, 24)) {
      subnets.take(next, network(1));
      given.add(next);
    }
    assertThat(given)
        .containsExactly(subnet("10.9.0.0/24"), subnet("10.9.1.0/24"), subnet("10.8.0.0/24"));
  }

  @Test
  void theLastSubnetsOfAFamilyEndTheSearch() {
    SubnetAllocator subnets = new SubnetAllocator(List.of(subnet("255.255.255.0/24")));
    assertThat(subnets.next(List.of(subnet("255.255.255.0/24")), 25)).isNull();
  }

  @Test
  void subnetsOfIpv6WorkAlike() {
    SubnetAllocator subnets = new SubnetAllocator(List.of());
    List<Subnet> pools = List.of(subnet("fd00::/48"));
    subnets.take(subnet("fd00::/64"), network(1));
    assertThat(subnets.next(pools, 64)).isEqualTo(subnet("fd00:0:0:1::/64"));
  }

  @Test
  void aClashNamesWhatIsInTheWay() {
    SubnetAllocator subnets = new SubnetAllocator(List.of(subnet("192.168.0.0/16")));
    subnets.take(subnet("10.0.9.0/25"), network(5));

    SubnetAllocator.Clash clash = subnets.clash(subnet("10.0.9.0/24"), null);
    assertThat(clash.text("backend"))
        .isEqualTo(
            "subnet 10.0.9.0/24 overlaps 10.0.9.0/25 of network 'backend' (" + network(5) + ")");
    assertThat(subnets.clash(subnet("10.0.9.0/24"), network(5))).isNull();
    assertThat(subnets.clash(subnet("192.168.7.0/24"), null).text(""))
        .isEqualTo("subnet 192.168.7.0/24 overlaps 192.168.0.0/16, a route outside the swarm");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void noTwoSubnetsOverlapWhateverIsAskedFor(long seed) {
    Random random = new Random(seed);
    SubnetAllocator subnets = new SubnetAllocator(List.of(subnet("10.0.1.0/24")));
    List<Subnet> held = new ArrayList<>(List.of(subnet("10.0.1.0/24")));
    List<Subnet> pools = List.of(subnet("10.0.0.0/20"));
    for (int step = 0; step < 2_000; step++) {
      Subnet wanted =
          random.nextBoolean()
              ? subnets.next(pools, 22 + random.nextInt(5))
              : subnet("10.0." + random.nextInt(16) + ".0/" + (20 + random.nextInt(7)));
      if (random.nextInt(3) == 0 && held.size() > 1) {
        Subnet gone = held.remove(1 + random.nextInt(held.size() - 1));
        subnets.release(network(1), List.of(gone));
      } else if (wanted != null) {
        boolean free = held.stream().noneMatch(other -> other.overlaps(wanted));
        assertThat(subnets.clash(wanted, null) == null).isEqualTo(free);
        if (free) {
          Subnet aligned = new Subnet(wanted.first(), wanted.prefix());
          subnets.take(aligned, network(1));
          held.add(aligned);
        }
      }
    }
  }
}
