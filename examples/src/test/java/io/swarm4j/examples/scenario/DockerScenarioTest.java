package io.swarm4j.examples.scenario;

import io.swarm4j.Swarm;
import io.swarm4j.docker.DockerRuntime;
import io.swarm4j.docker.EngineAddress;
import io.swarm4j.model.Subnet;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Scenarios whose tasks are containers: one machine, with a real Docker Engine of the test bed. */
@Tag("docker")
abstract class DockerScenarioTest extends ScenarioTest {
  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  /** The public images of the scenarios, under their names. */
  @BeforeAll
  static void nameImages() {
    engine().docker("tag", "swarm4j/welcome", "nginx:latest");
    engine().docker("tag", "swarm4j/needsecret", "mysql:latest");
    String check = "HEALTHCHECK --interval=300ms CMD /usr/games/fortune || exit 1";
    String container = engine().docker("create", "swarm4j/cowsay");
    engine().docker("commit", "-c", check, container, "cowsayhealth:latest"); // at a quicker pace
    engine().docker("rm", container);
  }

  static Host engine() {
    return HOSTS.host(0);
  }

  @Override
  Swarm.Builder machines(Swarm.Builder builder) {
    return builder
        .addresses(Subnet.parse(HOSTS.addresses()))
        .runtime(
            (node, time, loop) ->
                DockerRuntime.builder(time, "lab")
                    .engine(EngineAddress.of(engine().uri()))
                    .build());
  }

  /** The one container of a task that runs, on the engine. */
  static String container(String task) {
    return engine().docker("ps", "-q", "--no-trunc", "--filter", "name=" + task);
  }

  /** Runs a line of a shell in the container of a task. */
  static String in(String task, String line) {
    return engine().docker("exec", container(task), "sh", "-c", line);
  }
}
