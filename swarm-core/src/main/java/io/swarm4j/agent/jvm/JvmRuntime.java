package io.swarm4j.agent.jvm;

import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.Container;
import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.HostFacts;
import io.swarm4j.agent.MemoryLogStorage;
import io.swarm4j.agent.OpenContainers;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskLog;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks as Java code in this JVM.
 *
 * <p>A task that ignores its stop signal is counted as ended after its grace with exit code 137;
 * its threads, which Java cannot end, are named in the log and left behind. What a task uses of the
 * heap is not known, so {@code usage} tells CPU time and threads only. Mounts, users, privileges
 * and limits have no effect; there is no standard input, so who attaches sees output only, and a
 * command runs with the task's own environment, working directory and user. Needs real time.
 */
public final class JvmRuntime implements Runtime {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
  private static final long JOIN_MILLIS = 1_000;

  private final Time time;
  private final JvmImages images;
  private final NodeDescription description;
  private final Map<String, HealthCallback> callbacks;
  private final int logLines;
  private final long logBytes;
  private final String threadPrefix;
  private final Loop loop;
  private final BlockingWork work;
  private final OpenContainers<JvmContainer> containers =
      new OpenContainers<>("the in-JVM runtime");

  private JvmRuntime(Builder builder) {
    this.time = builder.time;
    this.images = builder.images;
    this.description = builder.description;
    this.callbacks = Collections.unmodifiableMap(new TreeMap<>(builder.callbacks));
    this.logLines = builder.logLines;
    this.logBytes = builder.logBytes;
    this.threadPrefix = builder.threadPrefix;
    this.loop = time.newLoop(threadPrefix + "-runtime");
    this.work = new BlockingWork(time, threadPrefix + "-work", loop);
  }

  /** A runtime with defaults everywhere else. */
  public static JvmRuntime create(Time time, JvmImages images) {
    return builder(time).images(images).build();
  }

  /**
   * Starts from the defaults.
   *
   * @param time real time: tasks need threads
   */
  public static Builder builder(Time time) {
    return new Builder(time);
  }

  @Override
  public NodeDescription describe() {
    return description;
  }

  @Override
  public Container create(TaskContext task) {
    TaskLog log = new TaskLog(new MemoryLogStorage(logLines, logBytes), time, work);
    JvmContainer container =
        new JvmContainer(
            task, this, loop, work, time.newThreads(threadPrefix + "-" + task.name()), log);
    containers.add(container);
    return container;
  }

  /** Nothing outlives a JVM. */
  @Override
  public CompletionStage<List<Container>> recover() {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public void close() {
    if (!containers.shut()) {
      return;
    }
    List<JvmContainer> open = containers.all();
    containers.removeAll(loop, CLOSE_LIMIT);
    if (!loop.isCurrent()) {
      open.forEach(JvmRuntime::join);
    }
    work.close();
    loop.close();
  }

  private static void join(JvmContainer container) {
    try {
      for (Thread thread : container.threadsAlive()) {
        if (thread != Thread.currentThread()) {
          thread.join(JOIN_MILLIS);
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public List<Fault> unanswerable(ContainerSpec spec) {
    return images.unanswerable(spec, callbacks.keySet());
  }

  JvmImages images() {
    return images;
  }

  @Nullable HealthCallback callback(String name) {
    return callbacks.get(name);
  }

  void forget(JvmContainer container) {
    containers.remove(container);
  }

  /** Options of an in-JVM runtime. */
  public static final class Builder {
    /** Lines of output that are kept per task unless {@link #logLines} says otherwise. */
    public static final int DEFAULT_LOG_LINES = 10_000;

    /** Bytes of output that are kept per task unless {@link #logBytes} says otherwise: 1 MiB. */
    public static final long DEFAULT_LOG_BYTES = 1L << 20;

    private final Time time;
    private final Map<String, HealthCallback> callbacks = new TreeMap<>();
    private JvmImages images = JvmImages.NONE;
    private NodeDescription description = HostFacts.describe("swarm4j-jvm");
    private int logLines = DEFAULT_LOG_LINES;
    private long logBytes = DEFAULT_LOG_BYTES;
    private String threadPrefix = "swarm-jvm";

    private Builder(Time time) {
      this.time = time;
    }

    /** The images that can be run; none unless set. */
    public Builder images(JvmImages registered) {
      images = registered;
      return this;
    }

    /** What the node says of itself; the facts of this machine unless set. */
    public Builder description(NodeDescription said) {
      description = said;
      return this;
    }

    /** The node's host name; that of this machine unless set. */
    public Builder hostname(String name) {
      description = description.withHostname(name);
      return this;
    }

    /** Adds a check that callback probes of all tasks can name. */
    public Builder callback(String name, HealthCallback callback) {
      callbacks.put(name, callback);
      return this;
    }

    /** How many lines of output are kept per task. */
    public Builder logLines(int most) {
      logLines = most;
      return this;
    }

    /** How many bytes of output are kept per task. */
    public Builder logBytes(long most) {
      logBytes = most;
      return this;
    }

    /** How the names of its threads begin; {@code swarm-jvm} unless set. */
    public Builder threadPrefix(String prefix) {
      threadPrefix = prefix;
      return this;
    }

    /** Starts the runtime. */
    public JvmRuntime build() {
      return new JvmRuntime(this);
    }
  }
}
