package io.swarm4j.compose;

import static io.swarm4j.compose.Yml.container;
import static io.swarm4j.compose.Yml.webFaults;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

@Feature({"M18", "N01", "N02"})
class HealthReaderTest {

  @Test
  void textIsForTheShellAndAListNamesItsForm() {
    assertThat(probe("curl x || exit 1")).isEqualTo(new Probe.Shell("curl x || exit 1"));
    assertThat(probe("[CMD-SHELL, curl x]")).isEqualTo(new Probe.Shell("curl x"));
    assertThat(probe("[CMD, curl, x]")).isEqualTo(new Probe.Exec(List.of("curl", "x")));
  }

  @Test
  void allTimesAreTakenOver() {
    assertThat(
            container(
                    "healthcheck: {test: x, interval: 1m30s, timeout: 500ms, retries: 4,"
                        + " start_period: 1h, start_interval: 1s}")
                .health())
        .isEqualTo(
            new HealthCheck(
                new Probe.Shell("x"),
                Duration.ofSeconds(90),
                Duration.ofMillis(500),
                4,
                Duration.ofHours(1),
                Duration.ofSeconds(1)));
  }

  @Test
  void checkOfTheImageCanBeSwitchedOff() {
    assertThat(container("healthcheck: {disable: true}").health()).isEqualTo(HealthCheck.DISABLED);
    assertThat(container("healthcheck: {test: [NONE]}").health()).isEqualTo(HealthCheck.DISABLED);
    assertThat(container("healthcheck: {test: x, disable: false}").health()).isNotNull();
  }

  @Test
  void faultsStandAtTheirKey() {
    assertThat(webFaults("healthcheck: {test: x, disable: true}"))
        .containsExactly(
            "c.yml:1:60: services.web.healthcheck.disable: test and disable exclude each other;"
                + " remove one");
    assertThat(webFaults("healthcheck: {interval: 5s}"))
        .containsExactly(
            "c.yml:1:28: services.web.healthcheck: 'test' is missing; write it, for the times of an"
                + " image's own check cannot be changed alone");
    assertThat(webFaults("healthcheck: {test: [CMD], interval: 1us, retries: -1, tiemout: 5s}"))
        .containsExactly(
            "c.yml:1:42: services.web.healthcheck.test: a value is missing; write a command",
            "c.yml:1:79: services.web.healthcheck.retries: '-1' is no whole number from 0 to"
                + " 2147483647",
            "c.yml:1:83: services.web.healthcheck.tiemout: unknown key; did you mean timeout?");
    assertThat(webFaults("healthcheck: {test: x, interval: 1us}"))
        .containsExactly(
            "c.yml:1:61: services.web.healthcheck.interval: 'PT0.000001S' is refused; write 0"
                + " (default) or at least 1ms");
    assertThat(webFaults("healthcheck: {test: [CMD-SHELL, a, b]}"))
        .containsExactly(
            "c.yml:1:42: services.web.healthcheck.test: CMD-SHELL takes one command line; write it"
                + " as one text");
    assertThat(webFaults("healthcheck: {test: []}"))
        .containsExactly(
            "c.yml:1:42: services.web.healthcheck.test: is empty; write a command line or [CMD,"
                + " program, argument]");
  }

  private static Probe probe(String test) {
    return container("healthcheck: {test: " + test + "}").health().probe();
  }
}
