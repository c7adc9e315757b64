package io.swarm4j.network.lb;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PickerTest {

  private static Target target(String id, int weight) {
    return new Target(
        new Backend(id, new InetSocketAddress("127.0.0.1", 1), true, weight), new BackendState(0));
  }

  private static List<Target> targets(int count) {
    List<Target> targets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      targets.add(target("task" + i, 1));
    }
    return targets;
  }

  private static Map<String, Integer> shares(Picker picker, int choices) {
    Map<String, Integer> shares = new TreeMap<>();
    for (int i = 0; i < choices; i++) {
      shares.merge(picker.pick(i, Mix.of(i), t -> true).backend().id(), 1, Integer::sum);
    }
    return shares;
  }

  @Test
  void turnsFollowTheWeights() {
    Picker picker =
        Picker.of(
            Algorithm.ROUND_ROBIN, List.of(target("a", 50), target("b", 10), target("c", 20)));
    assertThat(shares(picker, 80)).isEqualTo(Map.of("a", 50, "b", 10, "c", 20));
    List<String> first = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      first.add(picker.pick(i, 0, t -> true).backend().id());
    }
    assertThat(String.join("", first)).doesNotContain("aaaa").contains("b");
  }

  @Test
  void theFewestConnectionsForTheWeightWin() {
    Target small = target("small", 1);
    Target large = target("large", 3);
    Picker picker = Picker.of(Algorithm.LEAST_CONNECTIONS, List.of(small, large));
    for (int i = 0; i < 40; i++) {
      picker.pick(i, 0, t -> true).state().opened();
    }
    assertThat(small.state().active()).isBetween(9, 11);
    assertThat(large.state().active()).isBetween(29, 31);
  }

  @Test
  void aClientStaysAndTheLoadIsEven() {
    Picker picker = Picker.of(Algorithm.SOURCE_HASH, targets(10));
    for (int client = 0; client < 100; client++) {
      long hash = Mix.of(client);
      assertThat(picker.pick(1, hash, t -> true)).isEqualTo(picker.pick(7, hash, t -> true));
    }
    assertThat(shares(picker, 100_000).values()).allMatch(share -> share > 8_500 && share < 11_500);
  }

  @Test
  void fewClientsMoveWhenABackendGoes() {
    List<Target> ten = targets(10);
    Picker before = Picker.of(Algorithm.SOURCE_HASH, ten);
    Picker after = Picker.of(Algorithm.SOURCE_HASH, ten.subList(0, 9));
    int moved = 0;
    for (int i = 0; i < 10_000; i++) {
      Target old = before.pick(0, Mix.of(i), t -> true);
      Target now = after.pick(0, Mix.of(i), t -> true);
      moved += old.equals(ten.get(9)) || old.equals(now) ? 0 : 1;
    }
    assertThat(moved).as("of about 9,000 whose backend is still there").isLessThan(900);
  }

  @Test
  void whoIsNotEligibleIsPassedOver() {
    List<Target> two = targets(2);
    for (Algorithm algorithm : Algorithm.values()) {
      Picker picker = Picker.of(algorithm, two);
      assertThat(picker.pick(0, 5, t -> t == two.get(1))).isEqualTo(two.get(1));
      assertThat(picker.pick(0, 5, t -> false)).isNull();
      assertThat(Picker.of(algorithm, List.of()).pick(0, 5, t -> true)).isNull();
    }
  }

  @Test
  void aNewBackendIsDueMoreOftenAsItAges() {
    BackendState state = new BackendState(1_000);
    int[] due = new int[3];
    for (int turn = 0; turn < 10_000; turn++) {
      due[0] += state.isDue(1_000, 1_000, turn) ? 1 : 0;
      due[1] += state.isDue(1_500, 1_000, turn) ? 1 : 0;
      due[2] += state.isDue(2_000, 1_000, turn) ? 1 : 0;
    }
    assertThat(due[0]).isZero();
    assertThat(due[1]).isBetween(4_500, 5_500);
    assertThat(due[2]).isEqualTo(10_000);
  }
}
