package io.swarm4j.sim;

import io.swarm4j.agent.Container;
import io.swarm4j.agent.ImageNames;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.Resources;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs nothing, and tells what would have happened: tasks are state machines with scripted
 * behaviour, by image.
 *
 * <p>What takes no time is done when the call returns, and its stage is complete. Not thread-safe:
 * one thread, that of the loop, owns it.
 */
public final class SimulatedRuntime implements Runtime {
  private final Loop loop;
  private final Chance chance;
  private final Map<String, SimulatedImage> images;
  private final Map<TaskId, SimulatedContainer> containers = new LinkedHashMap<>();
  private NodeDescription description =
      new NodeDescription(
          "simulated",
          new Platform("linux", "amd64"),
          Resources.of(4, 16L << 30),
          "swarm4j-simulated",
          Map.of(),
          List.of());
  private Duration extraDelay = Duration.ZERO;
  private double failures;
  private Consumer<TaskId> starts = task -> {};
  private boolean closed;
  private boolean poweredOff;

  /**
   * A runtime without tasks.
   *
   * @param images behaviour by image reference, with its tag or, for all tags, without; any other
   *     image behaves like {@link SimulatedImage#INSTANT}
   */
  public SimulatedRuntime(Loop loop, Chance chance, Map<String, SimulatedImage> images) {
    this.loop = loop;
    this.chance = chance;
    this.images = new LinkedHashMap<>(images);
  }

  /** Every image does everything at once, and runs for ever. */
  public static SimulatedRuntime instant(Loop loop, Chance chance) {
    return new SimulatedRuntime(loop, chance, Map.of());
  }

  /** Changes how tasks of an image behave that are created from now on. */
  public void behave(String image, SimulatedImage behaviour) {
    images.put(image, behaviour);
  }

  /** Changes what the node says of itself. */
  public void describeAs(NodeDescription said) {
    description = said;
  }

  @Override
  public NodeDescription describe() {
    return description;
  }

  @Override
  public Container create(TaskContext task) {
    if (closed) {
      throw new UnavailableException("the simulated runtime is closed");
    }
    SimulatedContainer container =
        new SimulatedContainer(this, task, behaviour(task.service().task().container().image()));
    containers.put(container.task(), container);
    return container;
  }

  private SimulatedImage behaviour(String reference) {
    SimulatedImage exact = images.get(reference);
    if (exact != null) {
      return exact;
    }
    return images.getOrDefault(ImageNames.repository(reference), SimulatedImage.INSTANT);
  }

  /**
   * What runs or has ended by itself is taken over. All else is removed, so that a start that the
   * earlier life has asked for comes to nothing.
   */
  @Override
  public CompletionStage<List<Container>> recover() {
    List<Container> found = new ArrayList<>();
    for (SimulatedContainer container : List.copyOf(containers.values())) {
      if (container.hasStarted()) {
        found.add(container);
      } else {
        container.remove();
      }
    }
    return CompletableFuture.completedFuture(found);
  }

  /** Has a running task end by itself. Ignored if it does not run. */
  public void crash(TaskId task, int exitCode) {
    SimulatedContainer container = containers.get(task);
    if (container != null) {
      container.end(exitCode, "");
    }
  }

  /** Makes the probes of a task fail or succeed from now on. */
  public void setHealthy(TaskId task, boolean healthy) {
    SimulatedContainer container = containers.get(task);
    if (container != null) {
      container.setHealthy(healthy);
    }
  }

  /**
   * Takes the machine's power away: all tasks are gone, and nobody is told. What is asked from now
   * on is never answered.
   */
  public void powerOff() {
    poweredOff = true;
    containers.values().forEach(SimulatedContainer::vanish);
    containers.clear();
  }

  /** Lets every preparation, start and stop from now on take so much longer. */
  public void slowDown(Duration extra) {
    extraDelay = extra;
  }

  /** Lets preparations and starts fail with this probability, beside what their image does. */
  public void failStarts(double probability) {
    failures = probability;
  }

  /** Lets everything take its usual course again. */
  public void recoverFromFaults() {
    extraDelay = Duration.ZERO;
    failures = 0;
    containers.values().forEach(container -> container.setHealthy(true));
  }

  /** Has {@code listener} told of every start of a task. */
  void onStart(Consumer<TaskId> listener) {
    starts = listener;
  }

  void started(TaskId task) {
    starts.accept(task);
  }

  /** The secrets and configs that a task can read now; empty if it is not here. */
  public List<TaskFile> files(TaskId task) {
    SimulatedContainer container = containers.get(task);
    return container == null ? List.of() : container.files();
  }

  /** The variables of a task; empty if it is not here. */
  public Map<String, String> env(TaskId task) {
    SimulatedContainer container = containers.get(task);
    return container == null ? Map.of() : container.context().env();
  }

  /** Whether a task runs here. */
  public boolean isRunning(TaskId task) {
    SimulatedContainer container = containers.get(task);
    return container != null && container.isRunning();
  }

  /** The tasks that run, in order of creation. */
  public List<TaskId> runningTasks() {
    return containers.values().stream()
        .filter(SimulatedContainer::isRunning)
        .map(SimulatedContainer::task)
        .toList();
  }

  /** What a step takes that would take {@code usual}; null stands for no time. */
  @Nullable Duration stretched(@Nullable Duration usual) {
    if (extraDelay.isZero()) {
      return usual;
    }
    return usual == null ? extraDelay : usual.plus(extraDelay);
  }

  /** How many tasks run. */
  public int running() {
    return (int) containers.values().stream().filter(SimulatedContainer::isRunning).count();
  }

  /** The tasks that were created and not removed, in order of creation. */
  public List<TaskId> tasks() {
    return List.copyOf(containers.keySet());
  }

  /** Whether the power is off. */
  boolean isPoweredOff() {
    return poweredOff;
  }

  Loop loop() {
    return loop;
  }

  /** Whether a step fails this time that does so with the given probability. */
  boolean happens(double probability) {
    double either = Math.max(probability, failures);
    return either > 0 && chance.withProbability(either);
  }

  void forget(SimulatedContainer container) {
    containers.remove(container.task(), container);
  }

  /** Removes all tasks, on the loop. Any thread. */
  @Override
  public void close() {
    loop.execute(
        () -> {
          closed = true;
          List.copyOf(containers.values()).forEach(SimulatedContainer::remove);
        });
  }
}
