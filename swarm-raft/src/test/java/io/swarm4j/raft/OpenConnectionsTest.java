package io.swarm4j.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.time.VirtualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OpenConnectionsTest {
  private final VirtualTime time = new VirtualTime(3);
  private final FakeWires wires = new FakeWires();
  private final OpenConnections connections = new OpenConnections(wires, time.newLoop("peers"));

  @AfterEach
  void close() {
    connections.close();
  }

  @Test
  void eachVoterIsTouchedAgainAndAgain() {
    time.advance(Duration.ofSeconds(2));

    assertThat(wires.touched).hasSizeGreaterThanOrEqualTo(6).contains("b", "c");
    assertThat(wires.dropped).isEmpty();
  }

  @Test
  void aBrokenConnectionIsOpenedAnewUntilItHolds() {
    wires.down.add("b");
    time.advance(Duration.ofSeconds(2));

    assertThat(wires.dropped).hasSizeGreaterThan(1).containsOnly("b");

    wires.down.clear();
    time.advance(Duration.ofSeconds(1));
    wires.dropped.clear();
    time.advance(Duration.ofSeconds(5));
    assertThat(wires.dropped).isEmpty();
  }

  @Test
  void nothingIsTouchedOnceItIsClosed() {
    time.settle();
    connections.close();
    wires.touched.clear();

    time.advance(Duration.ofSeconds(5));

    assertThat(wires.touched).isEmpty();
  }

  private static final class FakeWires implements OpenConnections.Wires {
    final List<String> touched = new ArrayList<>();
    final List<String> dropped = new ArrayList<>();
    final Set<String> down = new TreeSet<>();

    @Override
    public List<String> voters() {
      return List.of("b", "c");
    }

    @Override
    public CompletionStage<?> touch(String member) {
      touched.add(member);
      return down.contains(member)
          ? CompletableFuture.failedFuture(new IOException("connection refused"))
          : CompletableFuture.completedFuture(member);
    }

    @Override
    public void drop(String member, Throwable why) {
      dropped.add(member);
    }
  }
}
