package io.swarm4j.testing;

import io.swarm4j.agent.NameResolver;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.model.Attachment;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.EndpointSpec;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Ip;
import io.swarm4j.model.NetworkId;
import io.swarm4j.model.Payload;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.TaskBuilder;
import io.swarm4j.model.TaskSpec;
import io.swarm4j.model.TaskState;
import io.swarm4j.model.TaskStatus;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Ids;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A task as an agent would hand it to a runtime; mutable until {@link #context}. */
public final class TestTask {
  private final Ids ids = new Ids(Chance.unpredictable());
  private final ContainerSpec container;
  private final Map<String, String> env;
  private final List<TaskFile> files = new ArrayList<>();
  private final List<Attachment> attachments = new ArrayList<>();
  private String hostname = "tester";
  private int slot = 1;
  private NameResolver names = NameResolver.NONE;
  private ResourceRequirements resources = ResourceRequirements.NONE;
  private EndpointSpec endpoint = EndpointSpec.NONE;

  private TestTask(ContainerSpec container) {
    this.container = container;
    this.env = new TreeMap<>(container.env());
  }

  /** A task that runs {@code container}. */
  public static TestTask of(ContainerSpec container) {
    return new TestTask(container);
  }

  /** Adds an environment variable. */
  public TestTask env(String name, String value) {
    env.put(name, value);
    return this;
  }

  /** Adds a secret. */
  public TestTask secret(FileTarget target, Payload content) {
    files.add(new TaskFile(TaskFile.Kind.SECRET, target, content));
    return this;
  }

  /** Adds a config. */
  public TestTask config(FileTarget target, Payload content) {
    files.add(new TaskFile(TaskFile.Kind.CONFIG, target, content));
    return this;
  }

  /** Gives it an address on a network of its own. */
  public TestTask address(String ip) {
    return address(ids.network(), ip);
  }

  /** Gives it an address on a network. */
  public TestTask address(NetworkId network, String ip) {
    attachments.add(new Attachment(network, Ip.parse(ip), List.of()));
    return this;
  }

  /** Sets its host name; {@code tester} unless set. */
  public TestTask hostname(String name) {
    hostname = name;
    return this;
  }

  /** Sets its slot; 1 unless set. */
  public TestTask slot(int number) {
    slot = number;
    return this;
  }

  /** Sets who answers look-ups; nobody unless set. */
  public TestTask names(NameResolver resolver) {
    names = resolver;
    return this;
  }

  /** Sets limits; none unless set. */
  public TestTask resources(ResourceRequirements limits) {
    resources = limits;
    return this;
  }

  /** Publishes ports; none unless set. */
  public TestTask publish(PortSpec... ports) {
    endpoint = EndpointSpec.publish(ports);
    return this;
  }

  /** The finished task. */
  public TaskContext context() {
    Task task =
        TaskBuilder.builder()
            .id(ids.task())
            .serviceId(ids.service())
            .specVersion(1)
            .slot(new SlotKey.Numbered(slot))
            .nodeId(ids.node())
            .desiredState(TaskState.RUNNING)
            .status(TaskStatus.of(TaskState.ASSIGNED, Instant.EPOCH, "assigned"))
            .attachments(attachments)
            .build();
    ServiceSpec service =
        ServiceSpec.builder()
            .name("test")
            .endpoint(endpoint)
            .task(TaskSpec.builder().container(container).resources(resources).build())
            .build();
    return new TaskContext(
        task, service, "test." + slot, env, hostname, List.copyOf(files), names, "127.0.0.1");
  }
}
