package io.swarm4j;

import io.swarm4j.model.ContainerSpecBuilder;
import io.swarm4j.model.RestartPolicy;
import io.swarm4j.model.RolloutRecord;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicyBuilder;
import io.swarm4j.model.UpdateStatus;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;

/** A service {@code pay} on four workers under virtual time, and what is done to its spec. */
abstract class Payroll {
  static final Duration A_MOMENT = Duration.ofMillis(1);

  final SimSwarm sim = SimSwarm.workers(4);
  final Services services = sim.services();

  @AfterEach
  void close() {
    sim.close();
  }

  void create(int replicas, UpdatePolicy policy) {
    create("pay", replicas, policy);
  }

  void create(String name, int replicas, UpdatePolicy policy) {
    ServiceSpec spec = ServiceSpec.of(name, "payroll:1").withReplicas(replicas).withUpdate(policy);
    services.create(
        spec.withTask(
            spec.task().withRestart(RestartPolicy.builder().delay(Duration.ofSeconds(1)).build())));
    sim.converged(name);
    sim.pass(A_MOMENT); // new tasks are to be told from old ones by their time
  }

  static UpdatePolicy policy(Consumer<UpdatePolicyBuilder> change) {
    return UpdatePolicy.DEFAULT.with(change);
  }

  static ServiceSpec container(ServiceSpec spec, Consumer<ContainerSpecBuilder> change) {
    return spec.withTask(spec.task().withContainer(spec.task().container().with(change)));
  }

  static ServiceSpec forced(ServiceSpec spec) {
    return spec.withTask(spec.task().withForceUpdate(spec.task().forceUpdate() + 1));
  }

  void image(String image) {
    services.update("pay", spec -> container(spec, it -> it.image(image)));
    sim.time.settle();
  }

  void force() {
    services.update("pay", Payroll::forced);
    sim.time.settle();
  }

  UpdateStatus status() {
    return Objects.requireNonNull(services.get("pay").updateStatus());
  }

  RolloutRecord record() {
    return services.get("pay").rollouts().get(0);
  }

  /** The tasks of a slot, the newest first. */
  List<Task> slot(int number) {
    return services.tasks("pay").stream()
        .filter(task -> task.slot().equals(new SlotKey.Numbered(number)))
        .toList();
  }

  String imageOf(Task task) {
    return sim.swarm.view().specOf(task).task().container().image();
  }

  /** How many tasks run an image. */
  int on(String image) {
    return (int) sim.running("pay").stream().filter(task -> imageOf(task).equals(image)).count();
  }
}
