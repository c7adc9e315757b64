package io.swarm4j.docker;

import com.github.dockerjava.api.command.ExecCreateCmd;
import com.github.dockerjava.api.command.InspectExecResponse;
import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.agent.TerminalSize;
import io.swarm4j.model.Reason;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One command beside the process of a container. */
final class EngineCommand implements Interaction {
  private static final Logger LOG = LoggerFactory.getLogger(EngineCommand.class);
  private static final int NOT_FOUND = 127;
  private static final int CANNOT_RUN = 126;
  private static final int KILLED = 137;
  private static final long SETTLE_MILLIS = 20;
  private static final int SETTLE_LOOKS = 250;

  private final EngineConnection engine;
  private final BlockingWork work;
  private final String container;
  private final ExecSpec spec;
  private final ExecStreams streams;
  private final CompletableFuture<Integer> exit;
  private volatile @Nullable String id;

  private EngineCommand(
      EngineConnection engine,
      BlockingWork work,
      String container,
      ExecSpec spec,
      ExecStreams streams) {
    this.engine = engine;
    this.work = work;
    this.container = container;
    this.spec = spec;
    this.streams = streams;
    this.exit = work.callUntilDone(this::run);
  }

  /** Starts a command. Does not block. */
  static EngineCommand start(
      EngineConnection engine,
      BlockingWork work,
      String container,
      ExecSpec spec,
      ExecStreams streams) {
    return new EngineCommand(engine, work, container, spec, streams);
  }

  @Override
  public CompletionStage<Integer> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public void resize(TerminalSize size) {
    String running = id;
    if (spec.tty() && running != null) {
      work.execute(() -> resizeNow(running, size));
    }
  }

  private void resizeNow(String running, TerminalSize size) {
    try {
      engine.calls().resizeExecCmd(running).withSize(size.rows(), size.columns()).exec();
    } catch (RuntimeException ended) {
      LOG.debug("a terminal is not resized", ended);
    }
  }

  @Override
  public void close() {
    exit.complete(KILLED);
  }

  /** Runs it on a thread of its own; its exit code, 127 if there is no such command. */
  private int run() throws IOException, InterruptedException {
    String created = create();
    id = created;
    StartErrors out = new StartErrors(streams.stdout(), streams.stderr());
    try (Conversation conversation =
        Conversation.open(
            engine.address(),
            "/" + engine.version() + "/exec/" + created + "/start",
            "{\"Detach\":false,\"Tty\":" + spec.tty() + "}")) {
      if (spec.size() != null) {
        resizeNow(created, spec.size());
      }
      if (spec.stdin()) {
        work.execute(() -> conversation.send(streams.stdin()));
      }
      conversation.receive(spec.tty(), new ExecStreams(streams.stdin(), out, streams.stderr()));
    } catch (IOException failure) {
      endAbandoned(created);
      if (Thread.interrupted()) {
        throw new InterruptedException("the command was not waited for");
      }
      throw failure;
    } finally {
      out.flush();
    }
    int code = exitCode(created);
    return code == CANNOT_RUN && out.isNotFound() ? NOT_FOUND : code;
  }

  private String create() {
    ExecCreateCmd command =
        engine
            .calls()
            .execCreateCmd(container)
            .withCmd(spec.command().toArray(String[]::new))
            .withEnv(
                spec.env().entrySet().stream()
                    .map(each -> each.getKey() + "=" + each.getValue())
                    .toList())
            .withTty(spec.tty())
            .withAttachStdin(spec.stdin())
            .withAttachStdout(true)
            .withAttachStderr(true);
    if (spec.workingDir() != null) {
      command.withWorkingDir(spec.workingDir());
    }
    if (spec.user() != null) {
      command.withUser(spec.user());
    }
    try {
      return command.exec().getId();
    } catch (RuntimeException failure) {
      String text = EngineFailures.text(failure);
      throw new TaskFailure(new Reason.StartFailed(text), text, failure);
    }
  }

  /** The engine may report the end of the output before that of the command. */
  private int exitCode(String ended) throws InterruptedException {
    for (int look = 0; look < SETTLE_LOOKS; look++) {
      InspectExecResponse state = engine.calls().inspectExecCmd(ended).exec();
      if (!Boolean.TRUE.equals(state.isRunning()) && state.getExitCodeLong() != null) {
        return state.getExitCodeLong().intValue();
      }
      pause();
    }
    return CANNOT_RUN;
  }

  private static void pause() throws InterruptedException {
    new CountDownLatch(1).await(SETTLE_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** The Engine API cannot end a command: the kernel can, where the engine is on this machine. */
  private void endAbandoned(String running) {
    if (!engine.address().isLocal()) {
      return;
    }
    boolean interrupted = Thread.interrupted(); // one more question is asked before that counts
    try {
      Long pid = engine.calls().inspectExecCmd(running).exec().getPidLong();
      ProcessHandle.of(Objects.requireNonNullElse(pid, 0L))
          .filter(process -> process.pid() > 1)
          .ifPresent(ProcessHandle::destroyForcibly);
    } catch (RuntimeException unreachable) {
      LOG.debug("an abandoned command may run on", unreachable);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
