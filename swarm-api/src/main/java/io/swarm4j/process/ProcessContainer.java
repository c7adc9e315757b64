package io.swarm4j.process;

import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.agent.LogSink.Stream;
import io.swarm4j.agent.NetProbe;
import io.swarm4j.agent.SteppedContainer;
import io.swarm4j.agent.TaskAddresses;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.agent.TaskLog;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.time.Loop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream.Builder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A task of the process runtime. */
final class ProcessContainer extends SteppedContainer {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessContainer.class);
  private static final long LAST_OUTPUT_SECONDS = 2;

  private final TaskContext context;
  private final ProcessRuntime runtime;
  private final BlockingWork work;
  private final TaskFolder folder;
  private final TaskLog log;
  private final String mark;
  private volatile ProcessImages.@Nullable Entry image;
  private volatile @Nullable TaskCgroup cgroup;
  private volatile @Nullable Launch launch;
  private volatile @Nullable Process process;

  ProcessContainer(
      TaskContext context,
      ProcessRuntime runtime,
      Loop loop,
      BlockingWork work,
      TaskFolder folder,
      TaskLog log,
      String mark) {
    super(context.task().id(), context.name(), loop);
    this.context = context;
    this.runtime = runtime;
    this.work = work;
    this.folder = folder;
    this.log = log;
    this.mark = mark;
  }

  private ContainerSpec spec() {
    return context.service().task().container();
  }

  @Override
  protected CompletionStage<Void> doPrepare() {
    ProcessImages.Entry found = runtime.images().find(spec().image());
    if (found == null) {
      String text =
          "no such image: "
              + spec().image()
              + "; the process runtime has "
              + runtime.images().names();
      throw new TaskFailure(new Reason.Image(spec().image(), text), text);
    }
    image = found;
    return work.call(
        () -> {
          folder.create(context.files());
          return null;
        });
  }

  @Override
  protected CompletionStage<ContainerStatus> doStart() {
    return work.call(this::launch);
  }

  private ContainerStatus launch() throws IOException {
    ProcessImages.Entry found = Objects.requireNonNull(image);
    Optional<TaskCgroup> group =
        runtime.limits(task().toString(), context.service().task().resources());
    cgroup = group.orElse(null);
    Launch plan = new Launch(context, found, folder, group, runtime.hasSetsid(), mark);
    launch = plan;
    List<Path> groups = group.map(TaskCgroup::folders).orElse(List.of());
    new TaskRecord(0, "", mark, groups).write(folder.disk());
    Process started = plan.start();
    process = started;
    new TaskRecord(started.pid(), ProcFs.start(started.pid()).orElse(""), mark, groups)
        .write(folder.disk());
    CompletableFuture<Void> output =
        CompletableFuture.allOf(
            pump(started.getInputStream(), log.writer(Stream.STDOUT)),
            pump(started.getErrorStream(), log.writer(Stream.STDERR)));
    started.onExit().thenAccept(done -> work.execute(() -> ended(done, output)));
    TreeSet<Integer> ports = new TreeSet<>(found.ports());
    ports.addAll(spec().exposedPorts());
    return new ContainerStatus(task().toString(), started.pid(), null, List.copyOf(ports));
  }

  private CompletableFuture<Void> pump(InputStream from, OutputStream to) {
    return work.call(
        () -> {
          try (from;
              to) {
            from.transferTo(to);
          }
          return null;
        });
  }

  private void ended(Process leader, CompletableFuture<Void> output) {
    TaskCgroup group = cgroup;
    runtime.tree().killRemains(leader.pid(), mark);
    if (group != null) {
      List<Long> members = group.pids();
      runtime.tree().killAll(other -> members.contains(other.pid()));
    }
    awaitOutput(output);
    boolean outOfMemory = group != null && group.ranOutOfMemory();
    forgetFiles();
    log.end();
    hasEnded(new Exit(leader.exitValue(), outOfMemory, outOfMemory ? "out of memory" : ""));
  }

  private void awaitOutput(CompletableFuture<Void> output) {
    try {
      output.get(LAST_OUTPUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } catch (Exception incomplete) {
      LOG.debug("task={} did not close its output", context.name(), incomplete);
    }
  }

  private void forgetFiles() {
    try {
      folder.forgetFiles();
    } catch (IOException failure) {
      LOG.warn("task={} leaves files in {}", context.name(), folder.memory(), failure);
    }
  }

  @Override
  protected void askToEnd() {
    ProcessImages.Entry found = image;
    String own = found == null ? null : found.stopSignal();
    String wanted = spec().stopSignal() != null ? spec().stopSignal() : own;
    String signal = wanted == null ? "TERM" : wanted;
    ending(leader -> runtime.tree().signal(leader, signal));
  }

  @Override
  protected void forceToEnd() {
    ending(leader -> runtime.tree().kill(leader, mark));
  }

  private void ending(Consumer<Process> step) {
    Process leader = process;
    if (leader != null) {
      work.execute(() -> step.accept(leader));
    }
  }

  @Override
  protected CompletionStage<Void> doRemove() {
    return work.call(
        () -> {
          log.close();
          TaskCgroup group = cgroup;
          if (group != null) {
            group.remove();
          }
          folder.delete();
          runtime.forget(this);
          return null;
        });
  }

  @Override
  public Optional<HealthCheck> imageHealth() {
    ProcessImages.Entry found = image;
    return found == null ? Optional.empty() : found.health();
  }

  @Override
  public CompletionStage<ProbeResult> probe(Probe probe, Duration timeout) {
    Launch plan = launch;
    if (plan == null || !isRunning()) {
      return CompletableFuture.completedFuture(new ProbeResult(false, -1, "the task does not run"));
    }
    return work.callWithin(
            timeout,
            probing(plan, probe, timeout),
            () -> new ProbeResult(false, -1, "no answer within " + timeout))
        .exceptionally(failure -> new ProbeResult(false, 1, String.valueOf(failure.getMessage())));
  }

  private Callable<ProbeResult> probing(Launch plan, Probe probe, Duration timeout) {
    InetAddress address = TaskAddresses.first(context);
    if (probe instanceof Probe.Http http) {
      return () -> NetProbe.http(address, http.port(), http.path(), timeout);
    } else if (probe instanceof Probe.Tcp tcp) {
      return () -> NetProbe.tcp(address, tcp.port(), timeout);
    } else if (probe instanceof Probe.Exec exec) {
      return () -> beside(plan).probe(exec.command());
    } else if (probe instanceof Probe.Shell shell) {
      return () -> beside(plan).probe(List.of("/bin/sh", "-c", shell.line()));
    } else if (probe instanceof Probe.Callback callback) {
      return () -> callback(callback.name());
    }
    return () -> new ProbeResult(true, 0, "");
  }

  private SideProcess beside(Launch plan) {
    return new SideProcess(plan, runtime.tree(), work);
  }

  private ProbeResult callback(String name) throws Exception {
    HealthCallback found = runtime.callback(name);
    boolean healthy = found != null && found.isHealthy(context);
    String text =
        found == null ? "no callback is registered under the name " + name : "callback " + name;
    return new ProbeResult(healthy, healthy ? 0 : 1, text);
  }

  @Override
  public AutoCloseable logs(LogOptions options, LogSink sink) {
    return log.read(options, sink);
  }

  @Override
  public Interaction exec(ExecSpec spec, ExecStreams streams) {
    Launch plan = launch;
    if (plan == null || !isRunning()) {
      return Interaction.failed(refusal("task " + context.name() + " does not run"));
    }
    if (!Unsupported.isOwnUser(spec.user())) {
      return Interaction.failed(
          refusal(
              "the process runtime cannot run commands as "
                  + spec.user()
                  + ": leave the user out, or name that of the JVM"));
    }
    return beside(plan).start(spec, streams, loop());
  }

  /** Input goes to the task's own, which stays open for the next who attaches. */
  @Override
  public Interaction attach(ExecStreams streams) {
    Process leader = process;
    if (leader != null && spec().openStdin()) {
      work.execute(() -> SideProcess.copyInput(streams.stdin(), leader.getOutputStream()));
    }
    return super.attach(streams);
  }

  @Override
  public CompletionStage<Void> replaceFiles(List<TaskFile> files) {
    return work.call(
        () -> {
          folder.replace(files);
          return null;
        });
  }

  @Override
  public CompletionStage<Void> signal(String name) {
    return work.call(
        () -> {
          Process leader = process;
          if (leader != null && isRunning()) {
            runtime.tree().signal(leader, name);
          }
          return null;
        });
  }

  private static TaskFailure refusal(String text) {
    return new TaskFailure(new Reason.StartFailed(text), text);
  }

  @Override
  public CompletionStage<Usage> usage() {
    Process leader = process;
    if (leader == null || !isRunning()) {
      return CompletableFuture.completedFuture(new Usage(0, 0, 0));
    }
    return work.call(() -> usage(leader));
  }

  private static Usage usage(Process leader) {
    Builder<ProcessHandle> all = java.util.stream.Stream.builder();
    all.add(leader.toHandle());
    leader.descendants().forEach(all);
    List<ProcessHandle> tree = all.build().filter(ProcessHandle::isAlive).toList();
    long nanos =
        tree.stream()
            .map(handle -> handle.info().totalCpuDuration().orElse(Duration.ZERO))
            .mapToLong(Duration::toNanos)
            .sum();
    long bytes = tree.stream().mapToLong(handle -> ProcFs.residentBytes(handle.pid())).sum();
    return new Usage(nanos, bytes, tree.size());
  }
}
