package io.swarm4j.docker;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.Swarm;
import io.swarm4j.docker.EngineProxy.Fate;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Mount;
import io.swarm4j.model.Reason;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RestartPolicy.Backoff;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.store.View;
import io.swarm4j.testing.DockerHosts;
import io.swarm4j.testing.DockerHosts.Host;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What an engine refuses is the typed reason of a task, comes again ever later, leaves nothing. */
@Tag("docker")
@Timeout(240)
class TaskFaultsTest {
  private static final String OWNER = "task-faults-test";
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** Waits longer from the second failure on. */
  private static final RestartPolicy QUICK =
      RestartPolicy.builder()
          .delay(Duration.ofMillis(100))
          .backoff(new Backoff(1, Duration.ofMinutes(5), Duration.ofMinutes(10)))
          .build();

  /** Services that can not run, by name, and the words of their engine. */
  private static final List<Broken> ALL =
      List.of(
          new Broken("registry", Reason.Image.class, "127.0.0.1:1"),
          new Broken("command", Reason.StartFailed.class, "/no-such-command"),
          new Broken("bind", Reason.StartFailed.class, "bind source path does not exist"),
          new Broken("disk", Reason.StartFailed.class, "no space left on device"));

  private record Broken(String name, Class<? extends Reason> reason, String words) {

    ServiceSpec spec() {
      ContainerSpec base = ContainerSpec.of("swarm4j/base");
      ContainerSpec container =
          switch (name) {
            case "registry" -> ContainerSpec.of("127.0.0.1:1/team/app:1");
            case "command" -> base.withCommand(List.of("/no-such-command"));
            case "bind" -> base.withMounts(List.of(Mount.bind("/no/such/folder", "/data")));
            default -> base.withCommand(List.of("sleep", "1000"));
          };
      ServiceSpec plain = ServiceSpec.of(name, "swarm4j/base");
      return plain.withTask(plain.task().withContainer(container).withRestart(QUICK));
    }

    /** Whether its tasks fail as they should, and their slot waits ever longer. */
    boolean isToldIn(View view) {
      List<Task> tasks = view.tasksOf(view.serviceNamed(name).id());
      Optional<Reason> failure =
          tasks.stream().filter(task -> task.state().isTerminal()).findFirst().map(Broken::why);
      return failure
              .filter(why -> reason.isInstance(why) && why.toString().contains(words))
              .isPresent()
          && tasks.stream().anyMatch(task -> why(task) instanceof Reason.CrashLoop);
    }

    private static Reason why(Task task) {
      return task.status().reason();
    }
  }

  @RegisterExtension static final DockerHosts HOSTS = DockerHosts.shared(1);

  @TempDir Path dir;

  @Test
  void whatTheEngineRefusesIsTheReasonOfItsTasksWhichComeEverLaterAndLeaveNothing()
      throws Exception {
    Host host = HOSTS.host(0);
    try (EngineProxy proxy = new EngineProxy(dir.resolve("proxy.sock"), host.socket())) {
      proxy.rule(
          request ->
              request.contains("/containers/create?name=disk.")
                  ? new Fate.Refuse("no space left on device")
                  : Fate.PASS);
      try (Swarm swarm =
          Swarm.builder()
              .network(false)
              .runtime(
                  (node, time, loop) ->
                      DockerRuntime.builder(time, OWNER).engine(proxy.address()).build())
              .start()) {
        ALL.forEach(broken -> swarm.services().create(broken.spec()));

        for (Broken broken : ALL) {
          assertThat(swarm.await(broken::isToldIn, PATIENCE))
              .as(() -> broken + ": " + swarm.view().tasks())
              .isTrue();
        }
        ALL.forEach(broken -> swarm.services().remove(broken.name()));
        assertThat(swarm.await(view -> view.taskCount() == 0, PATIENCE)).isTrue();
      }
      assertThat(host.docker("ps", "-aq", "--filter", "label=io.swarm4j.owner=" + OWNER)).isEmpty();
    }
  }
}
