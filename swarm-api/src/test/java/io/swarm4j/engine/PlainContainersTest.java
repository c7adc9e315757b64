package io.swarm4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.docker.EngineAddress;
import io.swarm4j.testing.DockerCli;
import io.swarm4j.testing.DockerCli.Said;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.Feature;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;

/** What one engine does without any swarm works through the socket of a node as well. */
@Tag("docker")
@Timeout(180)
class PlainContainersTest {
  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  private static final String ANSWERS =
      "for i in $(seq 300); do %s && exit; sleep 0.1; done; exit 1";

  /**
   * Testcontainers keeps to the first address that it has heard of, for as long as its JVM lives.
   */
  private static final Path OF_THIS_JVM =
      Path.of(
          System.getProperty("java.io.tmpdir"),
          "swarm4j-plain-" + ProcessHandle.current().pid() + ".sock");

  @TempDir static Path folder;
  private static Swarm swarm;
  private static EngineApi api;

  @BeforeAll
  static void start() {
    DockerCli.requireInstalled();
    swarm = Swarm.builder().name("plain").network(false).start();
    api =
        EngineApi.of(swarm, "m1")
            .engine(EngineAddress.of(HOSTS.host(0).uri()))
            .unixSocket(folder.resolve("m1.sock"))
            .unixSocket(OF_THIS_JVM)
            .start();
    for (int i = 0; i < 100 && docker("images -q").exit() != 0; i++) {
      assertThat(i).as("tries until the engine's version is known").isLessThan(99);
    }
  }

  @AfterAll
  static void stop() {
    if (api != null) {
      api.close();
      swarm.close();
    }
  }

  private static Said docker(String line) {
    return new DockerCli(DockerCli.installed().get(0), api.hosts().get(0), folder)
        .run(line.split(" "));
  }

  private static void app(String name, int port, String options, String image) {
    docker("run -d --name " + name + " -p " + port + ":3000 " + options + " " + image).ok();
  }

  /** What a page of a published port says, once it says so. */
  private static String page(int port, String path) {
    String curl = "curl -sS -f -m 5 http://" + HOSTS.host(0).address() + ":" + port + path;
    return DockerHosts.run(List.of("sh", "-c", ANSWERS.formatted(curl)));
  }

  private static void breakDown(int port) {
    String url = "http://" + HOSTS.host(0).address() + ":" + port + "/critical";
    DockerHosts.run(List.of("sh", "-c", "curl -sS -m 5 " + url + " || true"));
  }

  private static void untilGone(String name) {
    String left = "test -z \"$(docker -H " + HOSTS.host(0).uri() + " ps -aqf name=" + name + ")\"";
    DockerHosts.run(List.of("sh", "-c", ANSWERS.formatted(left)));
  }

  @Test
  @Feature({"A02", "A04"})
  void eachContainerNeedsAPortOfTheHostForItself() {
    app("first", 8088, "--rm", "swarm4j/customer");
    app("second", 8089, "--rm", "swarm4j/customer");
    assertThat(page(8088, "/customer/1")).contains("\"id\":1");
    assertThat(page(8089, "/customer/2")).contains("\"id\":2");

    Said third = docker("run -d --name third -p 8088:3000 swarm4j/customer");
    assertThat(third.exit()).isNotZero();
    assertThat(third.err()).contains("port is already allocated");
    docker("rm -f first second third").ok();
  }

  @Test
  @Feature({"A05", "A06"})
  void anAppThatBreaksDownTakesItsContainerAlongUnlessItIsToBeStartedAgain() {
    app("brittle", 8090, "--rm", "swarm4j/customer");
    app("lasting", 8091, "--restart unless-stopped", "swarm4j/customer");
    page(8090, "/customer/1");
    page(8091, "/customer/1");

    breakDown(8090);
    breakDown(8091);
    untilGone("brittle");
    assertThat(page(8091, "/customer/1")).contains("\"id\":1");
    assertThat(docker("inspect lasting --format {{.RestartCount}}").ok()).isEqualTo("1");
    docker("rm -f lasting").ok();
  }

  /** Programs that talk to engines through Testcontainers have a node's socket in their place. */
  @Test
  void testcontainersHasItsHelperContainersThroughTheSocket() throws Exception {
    System.setProperty("DOCKER_HOST", "unix://" + OF_THIS_JVM);
    try (GenericContainer<?> server = new GenericContainer<>("swarm4j/customer");
        GenericContainer<?> client =
            new GenericContainer<>("swarm4j/base").withCommand("sleep", "1000")) {
      server.start();
      client.start();
      String address = server.getContainerInfo().getNetworkSettings().getIpAddress();
      String curl = "curl -sS -f -m 5 http://" + address + ":3000/customer/1";

      assertThat(client.execInContainer("sh", "-c", ANSWERS.formatted(curl)).getStdout())
          .contains("\"id\":1");
      assertThat(docker("ps -q --no-trunc").ok())
          .contains(server.getContainerId(), client.getContainerId());
    } finally {
      System.clearProperty("DOCKER_HOST");
    }
    assertThat(docker("ps -aq --filter label=org.testcontainers").ok()).isEmpty();
  }

  @Test
  @Feature("A11")
  void servicesOfAProjectFindEachOtherByNameUntilOneIsStopped() {
    docker("network create company_default").ok();
    docker(
            "run -d --name company_customer_1 --network company_default --network-alias customer"
                + " swarm4j/customer")
        .ok();
    app(
        "company_balance_1",
        8092,
        "--network company_default -e MYWEB_CUSTOMER_API=customer:3000",
        "swarm4j/balance");
    assertThat(page(8092, "/balance/1")).contains("\"customer\":{");

    docker("stop -t 0 company_customer_1").ok();
    String url = "http://" + HOSTS.host(0).address() + ":8092/balance/1";
    assertThat(
            DockerHosts.run(
                List.of("curl", "-sS", "-m", "30", "-o", "/dev/null", "-w", "%{http_code}", url)))
        .startsWith("5");

    docker("start company_customer_1").ok();
    assertThat(page(8092, "/balance/1")).contains("\"customer\":{");
    docker("rm -f company_balance_1 company_customer_1").ok();
    docker("network rm company_default").ok();
  }
}
