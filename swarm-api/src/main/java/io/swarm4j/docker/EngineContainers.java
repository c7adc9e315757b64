package io.swarm4j.docker;

import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Statistics;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.docker.ContainerNetworking.Attachments;
import io.swarm4j.docker.ContainerNetworking.NetworkEndpoint;
import io.swarm4j.model.Ip;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskSpec.LogDriver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one owner does with containers of an engine. All calls block; they can be repeated when
 * their answer was lost.
 */
final class EngineContainers {
  private static final int LAST_LINES = 5;

  private final String owner;
  private final EngineConnection engine;
  private final TaskFiles files;
  private final ContainerNetworking networking;
  private final LogDriver logDriver;

  EngineContainers(
      String owner,
      EngineConnection engine,
      TaskFiles files,
      ContainerNetworking networking,
      LogDriver logDriver) {
    this.owner = owner;
    this.engine = engine;
    this.files = files;
    this.networking = networking;
    this.logDriver = logDriver;
  }

  /** All containers of the owner, whatever their state. */
  List<Container> all() {
    return engine
        .calls()
        .listContainersCmd()
        .withShowAll(true)
        .withLabelFilter(ContainerLabels.of(owner))
        .exec();
  }

  /** Creates a task's container, or finds the one that an unanswered attempt has created. */
  String create(TaskContext task) {
    Attachments networks = networking.attach(task);
    Map<String, Path> mounts = files.write(task);
    ContainerPlan plan = new ContainerPlan(owner, task, logDriver, networks, mounts);
    String image = task.service().task().container().image();
    CreateContainerCmd command = plan.applyTo(engine.calls().createContainerCmd(image));
    String id;
    try {
      id = create(command, task);
    } catch (RuntimeException failure) {
      if (EngineFailures.isOutage(failure)) {
        throw failure;
      }
      files.delete(task.task().id());
      throw EngineFailures.startFailed(failure);
    }
    try {
      networks.endpoints().stream().skip(1).forEach(endpoint -> connect(id, endpoint));
    } catch (RuntimeException failure) {
      if (!EngineFailures.isOutage(failure)) {
        files.delete(task.task().id());
        removeIfPossible(id, failure);
      }
      throw failure;
    }
    return id;
  }

  /** What stays goes with the task, which finds it. */
  private void removeIfPossible(String id, RuntimeException failure) {
    try {
      remove(id);
    } catch (RuntimeException stays) {
      failure.addSuppressed(stays);
    }
  }

  private String create(CreateContainerCmd command, TaskContext task) {
    try {
      return command.exec().getId();
    } catch (ConflictException taken) {
      InspectContainerResponse holder = inspect(ContainerNames.of(task));
      Map<String, String> labels =
          Objects.requireNonNullElse(holder.getConfig().getLabels(), Map.of());
      boolean ours =
          ContainerLabels.task(owner, labels).filter(task.task().id()::equals).isPresent();
      if (!ours) {
        throw taken;
      }
      remove(holder.getId());
      return command.exec().getId();
    }
  }

  private void connect(String id, NetworkEndpoint endpoint) {
    var ipam = new ContainerNetwork.Ipam().withIpv4Address(endpoint.address().toString());
    if (endpoint.ipv6() != null) {
      ipam.withIpv6Address(endpoint.ipv6().toString());
    }
    engine
        .calls()
        .connectToNetworkCmd()
        .withContainerId(id)
        .withNetworkId(endpoint.network())
        .withContainerNetwork(
            new ContainerNetwork().withIpamConfig(ipam).withAliases(endpoint.aliases()))
        .exec();
  }

  void start(String id) {
    engine.calls().startContainerCmd(id).exec();
  }

  InspectContainerResponse inspect(String id) {
    return engine.calls().inspectContainerCmd(id).exec();
  }

  /** The address at which the engine's host reaches a container; null if it has none. */
  @Nullable Ip address(InspectContainerResponse found) {
    if ("host".equals(found.getHostConfig().getNetworkMode())) {
      return Ip.v4(127, 0, 0, 1);
    }
    return found.getNetworkSettings().getNetworks().values().stream()
        .map(ContainerNetwork::getIpAddress)
        .filter(text -> text != null && !text.isEmpty())
        .map(Ip::parse)
        .findFirst()
        .orElse(null);
  }

  /**
   * Whether a container has a port of the host or an address that was chosen for it, which no other
   * can have before the engine has taken it back.
   */
  static boolean isExclusive(InspectContainerResponse found) {
    Ports bound = found.getHostConfig().getPortBindings();
    return "host".equals(found.getHostConfig().getNetworkMode())
        || (bound != null && !bound.getBindings().isEmpty())
        || found.getNetworkSettings().getNetworks().values().stream()
            .map(ContainerNetwork::getIpamConfig)
            .anyMatch(chosen -> chosen != null && chosen.getIpv4Address() != null);
  }

  /** Whether a container has a program that may write and end, even if it stands still now. */
  static boolean runs(InspectContainerResponse found) {
    return Boolean.TRUE.equals(found.getState().getRunning());
  }

  boolean kill(String id, String signal) {
    engine.calls().killContainerCmd(id).withSignal(signal).exec();
    return true;
  }

  /** The end of what a container has written, both streams as they came. */
  String lastWords(String id) throws InterruptedException {
    StringBuffer words = new StringBuffer();
    EngineStream<Frame> reading =
        new EngineStream<>() {
          @Override
          public void onNext(Frame frame) {
            words.append(new String(frame.getPayload(), StandardCharsets.UTF_8));
          }
        };
    engine
        .calls()
        .logContainerCmd(id)
        .withStdOut(true)
        .withStdErr(true)
        .withTail(LAST_LINES)
        .exec(reading);
    reading.await();
    return words.toString();
  }

  /** The task that a container runs; empty if its labels do not tell. */
  Optional<TaskId> task(Container found) {
    return ContainerLabels.task(owner, found.getLabels());
  }

  /**
   * The container of a task whose id is not known, since the answer of its creation was lost.
   *
   * @return its id; empty if there is none
   */
  Optional<String> find(TaskId task) {
    return all().stream()
        .filter(found -> task(found).filter(task::equals).isPresent())
        .map(Container::getId)
        .findFirst();
  }

  /** Removes a container with its anonymous volumes, at once; whether it was there. */
  boolean remove(String id) {
    try {
      engine.calls().removeContainerCmd(id).withForce(true).withRemoveVolumes(true).exec();
      return true;
    } catch (RuntimeException failure) {
      if (EngineFailures.isNotFound(failure)) {
        return false;
      }
      throw failure;
    }
  }

  Statistics statistics(String id) throws InterruptedException {
    FirstResult<Statistics> first = new FirstResult<>();
    engine.streams().statsCmd(id).withNoStream(true).exec(first);
    return first.get();
  }
}
