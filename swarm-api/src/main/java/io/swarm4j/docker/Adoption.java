package io.swarm4j.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.Container;
import io.swarm4j.model.TaskId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Goes through what earlier lives of a runtime have left on its engine: what runs, or has ended by
 * itself, is taken over, all else removed. Can be repeated until it comes to its end; for one
 * thread at a time.
 */
final class Adoption {
  private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
  private static final List<String> WORTH_KEEPING = List.of("running", "paused", "exited");

  private final DockerRuntime runtime;
  private final Map<String, DockerContainer> adopted = new LinkedHashMap<>();
  private final Map<String, CompletionStage<Void>> removals = new LinkedHashMap<>();

  Adoption(DockerRuntime runtime) {
    this.runtime = runtime;
  }

  /** Asks the engine, and does what is left to do. Blocks. */
  Adoption carryOut() {
    Set<TaskId> kept = new HashSet<>(runtime.tasks());
    for (Container found : runtime.onEngine().all()) {
      Optional<TaskId> task = runtime.onEngine().task(found);
      boolean known = task.isPresent() && kept.contains(task.get());
      if (known || runtime.knows(found.getId()) || removals.containsKey(found.getId())) {
        continue; // of this life, or seen to before an interruption
      }
      if (task.isPresent() && adopt(task.get(), found.getId())) {
        kept.add(task.get());
      } else {
        String name = ContainerNames.shown(found.getNames()[0]);
        removals.put(
            found.getId(),
            runtime.removals().remove(found.getId(), task.orElse(null), name).tried());
      }
    }
    runtime.files().deleteAllBut(kept);
    return this;
  }

  /** What was taken over, once the removal of all else has been tried. */
  CompletionStage<List<io.swarm4j.agent.Container>> result() {
    CompletableFuture<?>[] all =
        removals.values().stream()
            .map(CompletionStage::toCompletableFuture)
            .toArray(CompletableFuture[]::new);
    return CompletableFuture.allOf(all).thenApply(tried -> List.copyOf(adopted.values()));
  }

  private boolean adopt(TaskId task, String id) {
    try {
      InspectContainerResponse found = runtime.onEngine().inspect(id);
      String status = Objects.requireNonNullElse(found.getState().getStatus(), "");
      if (!WORTH_KEEPING.contains(status)) {
        return false;
      }
      DockerContainer container = new DockerContainer(task, found, runtime);
      runtime.adopted(id, container);
      adopted.put(id, container);
      Integer pid = found.getState().getPid();
      runtime
          .networking()
          .adopted(task, pid == null ? 0 : pid, found.getNetworkSettings().getNetworks().keySet());
      container.look();
      LOG.info("container={} of an earlier life is taken over, it is {}", found.getName(), status);
      return true;
    } catch (RuntimeException failure) {
      if (EngineFailures.isNotFound(failure)) {
        return false;
      }
      throw failure;
    }
  }
}
