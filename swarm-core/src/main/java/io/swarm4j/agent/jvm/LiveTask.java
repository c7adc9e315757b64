package io.swarm4j.agent.jvm;

import io.swarm4j.agent.Container.Exit;
import io.swarm4j.agent.LogSink.Stream;
import io.swarm4j.agent.TaskAddresses;
import io.swarm4j.agent.TaskContext;
import io.swarm4j.agent.TaskContext.TaskFile;
import io.swarm4j.agent.TaskLog;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.TaskId;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run of an image's code: its threads, what it has opened, and how it ends.
 *
 * <p>It ends once, by whichever comes first: the code returns or throws, it calls {@link #exit}, or
 * it is abandoned because it does not react.
 */
final class LiveTask implements JvmTask {
  private static final Logger LOG = LoggerFactory.getLogger(LiveTask.class);
  private static final int TERMINATED = 143;
  private static final int KILLED = 137;

  /** Signals that end a program unless it minds them. */
  private static final Set<String> ENDING = Set.of("INT", "QUIT", "TERM");

  private final TaskContext context;
  private final List<String> args;
  private final TaskLog log;
  private final Runnable dying;
  private final Consumer<Exit> ended;
  private final TaskInput input = new TaskInput();
  private final PrintStream out;
  private final PrintStream err;

  private final Object lock = new Object();
  private final List<Runnable> stopHooks = new ArrayList<>();
  private final Map<String, BooleanSupplier> checks = new LinkedHashMap<>();

  /** Clients take the first address of a name: it is another one each time. */
  private final AtomicInteger lookups = new AtomicInteger();

  private final Map<String, List<Runnable>> signalHooks = new LinkedHashMap<>();
  private final PayloadFiles files;
  private final Listeners listeners;
  private final Belongings belongings;
  private @Nullable Thread main;
  private @Nullable Integer wantedCode;
  private String unhealthy = "";
  private boolean stopping;
  private boolean awaitsStop;
  private boolean over;

  /**
   * Of a task that has not started.
   *
   * @param awaitedPorts what it listens on once it serves
   * @param dying called when everything was taken away from the code; to be followed by {@link
   *     #abandon} after a while
   * @param ended gets the outcome, once
   */
  LiveTask(
      TaskContext context,
      List<String> args,
      Set<Integer> awaitedPorts,
      TaskLog log,
      ThreadFactory threads,
      Runnable dying,
      Consumer<Exit> ended) {
    this.context = context;
    this.files = new PayloadFiles(context);
    this.listeners = new Listeners(this, awaitedPorts);
    this.belongings = new Belongings(context.name(), threads, this::threadFailed);
    this.args = args;
    this.log = log;
    this.dying = dying;
    this.ended = ended;
    this.out = print(Stream.STDOUT);
    this.err = print(Stream.STDERR);
  }

  private PrintStream print(Stream stream) {
    return new PrintStream(log.writer(stream), true, StandardCharsets.UTF_8);
  }

  /**
   * Starts the code on a thread of its own.
   *
   * @return completes when it listens on all ports that are awaited of it, or has ended
   */
  CompletableFuture<@Nullable Void> start(JvmImage code) {
    synchronized (lock) {
      main = spawn(() -> end(run(code)));
    }
    return listeners.serving();
  }

  private Exit run(JvmImage code) {
    try {
      code.run(this);
      return exit(0, "");
    } catch (ExitSignal signal) {
      return exit(0, "");
    } catch (OutOfMemoryError full) {
      return new Exit(KILLED, true, String.valueOf(full.getMessage()));
    } catch (Throwable failure) {
      if (stopping()) {
        return exit(TERMINATED, "");
      }
      if (!exitWanted()) {
        failure.printStackTrace(err);
      }
      return exit(1, failure.toString());
    }
  }

  /** The outcome, unless the task asked for another one. */
  private Exit exit(int code, String message) {
    synchronized (lock) {
      return wantedCode == null ? new Exit(code, false, message) : new Exit(wantedCode, false, "");
    }
  }

  private boolean exitWanted() {
    synchronized (lock) {
      return wantedCode != null;
    }
  }

  private void end(Exit exit) {
    synchronized (lock) {
      if (over) {
        return;
      }
      over = true;
      stopping = true;
      lock.notifyAll();
    }
    listeners.serving().complete(null);
    belongings.end();
    input.close();
    out.close();
    err.close();
    log.end();
    ended.accept(exit);
  }

  /** Asks the code to end; blocks while its hooks run. */
  void stop() {
    List<Runnable> hooks;
    synchronized (lock) {
      hooks = List.copyOf(stopHooks);
      stopping = true;
    }
    hooks.forEach(this::runHook);
    synchronized (lock) {
      // Under the lock: code that is about to await its stop is either seen or not yet in there.
      if (!awaitsStop && main != null) {
        main.interrupt();
      }
      lock.notifyAll();
    }
  }

  private void runHook(Runnable hook) {
    try {
      hook.run();
    } catch (RuntimeException fault) {
      fault.printStackTrace(err);
    }
  }

  /** Takes everything away from the code, so that it ends if it can. */
  void kill() {
    terminate(KILLED);
  }

  private void terminate(int code) {
    synchronized (lock) {
      stopping = true;
      wantedCode = wantedCode == null ? code : wantedCode;
      lock.notifyAll();
    }
    belongings.takeAway();
    dying.run();
  }

  /** Counts the task as ended though its code still runs; without effect if it has ended. */
  void abandon() {
    boolean gone;
    synchronized (lock) {
      gone = over;
    }
    if (!gone) {
      LOG.warn(
          "task={} does not react to interruption: its threads {} are left behind",
          context.name(),
          threadsAlive().stream().map(Thread::getName).toList());
      end(exit(KILLED, ""));
    }
  }

  /** Its threads that have not ended. */
  List<Thread> threadsAlive() {
    return belongings.threadsAlive();
  }

  /** The ports that it listens on. */
  List<Integer> ports() {
    return listeners.ports();
  }

  /** The check that it registered under a name. */
  @Nullable BooleanSupplier check(String name) {
    synchronized (lock) {
      return checks.get(name);
    }
  }

  /** Why it says that it is unhealthy; empty if it does not. */
  String complaint() {
    synchronized (lock) {
      return unhealthy;
    }
  }

  @Override
  public TaskId id() {
    return context.task().id();
  }

  @Override
  public String name() {
    return context.name();
  }

  @Override
  public SlotKey slot() {
    return context.task().slot();
  }

  @Override
  public String hostname() {
    return context.hostname();
  }

  @Override
  public Map<String, String> env() {
    return context.env();
  }

  @Override
  public List<String> args() {
    return args;
  }

  @Override
  public String workingDir() {
    String dir = context.service().task().container().workingDir();
    return dir == null ? "/" : dir;
  }

  @Override
  public Optional<String> user() {
    return Optional.ofNullable(context.service().task().container().user());
  }

  @Override
  public List<InetAddress> addresses() {
    return TaskAddresses.of(context);
  }

  @Override
  public List<ServerSocketChannel> listenAll(int port) throws IOException {
    return listeners.listenAll(port);
  }

  @Override
  public void serve(int port, ConnectionHandler handler) throws IOException {
    listeners.serve(port, handler);
  }

  @Override
  public void listening(int port) {
    listeners.listening(port);
  }

  @Override
  public List<InetAddress> resolveAll(String host) throws UnknownHostException {
    List<InetAddress> found = new ArrayList<>(TaskAddresses.resolve(context, host));
    Collections.rotate(found, -lookups.getAndIncrement());
    return found;
  }

  /** Where those who attach write. */
  TaskInput input() {
    return input;
  }

  @Override
  public InputStream in() {
    boolean open = context.service().task().container().openStdin();
    return open ? input.stream() : InputStream.nullInputStream();
  }

  @Override
  public PrintStream out() {
    return out;
  }

  @Override
  public PrintStream err() {
    return err;
  }

  @Override
  public byte[] secret(String target) {
    return files.secret(target);
  }

  @Override
  public byte[] config(String target) {
    return files.config(target);
  }

  @Override
  public boolean stopping() {
    synchronized (lock) {
      return stopping;
    }
  }

  @Override
  public void awaitStop() throws InterruptedException {
    synchronized (lock) {
      boolean isMain = Thread.currentThread() == main;
      awaitsStop = isMain;
      try {
        while (!stopping) {
          lock.wait();
        }
        if (isMain) {
          Thread.interrupted(); // came with the stop, ahead of the code that was about to await it
        }
      } catch (InterruptedException interrupted) {
        if (!stopping) {
          awaitsStop = false;
          throw interrupted;
        }
      }
    }
  }

  @Override
  public void onStop(Runnable hook) {
    synchronized (lock) {
      if (!stopping) {
        stopHooks.add(hook);
        return;
      }
    }
    hook.run();
  }

  @Override
  public void onSignal(String signal, Runnable hook) {
    synchronized (lock) {
      signalHooks.computeIfAbsent(signal, name -> new ArrayList<>()).add(hook);
    }
  }

  @Override
  public void onFileChange(Runnable hook) {
    files.onChange(hook);
  }

  /** Lets the code know of a signal; those that end a program end code that asks for none. */
  void signal(String name) {
    List<Runnable> hooks;
    synchronized (lock) {
      hooks = List.copyOf(signalHooks.getOrDefault(name, List.of()));
    }
    if (hooks.isEmpty() && ENDING.contains(name)) {
      spawn(this::stop);
    }
    hooks.forEach(this::spawn);
  }

  /** Replaces secrets and configs of the same kind and target. */
  void replaceFiles(List<TaskFile> news) {
    files.replace(news).forEach(this::spawn);
  }

  @Override
  public <T extends AutoCloseable> T own(T resource) {
    return belongings.own(resource);
  }

  /** A resource is closed: it need not be taken away in the end. */
  void disown(AutoCloseable closed) {
    belongings.disown(closed);
  }

  @Override
  public Thread spawn(Runnable work) {
    return belongings.spawn(work);
  }

  private void threadFailed(Throwable failure) {
    if (!stopping()) {
      failure.printStackTrace(err);
    }
  }

  @Override
  public void health(String name, BooleanSupplier check) {
    synchronized (lock) {
      checks.put(name, check);
    }
  }

  @Override
  public void healthy() {
    unhealthy("");
  }

  @Override
  public void unhealthy(String why) {
    synchronized (lock) {
      unhealthy = why;
    }
  }

  @Override
  public void exit(int code) {
    terminate(code);
    throw new ExitSignal(code);
  }
}
