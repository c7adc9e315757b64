package io.swarm4j.process;

import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.Container;
import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.HostFacts;
import io.swarm4j.agent.OpenContainers;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskLog;
import io.swarm4j.model.Check;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.Fault;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks as processes of this machine; see the package for what they find there.
 *
 * <p>A task is its first process and all that this one starts: when it ends, they are killed, and
 * if this JVM crashes, {@link #recover} kills them in its next life. Limits of memory, CPU and
 * processes need control groups that this JVM may write; without them they are not enforced, which
 * the log says once and the node's label {@code swarm4j.limits} always ({@code none}, {@code v1} or
 * {@code v2}). Works without root. What a process cannot be given, such as a user of its own, is
 * refused.
 */
public final class ProcessRuntime implements Runtime {
  /** The engine label that says how limits are enforced. */
  public static final String LIMITS_LABEL = "swarm4j.limits";

  private static final Logger LOG = LoggerFactory.getLogger(ProcessRuntime.class);
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(15);

  private final Time time;
  private final ProcessImages images;
  private final Map<String, HealthCallback> callbacks;
  private final long logFileBytes;
  private final int logFiles;
  private final DataDirectory data;
  private final Cgroups cgroups;
  private final NodeDescription description;
  private final boolean setsid;
  private final ProcessTree tree = new ProcessTree();
  private final AtomicBoolean warned = new AtomicBoolean();
  private final Loop loop;
  private final BlockingWork work;
  private final OpenContainers<ProcessContainer> containers =
      new OpenContainers<>("the process runtime");

  private ProcessRuntime(Builder builder, DataDirectory data) {
    this.data = data;
    this.time = builder.time;
    this.images = builder.images;
    this.callbacks = Collections.unmodifiableMap(new TreeMap<>(builder.callbacks));
    this.logFileBytes = builder.logFileBytes;
    this.logFiles = builder.logFiles;
    this.cgroups = Cgroups.detect();
    this.description =
        Optional.ofNullable(builder.description)
            .orElseGet(() -> HostFacts.describe("swarm4j-process"))
            .withEngineLabels(
                Map.of(LIMITS_LABEL, cgroups.version().name().toLowerCase(Locale.ROOT)));
    this.setsid =
        List.of("/usr/bin/setsid", "/bin/setsid").stream()
            .anyMatch(file -> Files.isExecutable(Path.of(file)));
    this.loop = time.newLoop("swarm-process-runtime");
    this.work = new BlockingWork(time, "swarm-process-work", loop);
  }

  /**
   * Starts from the defaults.
   *
   * @param time real time: processes do not wait
   * @param directory the folder of this runtime, and of no other at the same time
   */
  public static Builder builder(Time time, Path directory) {
    return new Builder(time, directory);
  }

  @Override
  public NodeDescription describe() {
    return description;
  }

  @Override
  public Container create(TaskContext task) {
    Unsupported.check(task);
    TaskFolder folder = data.task(task.task().id());
    TaskLog log = new TaskLog(new RotatingLog(folder.log(), logFileBytes, logFiles), time, work);
    ProcessContainer container =
        new ProcessContainer(task, this, loop, work, folder, log, data.mark(task.task().id()));
    containers.add(container);
    return container;
  }

  @Override
  public List<Fault> unanswerable(ContainerSpec spec) {
    ProcessImages.Entry image = images.find(spec.image());
    return image == null
        ? List.of()
        : new ProbeFaults(spec, image.env(), callbacks.keySet()).faults();
  }

  /** Ends what an earlier life has left behind; nothing is taken over. */
  @Override
  public CompletionStage<List<Container>> recover() {
    return work.call(
        () -> {
          data.clear(tree, present());
          return List.<Container>of();
        });
  }

  private Set<String> present() {
    return containers.tasks().stream().map(TaskId::toString).collect(Collectors.toSet());
  }

  @Override
  public void close() {
    if (!containers.shut()) {
      return;
    }
    containers.removeAll(loop, CLOSE_LIMIT);
    work.close();
    loop.close();
    data.close();
  }

  ProcessImages images() {
    return images;
  }

  String identity() {
    return data.identity();
  }

  ProcessTree tree() {
    return tree;
  }

  /** Whether the machine has the command that starts sessions. */
  boolean hasSetsid() {
    return setsid;
  }

  @Nullable HealthCallback callback(String name) {
    return callbacks.get(name);
  }

  /** The control group that enforces a task's limits, if it has any and this can be done. */
  Optional<TaskCgroup> limits(String task, ResourceRequirements wanted) throws IOException {
    if (!cgroups.canEnforce(wanted) && warned.compareAndSet(false, true)) {
      LOG.warn(
          "limits of tasks are not all enforced: this process may not write the control groups");
    }
    return cgroups.create(data.cgroup(task), wanted);
  }

  void forget(ProcessContainer container) {
    containers.remove(container);
  }

  /** Options of a process runtime. */
  public static final class Builder {
    /** Size of a log file unless {@link #logRotation} says otherwise: 10 MiB. */
    public static final long DEFAULT_LOG_FILE_BYTES = 10L << 20;

    /** Number of log files per task unless {@link #logRotation} says otherwise. */
    public static final int DEFAULT_LOG_FILES = 3;

    private final Time time;
    private final Path directory;
    private final Map<String, HealthCallback> callbacks = new TreeMap<>();
    private ProcessImages images = ProcessImages.NONE;
    private @Nullable NodeDescription description;
    private long logFileBytes = DEFAULT_LOG_FILE_BYTES;
    private int logFiles = DEFAULT_LOG_FILES;

    private Builder(Time time, Path directory) {
      this.time = time;
      this.directory = directory;
    }

    /** The images that can be run; only {@link ProcessImages#DIRECT} unless set. */
    public Builder images(ProcessImages registered) {
      images = registered;
      return this;
    }

    /** What the node says of itself; the facts of this machine unless set. */
    public Builder description(NodeDescription said) {
      description = said;
      return this;
    }

    /** Adds a check that callback probes of all tasks can name. */
    public Builder callback(String name, HealthCallback callback) {
      callbacks.put(name, callback);
      return this;
    }

    /**
     * How much output is kept per task.
     *
     * @param fileBytes size from which on a new file is begun
     * @param files how many files are kept
     */
    public Builder logRotation(long fileBytes, int files) {
      Check.of("logRotation")
          .that(fileBytes > 0, "fileBytes", fileBytes, "more than 0")
          .that(files >= 1, "files", files, "1 or more")
          .orThrow();
      logFileBytes = fileBytes;
      logFiles = files;
      return this;
    }

    /**
     * Starts the runtime.
     *
     * @throws UnavailableException if another runtime uses the folder, or it cannot be written
     */
    public ProcessRuntime build() {
      DataDirectory data = DataDirectory.open(directory);
      try {
        return new ProcessRuntime(this, data);
      } catch (RuntimeException failure) {
        data.close();
        throw failure;
      }
    }
  }
}
