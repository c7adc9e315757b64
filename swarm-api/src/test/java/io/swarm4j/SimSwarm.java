package io.swarm4j;

import io.swarm4j.model.Node;
import io.swarm4j.model.Service;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskState;
import io.swarm4j.sim.SimulatedImage;
import io.swarm4j.sim.SimulatedRuntime;
import io.swarm4j.time.VirtualTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A swarm under virtual time whose tasks are simulated; managers m1…, workers w1…. */
final class SimSwarm implements AutoCloseable {
  static final Duration LONG = Duration.ofSeconds(60);

  final VirtualTime time = new VirtualTime(1);
  final Map<String, SimulatedRuntime> runtimes = new LinkedHashMap<>();
  final Swarm swarm;

  private SimSwarm(int workers) {
    swarm =
        Swarm.builder()
            .workers(workers)
            .time(time)
            .network(false)
            .runtime(
                (node, unused, loop) -> {
                  SimulatedRuntime runtime = SimulatedRuntime.instant(loop, time.newChance());
                  runtimes.put(node.name(), runtime);
                  return runtime;
                })
            .start();
  }

  /** One manager and some workers. */
  static SimSwarm workers(int workers) {
    return new SimSwarm(workers);
  }

  Services services() {
    return swarm.services();
  }

  Nodes nodes() {
    return swarm.nodes();
  }

  Service converged(String service) {
    Convergence outcome = services().await(service, LONG);
    if (outcome instanceof Convergence.Converged converged) {
      return converged.service();
    }
    throw new AssertionError(service + " did not converge: " + outcome);
  }

  /** Changes how tasks of an image behave that start from now on, on all nodes. */
  void behave(String image, SimulatedImage behaviour) {
    runtimes.values().forEach(runtime -> runtime.behave(image, behaviour));
  }

  void pass(Duration span) {
    time.advance(span);
  }

  /** Tasks of a service that are wanted, by slot. */
  List<Task> wanted(String service) {
    return services().tasks(service).stream().filter(Task::isDesiredAlive).toList();
  }

  /** Tasks of a service that run and are wanted, by slot. */
  List<Task> running(String service) {
    return wanted(service).stream().filter(task -> task.state() == TaskState.RUNNING).toList();
  }

  /** Where a task runs. */
  String host(Task task) {
    Node node = task.nodeId() == null ? null : swarm.view().node(task.nodeId());
    return node == null ? "" : node.hostname();
  }

  /** Where a service's tasks run. */
  Set<String> hosts(String service) {
    Set<String> hosts = new TreeSet<>();
    running(service).forEach(task -> hosts.add(host(task)));
    return hosts;
  }

  /** Has the application of a task end with an exit code. */
  void crash(Task task, int exitCode) {
    runtimes.get(host(task)).crash(task.id(), exitCode);
    time.settle();
  }

  @Override
  public void close() {
    swarm.close();
  }
}
