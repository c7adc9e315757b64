package io.swarm4j.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class BundlesTest {
  private static final Duration SOON = Duration.ofMillis(100);

  private final VirtualTime time = new VirtualTime(5);
  private final Bundles bundles = new Bundles(time.newLoop("manager"));
  private final List<Integer> done = new ArrayList<>();
  private final TreeSet<Instant> moments = new TreeSet<>();

  private void add(int number) {
    bundles.add(
        () -> {
          done.add(number);
          moments.add(time.now());
        });
  }

  @Test
  void allOfAMomentIsDoneAtOnceAndInOrder() {
    add(1);
    time.advance(Duration.ofMillis(5));
    add(2);
    add(3);

    time.advance(SOON);

    assertThat(done).containsExactly(1, 2, 3);
    assertThat(moments).hasSize(1);
  }

  @Test
  void whatComesLaterIsDoneLater() {
    add(1);
    time.advance(SOON);
    add(2);
    time.advance(SOON);

    assertThat(done).containsExactly(1, 2);
    assertThat(moments).hasSize(2);
  }
}
