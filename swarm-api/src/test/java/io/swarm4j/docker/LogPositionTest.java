package io.swarm4j.docker;

import static io.swarm4j.agent.LogSink.Stream.STDERR;
import static io.swarm4j.agent.LogSink.Stream.STDOUT;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class LogPositionTest {
  private final LogPosition position = new LogPosition();

  private static Instant at(long second) {
    return Instant.ofEpochSecond(100 + second);
  }

  @Test
  void whatWasReadIsPassedOverOnceItComesAgain() {
    assertThat(position.pass(STDOUT, at(1))).isTrue();
    assertThat(position.pass(STDOUT, at(2))).isTrue();
    assertThat(position.pass(STDOUT, at(2))).isTrue();

    for (int i = 0; i < 2; i++) {
      assertThat(position.rewind()).contains(at(0));
      assertThat(position.pass(STDOUT, at(1))).isFalse();
      assertThat(position.pass(STDOUT, at(2))).isFalse();
      assertThat(position.pass(STDOUT, at(2))).isFalse();
    }
    assertThat(position.pass(STDOUT, at(2))).isTrue();
    assertThat(position.rewind()).contains(at(0));
    assertThat(position.pass(STDOUT, at(2))).isFalse();
    assertThat(position.pass(STDOUT, at(3))).isTrue();
  }

  @Test
  void aLineOfOneStreamMayComeAfterALaterOneOfTheOther() {
    position.pass(STDOUT, at(1));
    position.pass(STDERR, at(3));
    position.rewind();

    assertThat(position.pass(STDERR, at(3))).isFalse();
    assertThat(position.pass(STDOUT, at(2))).isTrue();
  }

  @Test
  void whatWasBeforeTheFirstLineStaysOut() {
    position.pass(STDOUT, at(2));
    position.rewind();
    assertThat(position.pass(STDERR, at(1))).isFalse();
    assertThat(position.pass(STDERR, at(2))).isTrue();

    LogPosition end = new LogPosition();
    assertThat(end.rewind()).isEmpty();
    end.startAt(at(5));
    assertThat(end.rewind()).contains(at(5));
    assertThat(end.pass(STDOUT, at(4))).isFalse();
    assertThat(end.pass(STDOUT, at(5))).isTrue();
  }

  @Test
  void aClockThatGoesBackHidesNothing() {
    position.pass(STDOUT, at(9));
    position.rewind();
    position.pass(STDOUT, at(10));
    assertThat(position.pass(STDOUT, at(4))).isTrue();
  }
}
