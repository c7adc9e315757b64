package io.swarm4j.process;

import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.Container.ProbeResult;
import io.swarm4j.agent.ExecSpec;
import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.ProbeOutput;
import io.swarm4j.time.Loop;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Runs commands beside a task, for {@code exec} and for probes. Blocks; an interruption ends it.
 */
final class SideProcess {
  private static final int NOT_FOUND = 127;
  private static final int KILLED = 137;
  private static final long LAST_OUTPUT_SECONDS = 2;

  private final Launch launch;
  private final ProcessTree tree;
  private final BlockingWork work;

  SideProcess(Launch launch, ProcessTree tree, BlockingWork work) {
    this.launch = launch;
    this.tree = tree;
    this.work = work;
  }

  /**
   * Starts a command on a thread of its own. Does not block.
   *
   * @param loop on which new sizes of its terminal wait for that terminal
   */
  Interaction start(ExecSpec spec, ExecStreams streams, Loop loop) {
    TerminalWindow window = new TerminalWindow(loop, work);
    CompletableFuture<Integer> code = work.callUntilDone(() -> run(spec, streams, window::shows));
    Runnable end = () -> code.complete(KILLED);
    return Interaction.of(code.minimalCompletionStage(), window::resize, end);
  }

  /** Runs a command; its exit code, 127 if there is no such command. */
  private int run(ExecSpec spec, ExecStreams streams, Consumer<Process> started)
      throws IOException, InterruptedException {
    List<String> command = spec.command();
    PseudoTerminal terminal = spec.tty() ? PseudoTerminal.ofThisMachine() : null;
    Optional<ProcessBuilder> builder = launch.beside(spec, terminal);
    if (builder.isEmpty()) {
      String text = "no such command: " + String.join(" ", command) + "\n";
      streams.stderr().write(text.getBytes(StandardCharsets.UTF_8));
      streams.stderr().flush();
      return NOT_FOUND;
    }
    Process process = builder.get().start();
    if (terminal != null) {
      started.accept(process);
    }
    CompletableFuture<Void> output =
        CompletableFuture.allOf(
            copy(process.getInputStream(), streams.stdout()),
            copy(process.getErrorStream(), streams.stderr()));
    work.execute(() -> feed(streams.stdin(), process.getOutputStream()));
    try {
      int code = process.waitFor();
      output.get(LAST_OUTPUT_SECONDS, TimeUnit.SECONDS);
      return code;
    } catch (ExecutionException | TimeoutException heldOpen) {
      return process.exitValue();
    } finally {
      if (process.isAlive()) {
        List<ProcessHandle> below = process.descendants().toList(); // a terminal is a session, too
        tree.signal(process, "KILL");
        below.forEach(ProcessHandle::destroyForcibly);
      }
    }
  }

  /** Runs a command as a health probe. */
  ProbeResult probe(List<String> command) throws IOException, InterruptedException {
    ProbeOutput output = new ProbeOutput();
    ExecStreams streams = new ExecStreams(InputStream.nullInputStream(), output, output);
    int code = run(ExecSpec.builder().command(command).build(), streams, process -> {});
    return new ProbeResult(code == 0, code, output.text());
  }

  private CompletableFuture<Void> copy(InputStream from, OutputStream to) {
    return work.call(
        () -> {
          byte[] chunk = new byte[8192];
          for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
            to.write(chunk, 0, n);
            to.flush();
          }
          return null;
        });
  }

  private static void feed(InputStream from, OutputStream to) {
    try (to) {
      copyInput(from, to);
    } catch (IOException ended) {
      // it reads no more, which is its right
    }
  }

  /** Passes input on until there is no more, or nobody reads it. */
  static void copyInput(InputStream from, OutputStream to) {
    try {
      byte[] chunk = new byte[8192];
      for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
        to.write(chunk, 0, n);
        to.flush();
      }
    } catch (IOException ended) {
      // as if all had been read
    }
  }
}
