package io.swarm4j.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {

  @ParameterizedTest
  @CsvSource({
    "0, PT0S",
    "0s, PT0S",
    "5s, PT5S",
    "1m30s, PT1M30S",
    "100ms, PT0.1S",
    "1h, PT1H",
    "2m, PT2M",
    "1.5h, PT1H30M",
    ".5s, PT0.5S",
    "10us, PT0.00001S",
    "10µs, PT0.00001S",
    "7ns, PT0.000000007S",
    "1h2m3s4ms, PT1H2M3.004S"
  })
  void durationsHaveUnits(String text, Duration expected) {
    assertThat(Quantities.duration(text)).isEqualTo(expected);
  }

  @Test
  void bareNumbersAreNoDurations() {
    assertThatThrownBy(() -> Quantities.duration("10"))
        .hasMessage("has no unit; write 10s for seconds");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s",
        "5d",
        "5 s",
        "-5s",
        "1m 30s",
        "5sm",
        "1..5s",
        "1s5",
        "five",
        "99999999999999999999999999999999999999999999999999s"
      })
  void otherTextsAreNoDurations(String text) {
    assertThatThrownBy(() -> Quantities.duration(text))
        .hasMessage("is no duration; write one such as 5s, 1m30s, 100ms or 1h");
  }

  @Test
  void durationsFitNanoseconds() {
    assertThat(Quantities.duration("2562047h")).isEqualTo(Duration.ofHours(2562047));
    assertThatThrownBy(() -> Quantities.duration("2562048h"))
        .hasMessage("is too long; a duration is at most 292 years");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1000000, 1000000",
    "512k, 524288",
    "50M, 52428800",
    "50mb, 52428800",
    "1gb, 1073741824",
    "1GiB, 1073741824",
    "1.5g, 1610612736",
    "2 G, 2147483648",
    "5b, 5",
    "1t, 1099511627776",
    "1p, 1125899906842624",
    "0.3b, 0"
  })
  void sizesArePowersOf1024(String text, long expected) {
    assertThat(Quantities.bytes(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "M", "-1M", "1x", "1e3", "1  M", ".5g", "1,5g"})
  void otherTextsAreNoSizes(String text) {
    assertThatThrownBy(() -> Quantities.bytes(text))
        .hasMessage("is no size; write bytes, or a size such as 512k, 50M or 1gb");
  }

  @Test
  void sizesFitLongs() {
    assertThatThrownBy(() -> Quantities.bytes("9000p")).hasMessageStartingWith("is too large");
  }

  @ParameterizedTest
  @CsvSource({
    "0.5, 500000000",
    "2, 2000000000",
    ".1, 100000000",
    "0.1, 100000000",
    "0.000000001, 1",
    "1.500000000000, 1500000000",
    "1000000, 1000000000000000"
  })
  void cpusAreExact(String text, long expected) {
    assertThat(Quantities.nanoCpus(text)).isEqualTo(expected);
  }

  @Test
  void cpusHaveBounds() {
    assertThatThrownBy(() -> Quantities.nanoCpus("0.0000000001"))
        .hasMessage("is too precise; CPUs have at most 9 decimals");
    assertThatThrownBy(() -> Quantities.nanoCpus("99999999999"))
        .hasMessage("is more CPUs than a node has");
    assertThatThrownBy(() -> Quantities.nanoCpus("1e1"))
        .hasMessage("is no number of CPUs; write one such as 0.5 or 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a b  c        | [a, b, c]
          sh -c 'a  b'  | [sh, -c, a  b]
          "a b"c\\ d    | [a bc d]
          'it''s'       | [its]
          "q\\"q"       | [q"q]
          'a\\b'        | [a\\b]
          a '' b        | [a, , b]
          a #b          | [a]
          a#b           | [a#b]
          ``            | []
          """)
  void wordsAreSplitAsAShellDoes(String line, String expected) {
    assertThat(Words.split(line).toString()).isEqualTo(expected);
  }

  @Test
  void wordsMustBeClosed() {
    assertThatThrownBy(() -> Words.split("a \"b")).hasMessage("the quote \" is not closed");
    assertThatThrownBy(() -> Words.split("a \\"))
        .hasMessage("the backslash at the end keeps nothing");
  }
}
