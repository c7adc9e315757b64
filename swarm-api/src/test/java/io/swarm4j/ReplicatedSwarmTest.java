package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.ConflictException;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.ServiceSpec;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A swarm whose managers replicate their state, in one JVM. */
@Timeout(180)
class ReplicatedSwarmTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private Swarm.Builder builder(int managers) {
    return Swarm.builder()
        .managers(managers)
        .workers(1)
        .dataDirectory(directory)
        .network(false)
        .startTimeout(PATIENCE)
        .image("app", task -> task.awaitStop());
  }

  @Test
  void threeManagersRunAServiceAndKnowItAgainAfterARestart() {
    try (Swarm swarm = builder(3).start()) {
      swarm.services().create(ServiceSpec.of("web", "app").withReplicas(4));
      swarm.services().await("web", PATIENCE);
    }

    try (Swarm swarm = builder(3).start()) {
      assertThat(swarm.view().serviceNamed("web")).isNotNull();
      swarm.services().await("web", PATIENCE);
      assertThat(swarm.view().nodes()).hasSize(4);
    }
  }

  @Test
  void everyManagersStandingIsInTheStore() {
    try (Swarm swarm = builder(3).start()) {
      boolean shown =
          swarm.await(
              view ->
                  view.nodes().stream()
                          .filter(node -> node.manager() != null && node.manager().leader())
                          .count()
                      == 1,
              PATIENCE);

      assertThat(shown).as("one leader in %s", swarm.view().nodes()).isTrue();
      assertThat(swarm.view().nodes())
          .filteredOn(node -> node.role() == NodeRole.MANAGER)
          .hasSize(3)
          .allMatch(node -> node.manager() != null && node.manager().reachable());
    }
  }

  @Test
  void theStateOfASingleManagerIsNotTakenForThatOfSeveral() {
    builder(1).start().close();

    assertThatThrownBy(() -> builder(3).start())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("start it with one manager");
  }

  @Test
  void aSwarmIsNotStartedWithOtherManagersThanItHad() {
    builder(3).start().close();

    assertThatThrownBy(() -> builder(4).start())
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("m4")
        .hasMessageContaining("the managers that it had");
  }
}
