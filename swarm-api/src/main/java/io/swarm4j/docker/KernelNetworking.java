package io.swarm4j.docker;

import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import com.github.dockerjava.api.model.Network.Ipam;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.Attachment;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.TaskId;
import io.swarm4j.network.dataplane.kernel.KernelConfig.Overlay;
import io.swarm4j.network.dataplane.kernel.KernelNode;
import io.swarm4j.network.dataplane.kernel.NetworkNamespace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings containers onto the overlays of a {@link KernelNode}: one bridge network of the engine for
 * each, on the bridge that the data plane has made, as long as a task is on it.
 */
final class KernelNetworking implements ContainerNetworking {
  private static final Logger LOG = LoggerFactory.getLogger(KernelNetworking.class);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String PREFIX = "swarm4j-";

  private final EngineConnection engine;
  private final CompletableFuture<KernelNode> node;
  private final Map<TaskId, Set<String>> used = new HashMap<>();
  private final Set<String> unused = new TreeSet<>();

  /**
   * Makes networks on an engine.
   *
   * @param engine the connection of the runtime whose containers come onto them
   */
  KernelNetworking(EngineConnection engine, CompletableFuture<KernelNode> node) {
    this.engine = engine;
    this.node = node;
  }

  @Override
  public Attachments attach(TaskContext task) {
    List<Attachment> attachments = task.task().attachments();
    if (attachments.isEmpty()) {
      return new Attachments("bridge", List.of(), List.of(), Map.of(), List.of());
    }
    Map<NetworkId, Overlay> overlays =
        await(node.thenCompose(present -> present.ready(task.task())), "its networks");
    int mtu = await(node.thenCompose(KernelNode::mtu), "the size of packets");
    List<NetworkEndpoint> endpoints = new ArrayList<>();
    List<String> nameservers = new ArrayList<>();
    for (Attachment attachment : attachments) {
      Overlay overlay = overlays.get(attachment.network());
      if (overlay != null && attachment.address().isV4()) {
        String name = PREFIX + attachment.network();
        provide(task.task().id(), name, overlay, overlay.mtu(mtu));
        Ip ipv6 = overlay.ipv6() == null ? null : ipv6(attachments, attachment.network());
        endpoints.add(new NetworkEndpoint(name, attachment.address(), ipv6, attachment.aliases()));
        nameservers.add(overlay.address().toString());
      }
    }
    return new Attachments(
        endpoints.get(0).network(), endpoints, nameservers.subList(0, 1), Map.of(), List.of());
  }

  private static @Nullable Ip ipv6(List<Attachment> attachments, NetworkId network) {
    return attachments.stream()
        .filter(each -> each.network().equals(network))
        .map(Attachment::address)
        .filter(address -> !address.isV4())
        .findFirst()
        .orElse(null);
  }

  private synchronized void provide(TaskId task, String name, Overlay overlay, int mtu) {
    used.computeIfAbsent(task, id -> new TreeSet<>()).add(name);
    try {
      if (isThere(name, overlay)) {
        return;
      }
      List<Ipam.Config> ranges = new ArrayList<>();
      ranges.add(range(overlay.subnet(), overlay.address()));
      Subnet ipv6 = overlay.ipv6();
      if (ipv6 != null) {
        ranges.add(range(ipv6, ipv6.address()));
      }
      engine
          .calls()
          .createNetworkCmd()
          .withName(name)
          .withDriver("bridge")
          .withEnableIpv6(ipv6 != null)
          .withIpam(new Ipam().withConfig(ranges))
          .withOptions(
              Map.of(
                  "com.docker.network.bridge.name", overlay.bridge(),
                  "com.docker.network.bridge.enable_ip_masquerade", "false",
                  "com.docker.network.driver.mtu", Integer.toString(mtu)))
          .withLabels(Map.of("io.swarm4j", "network"))
          .exec();
    } catch (DockerException refused) {
      throw failure("cannot make the network " + name + ": " + refused.getMessage());
    }
  }

  private static Ipam.Config range(Subnet subnet, Ip gateway) {
    return new Ipam.Config()
        .withSubnet(subnet.first() + "/" + subnet.prefix())
        .withGateway(gateway.toString());
  }

  /** An earlier life of the node may have left it, with other addresses of the node. */
  private boolean isThere(String name, Overlay overlay) {
    try {
      Network present = engine.calls().inspectNetworkCmd().withNetworkId(name).exec();
      List<String> gateways =
          present.getIpam().getConfig().stream().map(Ipam.Config::getGateway).toList();
      Subnet ipv6 = overlay.ipv6();
      boolean same =
          gateways.contains(overlay.address().toString())
              && (ipv6 == null || gateways.contains(ipv6.address().toString()));
      if (!same) {
        engine.calls().removeNetworkCmd(name).exec();
      }
      return same;
    } catch (NotFoundException absent) {
      return false;
    }
  }

  @Override
  public void started(TaskContext task, long pid) {
    await(
        node.thenCompose(
            present -> present.started(task.task().id(), NetworkNamespace.ofProcess(pid))),
        "the addresses of services");
  }

  @Override
  public synchronized void adopted(TaskId task, long pid, Set<String> networks) {
    Set<String> ours = new TreeSet<>(networks);
    ours.removeIf(name -> !name.startsWith(PREFIX));
    used.put(task, ours);
    if (pid > 0 && !ours.isEmpty()) {
      node.thenAccept(present -> present.started(task, NetworkNamespace.ofProcess(pid)));
    }
  }

  @Override
  public synchronized void detach(TaskId task) {
    node.thenAccept(present -> present.ended(task));
    unused.addAll(Objects.requireNonNullElse(used.remove(task), Set.of()));
    used.values().forEach(unused::removeAll);
    unused.removeIf(this::isRemoved);
  }

  /** What stays, since the engine still uses it or does not answer, is tried with the next task. */
  private boolean isRemoved(String name) {
    try {
      engine.calls().removeNetworkCmd(name).exec();
      return true;
    } catch (NotFoundException absent) {
      return true;
    } catch (RuntimeException stays) {
      LOG.debug("The network {} stays", name, stays);
      return false;
    }
  }

  private static TaskFailure failure(String detail) {
    return new TaskFailure(new Reason.StartFailed(detail), detail);
  }

  private static <T> T await(CompletionStage<T> stage, String what) {
    try {
      return stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException failed) {
      throw failure("the node's data plane did not provide " + what + ": " + failed);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw failure("interrupted while waiting for " + what);
    }
  }
}
