package io.swarm4j.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Statistics;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.agent.SteppedContainer;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task of the Docker runtime. */
final class DockerContainer extends SteppedContainer {
  private static final Logger LOG = LoggerFactory.getLogger(DockerContainer.class);
  private static final String DEFAULT_SIGNAL = "SIGTERM";
  private static final int KILLED = 137;

  private final DockerRuntime runtime;
  private final String name;
  private final @Nullable TaskContext context;
  private final CompletableFuture<Optional<String>> readable = new CompletableFuture<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicInteger looksAsked = new AtomicInteger();
  private final EngineHealth health = new EngineHealth();
  private final ContainerProbes probes;
  private volatile @Nullable String id;
  private volatile boolean abandoned;
  private volatile boolean creating;
  private boolean startTried; // by one thread, at most once
  private volatile @Nullable AutoCloseable pull;
  private volatile @Nullable InspectImageResponse image;
  private volatile @Nullable Ip address;
  private volatile Consumer<Reason> progress = reason -> {};
  private volatile boolean terminal;
  private volatile boolean openStdin;
  private volatile boolean exclusive = true;
  private volatile boolean askedToEnd;
  private volatile String stopSignal = DEFAULT_SIGNAL;

  /** A log that ends may have been ended by the engine: only the container tells. */
  private final LogReading.Source logSource =
      new LogReading.Source() {
        @Override
        public String id() {
          return knownId();
        }

        @Override
        public CompletionStage<Boolean> runs() {
          return ended.get()
              ? CompletableFuture.completedFuture(false)
              : runtime
                  .looks()
                  .insist(
                      "a look at " + containerName(),
                      () -> EngineContainers.runs(runtime.onEngine().inspect(knownId())),
                      () -> !ended.get());
        }
      };

  /** Of a task that is to be run. */
  DockerContainer(TaskContext context, DockerRuntime runtime) {
    super(context.task().id(), context.name(), runtime.loop());
    this.runtime = runtime;
    this.name = context.name();
    this.context = context;
    this.probes = new ContainerProbes(runtime, context, this::knownId, () -> address);
    exit().whenComplete((exit, failure) -> readable.complete(Optional.empty()));
  }

  /** Of a container that was found, running or ended by itself. */
  DockerContainer(TaskId task, InspectContainerResponse found, DockerRuntime runtime) {
    super(task, found.getName(), runtime.loop());
    this.runtime = runtime;
    this.name = found.getName();
    this.context = null;
    this.probes = new ContainerProbes(runtime, null, this::knownId, () -> address);
    this.id = found.getId();
    readable.complete(Optional.of(found.getId()));
    resume(status(found, List.of()));
    look(found);
  }

  private TaskContext fresh() {
    return Objects.requireNonNull(context, "a container that was found is not prepared");
  }

  /** The engine's id of the container. */
  private String knownId() {
    return Objects.requireNonNull(id, "not created yet");
  }

  @Override
  public void onProgress(Consumer<Reason> listener) {
    progress = listener;
  }

  // --- steps ------------------------------------------------------------------------------------

  @Override
  protected CompletionStage<Void> doPrepare() {
    return runtime
        .work()
        .<Void>call(
            () -> {
              prepareNow(fresh());
              return null;
            });
  }

  private void prepareNow(TaskContext task) throws InterruptedException {
    String reference = task.service().task().container().image();
    image =
        runtime
            .patience()
            .get(
                () -> runtime.ensureImage(reference, progress, cancel -> pull = cancel),
                () -> !abandoned);
    pull = null;
    if (abandoned) {
      return; // nobody waits for it
    }
    creating = true;
    String made = runtime.patience().get(() -> runtime.onEngine().create(task), () -> !abandoned);
    id = made;
    runtime.created(made, this);
  }

  @Override
  protected void abandonPreparation() {
    abandoned = true;
    AutoCloseable running = pull;
    if (running != null) {
      try {
        running.close();
      } catch (Exception ended) {
        LOG.debug("task={} did not end its pull in good order", name, ended);
      }
    }
  }

  @Override
  protected CompletionStage<ContainerStatus> doStart() {
    return runtime.work().call(this::startNow);
  }

  private ContainerStatus startNow() throws InterruptedException {
    InspectContainerResponse found;
    try {
      RuntimeException refusal = runtime.patience().get(this::startOnce).orElse(null);
      found = inspected();
      if (refusal != null && isCreatedOnly(found)) {
        throw refusal;
      }
      readable.complete(Optional.of(found.getId())); // before the start there is nothing to follow
    } catch (RuntimeException failure) {
      throw runtime.ends().startFailed(failure, image);
    }
    Integer pid = found.getState().getPid();
    if (pid != null && pid > 0) {
      runtime.networking().started(fresh(), pid);
    }
    return status(found, fresh().service().task().container().exposedPorts());
  }

  /**
   * A task is used once: what has ended is not started again by a repeated call.
   *
   * @return the engine's refusal, which may come although the container runs
   */
  private Optional<RuntimeException> startOnce() {
    if (startTried && !isCreatedOnly(runtime.onEngine().inspect(knownId()))) {
      return Optional.empty();
    }
    startTried = true;
    try {
      runtime.onEngine().start(knownId());
      return Optional.empty();
    } catch (RuntimeException refusal) {
      if (EngineFailures.isOutage(refusal)) {
        throw refusal;
      }
      return Optional.of(refusal);
    }
  }

  private static boolean isCreatedOnly(InspectContainerResponse found) {
    return "created".equals(found.getState().getStatus());
  }

  private InspectContainerResponse inspected() throws InterruptedException {
    return runtime
        .patience()
        .insist(() -> runtime.onEngine().inspect(knownId()), () -> !ended.get());
  }

  private ContainerStatus status(InspectContainerResponse found, List<Integer> declared) {
    TreeSet<Integer> ports = new TreeSet<>(declared);
    ExposedPort[] exposed = found.getConfig().getExposedPorts();
    if (exposed != null) {
      for (ExposedPort port : exposed) {
        ports.add(port.getPort());
      }
    }
    address = runtime.onEngine().address(found);
    terminal = Boolean.TRUE.equals(found.getConfig().getTty());
    openStdin = Boolean.TRUE.equals(found.getConfig().getStdinOpen());
    exclusive = EngineContainers.isExclusive(found);
    String wanted = context == null ? null : context.service().task().container().stopSignal();
    stopSignal =
        wanted == null
            ? Objects.toString(found.getConfig().getRawValues().get("StopSignal"), DEFAULT_SIGNAL)
            : wanted;
    Integer pid = found.getState().getPid();
    boolean attached =
        context == null
            || context.task().attachments().stream()
                .anyMatch(attachment -> attachment.address().equals(address));
    return new ContainerStatus(
        found.getId(), pid == null ? 0 : pid, null, List.copyOf(ports), attached ? null : address);
  }

  @Override
  protected void askToEnd() {
    askedToEnd = true;
    send(stopSignal);
  }

  @Override
  protected void forceToEnd() {
    send("SIGKILL");
  }

  private void send(String signal) {
    runtime
        .signals()
        .insist(
            signal + " to " + containerName(),
            () -> runtime.onEngine().kill(knownId(), signal),
            () -> !ended.get())
        .whenComplete(
            (sent, failure) -> {
              if (failure != null) {
                LOG.debug("task={} gets no {}", name, signal, failure);
                look();
              }
            });
  }

  @Override
  public CompletionStage<Void> replaceFiles(List<TaskFile> files) {
    return runtime
        .work()
        .<Void>call(
            () -> {
              runtime.files().replace(task(), files);
              return null;
            });
  }

  @Override
  public CompletionStage<Void> signal(String signal) {
    return runtime
        .work()
        .<Void>call(
            () -> {
              runtime.patience().get(() -> runtime.onEngine().kill(knownId(), "SIG" + signal));
              return null;
            });
  }

  @Override
  protected CompletionStage<Void> doRemove() {
    return onEngine()
        .thenCompose(
            found ->
                found.isPresent()
                    ? runtime.removals().remove(found.get(), task(), containerName()).gone()
                    : CompletableFuture.completedFuture(null))
        .thenCompose(
            gone ->
                runtime
                    .work()
                    .<Void>call(
                        () -> {
                          runtime.removed(this, id);
                          return null;
                        }));
  }

  /** What there is to remove: also what was created although no answer told so. */
  private CompletionStage<Optional<String>> onEngine() {
    return id == null && creating
        ? runtime
            .looks()
            .insist(
                "a search for " + containerName(),
                () -> runtime.onEngine().find(task()),
                () -> true)
        : CompletableFuture.completedFuture(Optional.ofNullable(id));
  }

  private String containerName() {
    return context == null ? ContainerNames.shown(name) : ContainerNames.of(context);
  }

  // --- what the engine tells ---------------------------------------------------------------------

  /**
   * The engine has told that the program ended. It answers questions about the container once it
   * has tidied up, which takes seconds where many end at once; who comes next waits for that only
   * if it may need what is given back, or nobody knows yet why this one ended.
   *
   * @param code of its exit; null if the engine did not tell
   */
  void died(@Nullable Integer code) {
    if (code == null || code == KILLED || exclusive || !askedToEnd) {
      look();
    } else if (ended.compareAndSet(false, true)) {
      runtime.ended(this);
      hasEnded(new Exit(code, false, ""));
    }
  }

  /** Finds out where a container is that something may have happened to. */
  void look() {
    if (looksAsked.getAndIncrement() == 0) {
      lookOnce();
    }
  }

  /** What is asked for meanwhile is answered by one more look. */
  private void lookOnce() {
    int asked = looksAsked.get();
    runtime
        .looks()
        .insist("a look at " + containerName(), this::lookNow, () -> !ended.get())
        .whenComplete(
            (found, failure) -> {
              if (failure != null && EngineFailures.isNotFound(failure)) {
                runtime.work().execute(this::gone); // which deletes files
              } else if (failure != null) {
                LOG.debug("task={} cannot be looked at", name, failure);
              }
              if (looksAsked.addAndGet(-asked) > 0) {
                lookOnce();
              }
            });
  }

  private boolean lookNow() {
    look(runtime.onEngine().inspect(knownId()));
    return true;
  }

  private void look(InspectContainerResponse found) {
    InspectContainerResponse.ContainerState state = found.getState();
    String status = Objects.requireNonNullElse(state.getStatus(), "");
    if (status.equals("exited") || status.equals("dead")) {
      if (ended.get()) {
        return;
      }
      Exit exit = runtime.ends().of(found, image);
      if (ended.compareAndSet(false, true)) {
        runtime.ended(this);
        hasEnded(exit);
      }
    } else if (state.getHealth() != null) {
      health.found(state.getHealth());
    }
  }

  /** Somebody else has removed the container: how it ended is not known. */
  void gone() {
    if (ended.compareAndSet(false, true)) {
      runtime.ended(this);
      hasEnded(new Exit(137, false, "the container was removed from the engine"));
    }
  }

  @Override
  public Optional<HealthCheck> imageHealth() {
    InspectImageResponse found = image;
    return found == null || found.getConfig() == null
        ? Optional.empty()
        : HealthChecks.ofImage(found.getConfig().getHealthcheck());
  }

  @Override
  public Optional<AutoCloseable> followHealth(HealthCheck check, HealthListener listener) {
    return HealthChecks.isForEngine(check)
        ? Optional.of(health.follow(listener))
        : Optional.empty();
  }

  // --- questions ---------------------------------------------------------------------------------

  @Override
  public CompletionStage<ProbeResult> probe(Probe probe, Duration timeout) {
    if (!isRunning()) {
      return CompletableFuture.completedFuture(new ProbeResult(false, -1, "the task does not run"));
    }
    return runtime
        .work()
        .callWithin(
            timeout,
            () -> probes.run(probe, timeout),
            () -> new ProbeResult(false, -1, "no answer within " + timeout))
        .exceptionally(failure -> new ProbeResult(false, 1, EngineFailures.text(failure)));
  }

  @Override
  public AutoCloseable logs(LogOptions options, LogSink sink) {
    LateReading reading = new LateReading();
    readable.thenAccept(
        container -> {
          if (container.isPresent()) {
            reading.begin(new LogReading(runtime, logSource, options, sink));
          } else {
            sink.end();
          }
        });
    return reading;
  }

  @Override
  public Interaction exec(ExecSpec spec, ExecStreams streams) {
    return isRunning()
        ? EngineCommand.start(runtime.engine(), runtime.work(), knownId(), spec, streams)
        : Interaction.failed(failed("task " + name + " does not run"));
  }

  @Override
  public Interaction attach(ExecStreams streams) {
    if (!isRunning()) {
      return Interaction.failed(failed("task " + name + " does not run"));
    }
    return new EngineAttachment(
        runtime.engine(), runtime.work(), knownId(), terminal, openStdin, streams, exit());
  }

  private static TaskFailure failed(String text) {
    return new TaskFailure(new Reason.StartFailed(text), text);
  }

  @Override
  public CompletionStage<Usage> usage() {
    if (!isRunning()) {
      return CompletableFuture.completedFuture(new Usage(0, 0, 0));
    }
    return runtime.work().call(() -> usage(runtime.onEngine().statistics(knownId())));
  }

  private static Usage usage(Statistics statistics) {
    return new Usage(
        or(statistics.getCpuStats().getCpuUsage().getTotalUsage()),
        or(statistics.getMemoryStats().getUsage()),
        or(statistics.getPidsStats().getCurrent()));
  }

  private static long or(@Nullable Long value) {
    return Objects.requireNonNullElse(value, 0L);
  }
}
