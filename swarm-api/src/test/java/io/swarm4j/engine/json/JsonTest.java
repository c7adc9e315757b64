package io.swarm4j.engine.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {

  @ParameterizedTest
  @CsvSource({
    "2026-11-26T00:42:03.194305770Z, 2026-11-26T00:42:03.19430577Z",
    "2026-11-26T00:42:03.100Z, 2026-11-26T00:42:03.1Z",
    "2026-11-26T00:42:00Z, 2026-11-26T00:42:00Z",
    "2026-11-26T00:42:03.123456789Z, 2026-11-26T00:42:03.123456789Z"
  })
  void timesHaveNoZeroAtTheirEnd(Instant time, String text) {
    assertThat(Json.time(time)).isEqualTo(text);
  }
}
