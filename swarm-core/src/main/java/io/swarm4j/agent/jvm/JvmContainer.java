package io.swarm4j.agent.jvm;

import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.agent.NetProbe;
import io.swarm4j.agent.ProbeOutput;
import io.swarm4j.agent.SteppedContainer;
import io.swarm4j.agent.TaskAddresses;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.agent.TaskLog;
import io.swarm4j.agent.jvm.JvmImages.Entry;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.model.HealthCheck;
import io.swarm4j.model.HealthCheck.Probe;
import io.swarm4j.model.PortSpec;
import io.swarm4j.model.Reason;
import io.swarm4j.model.TaskStatus.ContainerStatus;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Timer;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task of the in-JVM runtime. */
final class JvmContainer extends SteppedContainer {
  /** How long code may take to end after all was taken away from it. */
  private static final Duration LAST_CHANCE = Duration.ofMillis(500);

  /**
   * How long code that has started may take until it listens, before it is counted as running
   * nevertheless: whoever is told that a task runs may want to connect to it.
   */
  private static final Duration LISTEN_LIMIT = Duration.ofSeconds(1);

  private static final int KILLED = 137;

  /** Probes at a time: one of each check that a task can have. */
  private static final int MOST_PROBES = 4;

  private final TaskContext context;
  private final JvmRuntime runtime;
  private final BlockingWork work;
  private final ThreadFactory threads;
  private final TaskLog log;
  private final AtomicInteger probesRunning = new AtomicInteger();
  private volatile @Nullable Entry image;
  private volatile @Nullable LiveTask live;

  JvmContainer(
      TaskContext context,
      JvmRuntime runtime,
      Loop loop,
      BlockingWork work,
      ThreadFactory threads,
      TaskLog log) {
    super(context.task().id(), context.name(), loop);
    this.context = context;
    this.runtime = runtime;
    this.work = work;
    this.threads = threads;
    this.log = log;
  }

  private ContainerSpec spec() {
    return context.service().task().container();
  }

  @Override
  protected CompletionStage<Void> doPrepare() {
    image = runtime.images().find(spec().image());
    if (image == null) {
      String text =
          "no such image: "
              + spec().image()
              + "; the in-JVM runtime has "
              + runtime.images().names();
      throw new TaskFailure(new Reason.Image(spec().image(), text), text);
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  protected CompletionStage<ContainerStatus> doStart() {
    Entry found = prepared();
    JvmImage code = entryPoint(found);
    TreeSet<Integer> ports = declaredPorts(found);
    LiveTask started =
        new LiveTask(context, args(), ports, log, threads, this::allTakenAway, this::hasEnded);
    live = started;
    CompletableFuture<@Nullable Void> serving = started.start(code);
    Timer patience = loop().schedule(LISTEN_LIMIT, () -> serving.complete(null));
    return serving.thenApply(
        done -> {
          patience.cancel();
          ports.addAll(started.ports());
          return new ContainerStatus(
              task().toString(), ProcessHandle.current().pid(), null, List.copyOf(ports));
        });
  }

  /** Ports of which image or service say that the code listens on them. */
  private TreeSet<Integer> declaredPorts(Entry found) {
    TreeSet<Integer> ports = new TreeSet<>(found.ports());
    ports.addAll(spec().exposedPorts());
    for (PortSpec port : context.service().endpoint().ports()) {
      if (port.protocol() == PortSpec.Protocol.TCP) {
        ports.add(port.target());
      }
    }
    return ports;
  }

  private Entry prepared() {
    Entry found = image;
    if (found == null) {
      throw new IllegalStateException("start comes after prepare");
    }
    return found;
  }

  private JvmImage entryPoint(Entry found) {
    if (spec().command().isEmpty()) {
      return found.code();
    }
    String name = spec().command().get(0);
    JvmCommand command = found.commands().get(name);
    if (command == null) {
      String text =
          "no such command: "
              + name
              + "; image "
              + spec().image()
              + " has "
              + found.commands().keySet();
      throw new TaskFailure(new Reason.StartFailed(text), text);
    }
    return task -> {
      ExecStreams streams = new ExecStreams(task.in(), task.out(), task.err());
      int code = command.run(task, task.args(), streams);
      if (code != 0) {
        task.exit(code);
      }
    };
  }

  /** With a command of its own, its further words and then the arguments. */
  private List<String> args() {
    List<String> all = new ArrayList<>(spec().command());
    if (!all.isEmpty()) {
      all.remove(0);
    }
    all.addAll(spec().args());
    return List.copyOf(all);
  }

  private void allTakenAway() {
    loop().schedule(LAST_CHANCE, () -> ending(LiveTask::abandon));
  }

  @Override
  protected void askToEnd() {
    ending(LiveTask::stop);
  }

  @Override
  protected void forceToEnd() {
    ending(LiveTask::kill);
  }

  private void ending(Consumer<LiveTask> step) {
    LiveTask task = live;
    if (task != null) {
      work.execute(() -> step.accept(task));
    }
  }

  @Override
  protected CompletionStage<Void> doRemove() {
    log.close();
    runtime.forget(this);
    return CompletableFuture.completedFuture(null);
  }

  /** Threads of its code that have not ended. */
  List<Thread> threadsAlive() {
    LiveTask task = live;
    return task == null ? List.of() : task.threadsAlive();
  }

  @Override
  public Optional<HealthCheck> imageHealth() {
    Entry found = image;
    return found == null ? Optional.empty() : found.health();
  }

  @Override
  public CompletionStage<ProbeResult> probe(Probe probe, Duration timeout) {
    LiveTask task = live;
    if (task == null || !isRunning()) {
      return CompletableFuture.completedFuture(new ProbeResult(false, -1, "the task does not run"));
    }
    if (probesRunning.get() >= MOST_PROBES) {
      String text = "earlier probes still run though their time is over";
      return CompletableFuture.completedFuture(new ProbeResult(false, -1, text));
    }
    return work.callWithin(
            timeout,
            counted(probing(task, probe, timeout)),
            () -> new ProbeResult(false, -1, "no answer within " + timeout))
        .exceptionally(failure -> new ProbeResult(false, 1, String.valueOf(failure.getMessage())));
  }

  /** Code that ignores its interruption is not to collect threads, probe by probe. */
  private <T> Callable<T> counted(Callable<T> probe) {
    return () -> {
      probesRunning.incrementAndGet();
      try {
        return probe.call();
      } finally {
        probesRunning.decrementAndGet();
      }
    };
  }

  private Callable<ProbeResult> probing(LiveTask task, Probe probe, Duration timeout) {
    InetAddress address = TaskAddresses.first(context);
    if (probe instanceof Probe.Http http) {
      return () -> NetProbe.http(address, http.port(), http.path(), timeout);
    } else if (probe instanceof Probe.Tcp tcp) {
      return () -> NetProbe.tcp(address, tcp.port(), timeout);
    } else if (probe instanceof Probe.Exec exec) {
      return () -> command(task, exec.command());
    } else if (probe instanceof Probe.Shell shell) {
      return () -> command(task, List.of("sh", "-c", shell.line()));
    } else if (probe instanceof Probe.Callback callback) {
      return () -> callback(task, callback.name());
    }
    return () -> new ProbeResult(true, 0, "");
  }

  private ProbeResult command(LiveTask task, List<String> command) throws Exception {
    ProbeOutput output = new ProbeOutput();
    int code =
        shell(task, new ExecStreams(InputStream.nullInputStream(), output, output)).run(command);
    return new ProbeResult(code == 0, code, output.text());
  }

  private JvmShell shell(JvmTask task, ExecStreams streams) {
    return new JvmShell(task, prepared().commands(), streams);
  }

  private ProbeResult callback(LiveTask task, String name) throws Exception {
    BooleanSupplier own = task.check(name);
    if (own != null) {
      return answer(own.getAsBoolean(), "callback " + name);
    }
    if (name.equals(JvmTask.SELF)) {
      return answer(task.complaint().isEmpty(), task.complaint());
    }
    HealthCallback registered = prepared().callbacks().get(name);
    HealthCallback found = registered != null ? registered : runtime.callback(name);
    return found == null
        ? answer(false, "no callback is registered under the name " + name)
        : answer(found.isHealthy(context), "callback " + name);
  }

  private static ProbeResult answer(boolean healthy, String text) {
    return new ProbeResult(healthy, healthy ? 0 : 1, text);
  }

  @Override
  public AutoCloseable logs(LogOptions options, LogSink sink) {
    return log.read(options, sink);
  }

  @Override
  public Interaction exec(ExecSpec spec, ExecStreams streams) {
    LiveTask task = live;
    if (task == null || !isRunning()) {
      return Interaction.failed(refusal("task " + context.name() + " does not run"));
    }
    OutputStream err = spec.tty() ? streams.stdout() : streams.stderr();
    ExecStreams own = new ExecStreams(streams.stdin(), streams.stdout(), err);
    CompletableFuture<Integer> code = new CompletableFuture<>();
    Thread thread =
        task.spawn(
            () -> {
              try {
                code.complete(shell(new CommandTask(task, spec), own).run(spec.command()));
              } catch (ExitSignal asked) {
                code.complete(0);
              } catch (Throwable failure) {
                code.complete(1);
              }
            });
    Runnable end =
        () -> {
          if (code.complete(KILLED)) {
            thread.interrupt();
          }
        };
    return Interaction.of(code.minimalCompletionStage(), end);
  }

  /** Input goes to the task's own, which stays open for the next who attaches. */
  @Override
  public Interaction attach(ExecStreams streams) {
    LiveTask task = live;
    if (task != null && spec().openStdin()) {
      work.execute(() -> task.input().takeFrom(streams.stdin()));
    }
    return super.attach(streams);
  }

  @Override
  public CompletionStage<Void> replaceFiles(List<TaskFile> files) {
    LiveTask task = live;
    if (task != null) {
      task.replaceFiles(files);
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> signal(String name) {
    LiveTask task = live;
    if (task != null) {
      task.signal(name);
    }
    return CompletableFuture.completedFuture(null);
  }

  private static TaskFailure refusal(String text) {
    return new TaskFailure(new Reason.StartFailed(text), text);
  }

  @Override
  public CompletionStage<Usage> usage() {
    List<Thread> alive = threadsAlive();
    ThreadMXBean beans = ManagementFactory.getThreadMXBean();
    long nanos =
        beans.isThreadCpuTimeSupported()
            ? alive.stream().mapToLong(t -> Math.max(0, beans.getThreadCpuTime(t.getId()))).sum()
            : 0;
    return CompletableFuture.completedFuture(new Usage(nanos, 0, alive.size()));
  }
}
