package io.swarm4j.network.ipam;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.Id;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPoolTest {
  private static final ServiceId SERVICE = new ServiceId(0, 1);

  private static TaskId task(int number) {
    return new TaskId(0, number);
  }

  private static Ip ip(String text) {
    return Ip.parse(text);
  }

  private final AddressPool pool = new AddressPool(IpPool.of("10.0.9.0/24"));

  @ParameterizedTest
  @ValueSource(strings = {"10.0.9.0/24|10.0.9.2|10.0.9.3", "fd00::/64|fd00::2|fd00::3"})
  void addressesAreGivenInAscendingOrderBehindTheGateway(String row) {
    String[] columns = row.split("\\|");
    AddressPool fresh = new AddressPool(IpPool.of(columns[0]));
    assertThat(fresh.allocate(task(1))).isEqualTo(ip(columns[1]));
    assertThat(fresh.allocate(task(2))).isEqualTo(ip(columns[2]));
  }

  @Test
  void aFreedAddressIsUsedAgainLast() {
    pool.allocate(task(1));
    Ip second = pool.allocate(task(2));
    pool.release(second, task(2));
    Ip last = second;
    for (int i = 3; i <= 253; i++) {
      last = pool.allocate(task(i));
    }
    assertThat(last).isEqualTo(ip("10.0.9.254"));
    assertThat(pool.allocate(task(255))).isEqualTo(second);
    assertThat(pool.allocate(task(256))).isNull();
    assertThat(pool.held()).isEqualTo(253);
    assertThat(pool.total()).isEqualTo(253);
  }

  @Test
  void addressesAreReusedInTheOrderInWhichTheyWereFreed() {
    for (int i = 1; i <= 253; i++) {
      pool.allocate(task(i));
    }
    for (int i : new int[] {40, 7, 99}) {
      pool.release(ip("10.0.9." + (i + 1)), task(i));
    }
    assertThat(pool.allocate(task(1001))).isEqualTo(ip("10.0.9.41"));
    assertThat(pool.allocate(task(1002))).isEqualTo(ip("10.0.9.8"));
    assertThat(pool.allocate(task(1003))).isEqualTo(ip("10.0.9.100"));
  }

  @Test
  void aFreedAddressCoolsDownUnlessNobodyHasUsedIt() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    CoolDown coolDown = new CoolDown(Duration.ofSeconds(2), now::get);
    AddressPool cooling = new AddressPool(IpPool.of("10.0.9.0/29"), coolDown);
    for (int i = 1; i <= 5; i++) {
      cooling.allocate(task(i));
    }
    assertThat(cooling.untilNext()).isNull();
    cooling.release(ip("10.0.9.3"), task(2));
    cooling.giveBack(ip("10.0.9.5"), task(4));

    assertThat(cooling.allocate(task(6))).isEqualTo(ip("10.0.9.5"));
    assertThat(cooling.allocate(task(7))).isNull();
    assertThat(cooling.untilNext()).isEqualTo(Duration.ofSeconds(2));
    assertThat(cooling.held()).isEqualTo(4);
    now.set(Instant.ofEpochSecond(2));
    assertThat(cooling.allocate(task(7))).isEqualTo(ip("10.0.9.3"));
  }

  @Test
  void onlyTheHolderCanRelease() {
    Ip first = pool.allocate(task(1));
    assertThat(pool.release(first, task(2))).isFalse();
    assertThat(pool.release(first, task(1))).isTrue();
    assertThat(pool.release(first, task(1))).isFalse();
    assertThat(pool.held()).isZero();
  }

  @Test
  void rangeGatewayAndReservedAddressesAreRespected() {
    AddressPool narrow =
        new AddressPool(
            new IpPool(
                Subnet.parse("10.1.0.0/16"),
                Subnet.parse("10.1.2.0/29"),
                ip("10.1.2.1"),
                Map.of("router", ip("10.1.2.3"))));
    assertThat(narrow.total()).isEqualTo(6);
    for (String expected :
        new String[] {"10.1.2.0", "10.1.2.2", "10.1.2.4", "10.1.2.5", "10.1.2.6", "10.1.2.7"}) {
      assertThat(narrow.allocate(task(expected.hashCode()))).isEqualTo(ip(expected));
    }
    assertThat(narrow.allocate(task(9))).isNull();
    assertThat(narrow.reserve(ip("10.1.2.3"), SERVICE, holder -> false)).isFalse();
    assertThat(narrow.reserve(ip("10.1.99.1"), SERVICE, holder -> false)).isTrue();
    assertThat(narrow.held()).isEqualTo(6);
  }

  @Test
  void aReservedAddressGoesFromTaskToTaskAndToNobodyElse() {
    Ip fixed = ip("10.0.9.3");
    assertThat(pool.reserve(fixed, SERVICE, holder -> false)).isTrue();
    assertThat(pool.allocate(task(1))).isEqualTo(ip("10.0.9.2"));
    assertThat(pool.allocate(task(2))).isEqualTo(ip("10.0.9.4"));

    assertThat(pool.take(fixed, SERVICE, task(3))).isTrue();
    assertThat(pool.take(fixed, SERVICE, task(4))).isFalse();
    pool.release(fixed, task(3));
    assertThat(pool.holder(fixed)).isEqualTo(SERVICE);
    assertThat(pool.take(fixed, SERVICE, task(4))).isTrue();

    pool.unreserve(fixed, SERVICE);
    assertThat(pool.holder(fixed)).isEqualTo(task(4));
    pool.release(fixed, task(4));
    assertThat(pool.holder(fixed)).isNull();
  }

  @Test
  void anAddressThatIsHeldCanNotBeReserved() {
    Ip first = pool.allocate(task(1));
    assertThat(pool.reserve(first, SERVICE, holder -> false)).isFalse();
    assertThat(pool.reserve(first, SERVICE, holder -> holder.equals(task(1)))).isTrue();
    assertThat(pool.holder(first)).isEqualTo(task(1));
  }

  @Test
  void afterARestartTheOrderGoesOnBehindTheHighestAddress() {
    pool.restore(ip("10.0.9.9"), task(1));
    pool.restore(ip("10.0.9.5"), task(2));
    assertThat(pool.restore(ip("10.0.9.5"), task(3))).isFalse();
    assertThat(pool.allocate(task(4))).isEqualTo(ip("10.0.9.10"));
    assertThat(pool.held()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatIsHeldIsWhatAPlainMapSays(long seed) {
    Random random = new Random(seed);
    AddressPool small =
        new AddressPool(
            new IpPool(Subnet.parse("10.0.9.0/27"), null, null, Map.of("x", ip("10.0.9.17"))));
    Map<Ip, Id> model = new TreeMap<>();
    Map<Ip, Id> reserved = new HashMap<>();
    for (int step = 0; step < 5_000; step++) {
      Ip any = ip("10.0.9." + random.nextInt(32));
      TaskId task = task(step);
      switch (random.nextInt(7)) {
        case 0, 1, 2 -> {
          Ip given = small.allocate(task);
          assertThat(given == null).isEqualTo(model.size() == 28);
          if (given != null) {
            assertThat(model.put(given, task)).isNull();
          }
        }
        case 3, 4 -> {
          Id holder = model.get(any);
          if (holder instanceof TaskId) {
            assertThat(small.release(any, holder)).isTrue();
            model.remove(any);
            if (reserved.containsKey(any)) {
              model.put(any, reserved.get(any));
            }
          } else {
            assertThat(small.release(any, task)).isFalse();
          }
        }
        case 5 -> {
          boolean possible =
              small.isUsable(any) && (!model.containsKey(any) || reserved.containsKey(any));
          assertThat(small.reserve(any, SERVICE, holder -> false)).isEqualTo(possible);
          if (possible && reserved.put(any, SERVICE) == null) {
            model.put(any, SERVICE);
          }
        }
        default -> {
          if (random.nextBoolean()) {
            boolean idle = SERVICE.equals(model.get(any));
            assertThat(small.take(any, SERVICE, task)).isEqualTo(idle);
            if (idle) {
              model.put(any, task);
            }
          } else {
            small.unreserve(any, SERVICE);
            if (reserved.remove(any) != null) {
              model.remove(any, SERVICE);
            }
          }
        }
      }
      assertThat(small.holders()).isEqualTo(model);
      assertThat(small.held()).isEqualTo(model.size());
    }
  }
}
