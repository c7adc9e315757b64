package io.swarm4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecFaultsTest {

  @Test
  void allFaultsOfAValueAreReportedTogetherEachWithItsPathValueAndRemedy() {
    InvalidSpecException refused =
        catchThrowableOfType(
            InvalidSpecException.class,
            () ->
                ContainerSpec.builder()
                    .image("not an image")
                    .stopSignal("please")
                    .stopGracePeriod(Duration.ofSeconds(-1))
                    .mounts(List.of(Mount.volume("a", "/x"), Mount.volume("b", "/x")))
                    .exposedPorts(List.of(80, 70_000))
                    .env(Map.of("A B", "1"))
                    .build());

    assertThat(refused.faults())
        .extracting(Fault::path)
        .containsExactly(
            "ContainerSpec.image",
            "ContainerSpec.stopGracePeriod",
            "ContainerSpec.stopSignal",
            "ContainerSpec.mounts[1]",
            "ContainerSpec.env",
            "ContainerSpec.exposedPorts");
    assertThat(refused)
        .hasMessageStartingWith("6 faults: ")
        .hasMessageContaining("INVALID ContainerSpec.image: 'not an image' (accepted: ");
    assertThat(refused.faults().get(3).code()).isEqualTo(Fault.Code.DUPLICATE);
  }

  @Test
  void aFaultIsToldWithThePathOfItsParent() {
    Fault inner = new Fault(Fault.Code.INVALID, "published", "0", "1 to 65535");

    assertThat(inner.under("ports[1]").under("endpoint").path())
        .isEqualTo("endpoint.ports[1].published");
    assertThat(new Fault(Fault.Code.MISSING, "[2]", "", "").under("list").path())
        .isEqualTo("list[2]");
    assertThat(new Fault(Fault.Code.MISSING, "", "", "").under("root").path()).isEqualTo("root");
  }

  @ParameterizedTest
  @ValueSource(strings = {"web", "Web-1", "a", "a_b", "0", "a--b"})
  void namesOfServices(String name) {
    assertThat(ServiceSpec.of(name, "nginx").name()).isEqualTo(name);
    assertThat(ServiceSpec.of("a".repeat(63), "nginx").name()).hasSize(63);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "-web", "web-", "we b", "web.1", "ä"})
  void namesThatNoServiceMayHave(String name) {
    assertThatThrownBy(() -> ServiceSpec.of(name, "nginx"))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("ServiceSpec.name: '" + name + "'");
    assertThatThrownBy(() -> ServiceSpec.of("a".repeat(64), "nginx"))
        .isInstanceOf(InvalidSpecException.class);
  }

  @Test
  @Timeout(5)
  void evilNamesCostNoTime() {
    assertThatThrownBy(() -> ServiceSpec.of("a".repeat(62) + "!", "nginx"))
        .isInstanceOf(InvalidSpecException.class);
    assertThatThrownBy(() -> SecretSpec.of("a-".repeat(31) + "!", "x"))
        .isInstanceOf(InvalidSpecException.class);
    assertThatThrownBy(() -> ContainerSpec.of("a/".repeat(250) + "!"))
        .isInstanceOf(InvalidSpecException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nginx",
        "nginx:1.25",
        "registry:5000/team/app:1.2",
        "a/b/c",
        "nginx@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "nginx:1@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
      })
  @Feature("E14")
  void imageReferences(String image) {
    assertThat(ContainerSpec.of(image).image()).isEqualTo(image);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", ":1", "nginx:", "nginx@sha256:xyz", "/nginx", "a//b"})
  void malformedImageReferences(String image) {
    assertThatThrownBy(() -> ContainerSpec.of(image))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("ContainerSpec.image");
  }

  static Stream<Runnable> durations() {
    Duration tooLong = Duration.ofNanos(Long.MAX_VALUE).plusNanos(1);
    return Stream.of(Duration.ofNanos(-1), tooLong, Duration.ofSeconds(Long.MAX_VALUE))
        .flatMap(
            bad ->
                Stream.<Runnable>of(
                    () -> RestartPolicy.builder().delay(bad).build(),
                    () -> RestartPolicy.builder().window(bad).build(),
                    () -> new RestartPolicy.Backoff(1, bad, Duration.ZERO),
                    () -> UpdatePolicy.builder().delay(bad).build(),
                    () -> UpdatePolicy.builder().monitor(bad).build(),
                    () -> new DisconnectPolicy.ReplaceAfter(bad),
                    () -> ClusterSpec.DEFAULT.withHeartbeatPeriod(bad),
                    () -> ClusterSpec.DEFAULT.withOrphanAfter(bad),
                    () -> new HealthCheck(new Probe.Disabled(), bad, null, 0, null, null)));
  }

  @ParameterizedTest
  @MethodSource("durations")
  void negativeAndOverlongDurationsAreRefused(Runnable make) {
    assertThatThrownBy(make::run)
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("292 years");
  }

  @Test
  void theLongestDurationsOverflowNowhere() {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE);
    RestartPolicy.Backoff backoff = new RestartPolicy.Backoff(1, longest, longest);

    assertThat(backoff.delay(Duration.ofSeconds(5), 1_000)).isEqualTo(longest);
    assertThat(backoff.delay(Duration.ZERO, 3)).isEqualTo(Duration.ofSeconds(4));
    assertThat(backoff.delay(longest, 1_000)).isEqualTo(longest);
    assertThat(RestartPolicy.Backoff.OFF.delay(Duration.ofSeconds(5), 1_000))
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new ServiceMode.Replicated(-1)).hasMessageContaining("0 or more");
    assertThatThrownBy(() -> new ServiceMode.ReplicatedJob(0, 0))
        .hasMessageStartingWith("2 faults");
    assertThatThrownBy(() -> UpdatePolicy.builder().maxFailureRatio(Double.NaN).build())
        .hasMessageContaining("0 to 1");
    assertThatThrownBy(() -> PortSpec.ingress(65_536, 0)).hasMessageStartingWith("2 faults");
    assertThatThrownBy(() -> new ResourceRequirements(null, Resources.of(0.0001, 1), -1))
        .hasMessageStartingWith("3 faults");
  }

  @Test
  void jobsAndGlobalServicesRefuseWhatMakesNoSense() {
    ServiceSpec spec = ServiceSpec.of("web", "nginx").withUpdate(UpdatePolicy.DEFAULT);

    assertThatThrownBy(() -> spec.withMode(new ServiceMode.GlobalJob()))
        .hasMessageContaining("jobs may not have one");
    Placement limited = Placement.ANYWHERE.withMaxReplicasPerNode(2);
    assertThatThrownBy(
            () ->
                spec.withTask(spec.task().withPlacement(limited))
                    .withMode(new ServiceMode.Global()))
        .hasMessageContaining("one task per node anyway");
  }

  @Test
  void anUnsetRequiredFieldIsAFaultAndNoNullPointer() {
    assertThatThrownBy(() -> ServiceSpec.builder().build())
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageStartingWith("2 faults: MISSING ServiceSpec.task");
  }
}
