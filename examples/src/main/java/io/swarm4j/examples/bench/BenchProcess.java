package io.swarm4j.examples.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** A {@link BenchNode} that runs. Thread-safe. */
final class BenchProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 90;

  private final String name;
  private final List<String> command = new ArrayList<>();
  private final File errors;
  private final AtomicLong numbers = new AtomicLong();
  private volatile Running running;

  /**
   * Starts a node that keeps its state in {@code folder}.
   *
   * @param flags for its JVM
   */
  BenchProcess(Path folder, String name, List<String> flags) {
    this.name = name;
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            BenchNode.class.getName(),
            folder.resolve(name).toString(),
            name));
    errors = folder.resolve(name + ".err").toFile();
    running = launch();
  }

  private Running launch() {
    try {
      return new Running(
          new ProcessBuilder(command)
              .redirectError(ProcessBuilder.Redirect.appendTo(errors))
              .start());
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  String name() {
    return name;
  }

  long pid() {
    return running.process.pid();
  }

  /** Starts it once more after it was killed. */
  void restart() {
    running = launch();
  }

  /** Has it obey; fails with what it answers if it refuses, or if it ends before it answers. */
  CompletableFuture<String> ask(String words) {
    return running.ask(numbers.incrementAndGet(), words);
  }

  /** Waits for the answer. */
  String get(String words) {
    return ask(words).orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
  }

  /** As {@code kill -9}; waits for its end. */
  void kill() {
    running.process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }

  /** One life of the process. */
  private static final class Running {
    private final Process process;
    private final PrintWriter in;
    private final Map<Long, CompletableFuture<String>> open = new ConcurrentHashMap<>();
    private volatile boolean ended;

    Running(Process process) {
      this.process = process;
      this.in = new PrintWriter(process.outputWriter(UTF_8), true);
      Thread reader = new Thread(this::read, "bench-answers");
      reader.setDaemon(true);
      reader.start();
    }

    CompletableFuture<String> ask(long number, String words) {
      CompletableFuture<String> answer = new CompletableFuture<>();
      open.put(number, answer);
      in.println(number + " " + words);
      if (ended) {
        failAll();
      }
      return answer;
    }

    private void read() {
      try (BufferedReader out = process.inputReader(UTF_8)) {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
          String[] parts = line.split(" ", 3);
          CompletableFuture<String> answer =
              parts[0].matches("\\d+") ? open.remove(Long.parseLong(parts[0])) : null;
          if (answer != null && parts[1].equals("OK")) {
            answer.complete(parts.length < 3 ? "" : parts[2]);
          } else if (answer != null) {
            answer.completeExceptionally(new IllegalStateException(line));
          }
        }
      } catch (IOException gone) {
        // it was killed
      }
      ended = true;
      failAll();
    }

    private void failAll() {
      open.values()
          .forEach(
              answer ->
                  answer.completeExceptionally(
                      new CompletionException(new IllegalStateException("the process ended"))));
      open.clear();
    }
  }
}
