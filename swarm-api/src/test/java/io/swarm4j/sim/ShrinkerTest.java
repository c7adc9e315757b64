package io.swarm4j.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShrinkerTest {

  @Test
  void whatIsNotNeededIsLeftOut() {
    assertThat(Shrinker.shrink(64, kept -> kept.get(3) && kept.get(40) && kept.get(63)).stream())
        .containsExactly(3, 40, 63);
  }

  @Test
  void aSingleCauseIsFoundQuickly() {
    int[] trials = new int[1];

    assertThat(
            Shrinker.shrink(
                1_000,
                kept -> {
                  trials[0]++;
                  return kept.get(777);
                })
                .stream())
        .containsExactly(777);
    assertThat(trials[0]).isLessThan(60);
  }

  @Test
  void whenEverythingIsNeededEverythingStays() {
    assertThat(Shrinker.shrink(8, kept -> kept.cardinality() == 8).cardinality()).isEqualTo(8);
  }
}
