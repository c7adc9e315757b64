package io.swarm4j.docker;

import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.Runtime;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.RuntimeContract;
import io.swarm4j.testing.ShellPrograms;
import io.swarm4j.testing.TestProgram;
import io.swarm4j.time.Time;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The Docker runtime does on a real engine what every runtime must do. */
@Tag("docker")
class DockerRuntimeContractTest extends RuntimeContract {
  private static final AtomicInteger COUNT = new AtomicInteger();

  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  @Override
  protected Runtime open(Time time, Path dir, Map<String, HealthCallback> callbacks) {
    DockerRuntime.Builder builder =
        DockerRuntime.builder(time, "contract-" + COUNT.incrementAndGet())
            .engine(EngineAddress.of(HOSTS.host(0).uri()))
            .logRotation(LOG_BYTES / 2, 2);
    callbacks.forEach(builder::callback);
    return builder.build();
  }

  @Override
  protected ContainerSpec program(TestProgram program, String... args) {
    return ContainerSpec.of("swarm4j/base").withCommand(command(program)).withArgs(List.of(args));
  }

  private static List<String> command(TestProgram program) {
    return switch (program) {
      case SERVER -> List.of("sh", "-c", "PORT=$1 exec app probed", "sh");
      case CONFIG -> List.of("sh", "-c", "cat \"/$1\"", "sh");
      default -> ShellPrograms.command(program);
    };
  }

  @Override
  protected List<String> leftovers(Path directory) {
    String containers =
        HOSTS.host(0).docker("ps", "-aq", "--filter", "label=io.swarm4j.owner=contract-" + COUNT);
    return containers.lines().toList();
  }
}
