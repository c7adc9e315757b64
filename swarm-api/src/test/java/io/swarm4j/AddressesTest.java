package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.NetworkAttachmentSpec;
import io.swarm4j.model.NetworkSpec;
import io.swarm4j.model.NetworkSpec.IpPool;
import io.swarm4j.model.Reason;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What users learn of the addresses of a network, and do about it. */
@Timeout(120)
class AddressesTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Swarm swarm =
      Swarm.builder().name("addresses").network(false).image("app", JvmTask::awaitStop).start();

  @AfterEach
  void close() {
    swarm.close();
  }

  @Test
  void aUsedUpPoolTellsWhoHoldsItAndGrowsWhileTasksWait() {
    IpPool small = IpPool.of("10.9.0.0/29");
    swarm.networks().create(NetworkSpec.overlay("backend").withPools(List.of(small)));
    ServiceSpec web = ServiceSpec.of("web", "app").withReplicas(6);
    swarm
        .services()
        .create(
            web.withTask(web.task().withNetworks(List.of(NetworkAttachmentSpec.of("backend")))));
    assertThat(swarm.await(view -> running() == 4 && waiting() == 2, LONG)).isTrue();

    assertThat(swarm.networks().usage("backend"))
        .singleElement()
        .hasToString("10.9.0.0/29: 5 of 5 addresses");
    assertThat(swarm.networks().holders("backend"))
        .hasSize(5)
        .containsValue(List.of(swarm.services().get("web").id()));
    assertThatThrownBy(() -> swarm.networks().addPool("backend", IpPool.of("10.9.0.0/28")))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("10.9.0.0/28");
    assertThat(swarm.networks().get("backend").spec().pools()).containsExactly(small);

    swarm.networks().addPool("backend", IpPool.of("10.9.1.0/24"));
    assertThat(swarm.services().await("web", LONG)).matches(Convergence::isConverged);
    assertThat(swarm.networks().usage("backend").get(1).held()).isEqualTo(2);
  }

  private long running() {
    return swarm.services().tasks("web").stream()
        .filter(task -> task.state() == TaskState.RUNNING)
        .count();
  }

  private long waiting() {
    return swarm.services().tasks("web").stream().filter(AddressesTest::waitsForAnAddress).count();
  }

  private static boolean waitsForAnAddress(Task task) {
    return task.status().reason() instanceof Reason.Allocation reason
        && reason.detail().contains("5 of 5 addresses are held");
  }
}
