package io.swarm4j.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Event;
import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.Container;
import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.OpenContainers;
import io.swarm4j.agent.Runtime;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.Check;
import io.swarm4j.model.Fault;
import io.swarm4j.model.NodeDescription;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskId;
import io.swarm4j.model.TaskSpec.LogDriver;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs tasks as containers of a Docker Engine.
 *
 * <p>What the engine does by itself is left to it: health checks by commands, limits, logs. One
 * stream of events tells of the ends of containers; nothing is asked per container while it runs.
 * An engine that restarts, hangs or cannot be reached is an {@link #outage()}: steps that were
 * begun go on when it is back.
 *
 * <p>{@link #close()} removes all containers of this runtime; after {@link #detach()} they run on,
 * and the next runtime with the same owner takes them over.
 */
public final class DockerRuntime implements Runtime {
  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

  /** Signals under way at a time; as many looks and removals beside them. */
  private static final int MOST_CALLS = 32;

  private final String owner;
  private final EngineConnection engine;
  private final EngineImages images;
  private final TaskFiles files;
  private final ContainerNetworking networking;
  private final EngineContainers onEngine;
  private final ContainerEnds ends;
  private final AdmissionPolicy admission;
  private final Map<String, HealthCallback> callbacks;
  private final EngineDescription description;
  private final Loop loop;
  private final BlockingWork work;
  private final EngineWatch watch;
  private final PatientCalls patience;
  private final InsistentCalls signals;
  private final InsistentCalls looks;
  private final InsistentCalls removalCalls;
  private final ContainerRemovals removals;
  private final Map<String, DockerContainer> byId = new ConcurrentHashMap<>();
  private final OpenContainers<DockerContainer> containers =
      new OpenContainers<>("the Docker runtime");

  private volatile boolean recovering;
  private volatile boolean released;

  private DockerRuntime(Builder builder, EngineConnection engine) {
    this.owner = builder.owner;
    this.engine = engine;
    this.images = new EngineImages(engine, builder.time, builder.pull, builder.credentials);
    this.files = new TaskFiles(engine.address(), owner);
    this.networking = builder.networking.apply(engine);
    this.admission = builder.admission;
    this.onEngine = new EngineContainers(owner, engine, files, networking, builder.logDriver);
    this.callbacks = Map.copyOf(builder.callbacks);
    this.description = new EngineDescription(engine);
    this.ends = new ContainerEnds(onEngine, images, () -> description.latest().platform());
    this.loop = builder.time.newLoop("swarm-docker-runtime");
    this.work = new BlockingWork(builder.time, "swarm-docker-work", loop);
    this.watch = new EngineWatch(engine, owner, builder.signsOfLife, loop, work, new Followed());
    this.patience = new PatientCalls(watch, builder.time.newChance());
    this.signals = insistent(builder);
    this.looks = insistent(builder);
    this.removalCalls = insistent(builder);
    this.removals = new ContainerRemovals(this::removeOnEngine, loop, builder.time.newChance());
    watch.start();
  }

  private InsistentCalls insistent(Builder builder) {
    return new InsistentCalls(
        MOST_CALLS,
        builder.signsOfLife.multipliedBy(2),
        work,
        loop,
        builder.time.newChance(),
        () -> watch.outage().isEmpty());
  }

  /**
   * Starts from the defaults.
   *
   * @param time real time: an engine does not wait
   * @param owner name of the node whose containers these are, the same in its next life and other
   *     than that of every other node on the engine
   */
  public static Builder builder(Time time, String owner) {
    return new Builder(time, owner);
  }

  @Override
  public NodeDescription describe() {
    String trouble =
        Stream.of(signals, looks, removalCalls)
            .map(InsistentCalls::trouble)
            .filter(text -> !text.isEmpty())
            .collect(Collectors.joining("; "));
    return description.latest().withStuckRemovals(removals.stuck()).withTrouble(trouble);
  }

  @Override
  public Optional<String> outage() {
    Optional<String> unreachable = watch.outage();
    String trouble = unreachable.isEmpty() && recovering ? looks.trouble() : "";
    return trouble.isEmpty() ? unreachable : Optional.of(trouble);
  }

  @Override
  public Container create(TaskContext task) {
    Check check = Check.of("task.container");
    for (String objection : admission.objections(task)) {
      check.that(false, Fault.Code.UNSUPPORTED, "privileges", task.name(), objection);
    }
    check.orThrow();
    DockerContainer container = new DockerContainer(task, this);
    containers.add(container);
    return container;
  }

  // --- recovery ----------------------------------------------------------------------------------

  /**
   * Takes over the containers of an earlier life that run, or have ended by themselves meanwhile;
   * those that were created and not started are removed.
   */
  @Override
  public CompletionStage<List<Container>> recover() {
    Adoption adoption = new Adoption(this);
    recovering = true;
    return looks
        .insist("the search for containers of an earlier life", adoption::carryOut, () -> true)
        .whenComplete((done, failure) -> recovering = false)
        .thenCompose(Adoption::result);
  }

  // --- what the engine tells ---------------------------------------------------------------------

  /** Brings to containers what the engine tells of them. */
  private final class Followed implements EngineWatch.Listener {
    @Override
    public void event(Event event) {
      DockerContainer container = event.getId() == null ? null : byId.get(event.getId());
      if (container == null) {
        return;
      }
      switch (Objects.requireNonNullElse(event.getAction(), "")) {
        case "destroy" -> container.gone();
        case "die" -> container.died(EngineWatch.exitCode(event));
        default -> container.look();
      }
    }

    @Override
    public void cameIntoReach() {
      description.refresh();
      Stream.of(signals, looks, removalCalls).forEach(InsistentCalls::tryNow);
      removals.tryNow();
      byId.values().forEach(DockerContainer::look);
    }
  }

  // --- for containers ----------------------------------------------------------------------------

  Loop loop() {
    return loop;
  }

  BlockingWork work() {
    return work;
  }

  PatientCalls patience() {
    return patience;
  }

  ContainerRemovals removals() {
    return removals;
  }

  InsistentCalls signals() {
    return signals;
  }

  InsistentCalls looks() {
    return looks;
  }

  private CompletionStage<?> removeOnEngine(String id) {
    return removalCalls.get("the removal of container " + id, () -> onEngine.remove(id));
  }

  TaskFiles files() {
    return files;
  }

  EngineConnection engine() {
    return engine;
  }

  EngineContainers onEngine() {
    return onEngine;
  }

  ContainerEnds ends() {
    return ends;
  }

  ContainerNetworking networking() {
    return networking;
  }

  @Nullable HealthCallback callback(String name) {
    return callbacks.get(name);
  }

  InspectImageResponse ensureImage(
      String image, Consumer<Reason> progress, Consumer<AutoCloseable> cancel) {
    try {
      return images.ensure(image, progress, cancel);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new TaskFailure(new Reason.Stopped("interrupted"), "the pull was interrupted", stop);
    }
  }

  void created(String id, DockerContainer container) {
    byId.put(id, container);
  }

  void adopted(String id, DockerContainer container) {
    containers.add(container);
    byId.put(id, container);
  }

  boolean knows(String id) {
    return byId.containsKey(id);
  }

  /** The tasks that this life of the runtime knows of. */
  Set<TaskId> tasks() {
    return containers.tasks();
  }

  /** A task is used once: what it was given is not needed after its end. */
  void ended(DockerContainer container) {
    files.delete(container.task());
  }

  void removed(DockerContainer container, @Nullable String id) {
    if (id != null) {
      byId.remove(id);
    }
    files.delete(container.task());
    networking.detach(container.task());
    containers.remove(container);
  }

  // --- end ---------------------------------------------------------------------------------------

  /** Ends and removes all containers; the next runtime of this node removes what stays. */
  @Override
  public void close() {
    if (containers.shut()) {
      containers.removeAll(loop, CLOSE_LIMIT);
      release();
    }
  }

  /** Lets go of the engine: what runs there runs on. Idempotent; a later close does nothing. */
  public void detach() {
    if (containers.shut()) {
      release();
    }
  }

  /** Whether it has let go of the engine, which is of no use to it any more. */
  boolean isReleased() {
    return released;
  }

  private void release() {
    released = true;
    watch.close();
    work.close();
    loop.close();
    engine.close();
    files.close();
  }

  /** Options of a Docker runtime. */
  public static final class Builder {
    /** Size of a log file unless {@link #logRotation} says otherwise: 10 MiB. */
    public static final long DEFAULT_LOG_FILE_BYTES = 10L << 20;

    /** Number of log files per task unless {@link #logRotation} says otherwise. */
    public static final int DEFAULT_LOG_FILES = 3;

    private final Time time;
    private final String owner;
    private final Map<String, HealthCallback> callbacks = new TreeMap<>();
    private EngineAddress address = EngineAddress.LOCAL;
    private PullPolicy pull = PullPolicy.MISSING;
    private RegistryCredentials credentials = RegistryCredentials.STORED;
    private AdmissionPolicy admission = AdmissionPolicy.STANDARD;
    private Function<EngineConnection, ContainerNetworking> networking =
        engine -> ContainerNetworking.bridge();
    private Duration answerLimit = Duration.ofSeconds(60);
    private Duration signsOfLife = Duration.ofSeconds(5);
    private LogDriver logDriver = rotating(DEFAULT_LOG_FILE_BYTES, DEFAULT_LOG_FILES);

    private Builder(Time time, String owner) {
      this.time = time;
      this.owner = owner;
      Check.of("DockerRuntime")
          .that(!owner.isBlank(), Fault.Code.MISSING, "owner", owner, "the name of a node")
          .orThrow();
    }

    /** Where the engine listens; {@link EngineAddress#LOCAL} unless set. */
    public Builder engine(EngineAddress newAddress) {
      address = newAddress;
      return this;
    }

    /** When images are fetched; where the node lacks them unless set. */
    public Builder pull(PullPolicy policy) {
      pull = policy;
      return this;
    }

    /** How to log in to registries; as the docker command line has stored it unless set. */
    public Builder credentials(RegistryCredentials source) {
      credentials = source;
      return this;
    }

    /** Who may have which rights on the node; {@link AdmissionPolicy#STANDARD} unless set. */
    public Builder admission(AdmissionPolicy policy) {
      admission = policy;
      return this;
    }

    /** How containers come onto networks; the engine's default bridge unless set. */
    public Builder networking(ContainerNetworking how) {
      return networkingBy(engine -> how);
    }

    /** The same for what has to talk to the engine, too. */
    Builder networkingBy(Function<EngineConnection, ContainerNetworking> how) {
      networking = how;
      return this;
    }

    /** Adds a check that callback probes of all tasks can name. */
    public Builder callback(String name, HealthCallback callback) {
      callbacks.put(name, callback);
      return this;
    }

    /** How long the engine may take for one answer; 60 s unless set. */
    public Builder answerLimit(Duration limit) {
      Check.of("DockerRuntime").duration(limit, "answerLimit").orThrow();
      answerLimit = limit;
      return this;
    }

    /**
     * How often an engine that says nothing is asked for a sign of life; one that takes longer than
     * that to give it is out of reach. 5 s unless set.
     */
    public Builder signsOfLife(Duration period) {
      Check.of("DockerRuntime").duration(period, "signsOfLife").orThrow();
      signsOfLife = period;
      return this;
    }

    /**
     * How much output is kept per task whose spec names no log driver.
     *
     * @param fileBytes size from which on a new file is begun
     * @param count how many files are kept
     */
    public Builder logRotation(long fileBytes, int count) {
      Check.of("logRotation")
          .that(fileBytes > 0, "fileBytes", fileBytes, "more than 0")
          .that(count >= 1, "count", count, "1 or more")
          .orThrow();
      logDriver = rotating(fileBytes, count);
      return this;
    }

    /** The engine's {@code local} driver: bounded, and the only one that keeps every byte. */
    private static LogDriver rotating(long fileBytes, int count) {
      Map<String, String> options = new LinkedHashMap<>();
      options.put("max-size", Long.toString(fileBytes));
      options.put("max-file", Integer.toString(count));
      options.put("compress", Boolean.toString(count > 1 && fileBytes >= DEFAULT_LOG_FILE_BYTES));
      return new LogDriver("local", options);
    }

    /**
     * Connects to the engine.
     *
     * @throws UnavailableException if it does not answer, with the address and what to do
     */
    public DockerRuntime build() {
      EngineConnection engine = EngineConnection.open(address, answerLimit);
      try {
        return new DockerRuntime(this, engine);
      } catch (RuntimeException failure) {
        engine.close();
        throw failure;
      }
    }
  }
}
