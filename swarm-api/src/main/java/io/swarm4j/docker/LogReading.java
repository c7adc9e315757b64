package io.swarm4j.docker;

import com.github.dockerjava.api.command.LogContainerCmd;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.docker.LogFrames.Line;
import io.swarm4j.time.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a container's log.
 *
 * <p>The engine counts the lines of both streams for {@code tail} and knows {@code since} in whole
 * seconds only. Where that is not what was asked for, what is there is read first and its last
 * matching lines are kept; a follower then goes on behind the last line that was seen. So it does
 * when the engine ends the stream, in whichever way, while the container runs.
 */
final class LogReading implements AutoCloseable {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final DockerRuntime runtime;
  private final Source source;
  private final LogOptions options;
  private final LogSink sink;

  /** Whether the last lines have to be found here. */
  private final boolean exact;

  private LogPosition position = new LogPosition();
  private boolean tailRead;
  private volatile Duration pause = FIRST_PAUSE;
  private @Nullable LogFrames running;
  private Timer next = Timer.NONE;
  private boolean closed;

  /** Whose log it is. */
  interface Source {
    /** The engine's id of the container. */
    String id();

    /** Whether it may write more; fails if there is no such container any more. */
    CompletionStage<Boolean> runs();
  }

  LogReading(DockerRuntime runtime, Source source, LogOptions options, LogSink sink) {
    this.runtime = runtime;
    this.source = source;
    this.options = options;
    this.sink = sink;
    this.exact =
        options.tail() >= 0 && !(options.stdout() && options.stderr() && options.since() == null);
  }

  /** Begins; lines come on threads that may block. */
  void start() {
    position = new LogPosition();
    if (exact && !tailRead) {
      run(command(false).withTailAll(), new LastLines());
    } else if (exact || options.tail() < 0) {
      run(command(options.follow()).withTailAll(), new All());
    } else {
      if (options.tail() == 0) {
        position.startAt(runtime.loop().now());
      }
      run(command(options.follow()).withTail(options.tail()), new All());
    }
  }

  /** Follows from where it was. */
  private void goOn() {
    Optional<Instant> from = exact && !tailRead ? Optional.empty() : position.rewind();
    if (from.isEmpty()) {
      start();
      return;
    }
    LogContainerCmd command = command(true).withTailAll();
    if (options.since() == null || from.get().isAfter(options.since())) {
      command.withSince((int) from.get().getEpochSecond());
    }
    run(command, new All());
  }

  private synchronized void goOnLater() {
    next = runtime.loop().schedule(pause, this::goOn);
    Duration longer = pause.multipliedBy(2);
    pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
  }

  private LogContainerCmd command(boolean follow) {
    LogContainerCmd command =
        runtime
            .engine()
            .streams()
            .logContainerCmd(source.id())
            .withStdOut(options.stdout())
            .withStdErr(options.stderr())
            .withTimestamps(true)
            .withFollowStream(follow);
    if (options.since() != null) {
      command.withSince((int) options.since().getEpochSecond());
    }
    return command;
  }

  private synchronized void run(LogContainerCmd command, LogFrames frames) {
    if (!closed) {
      running = frames;
      command.exec(frames);
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    next.cancel();
    if (running != null) {
      running.close();
    }
  }

  private boolean isWanted(Line line) {
    return !isClosed() && (options.since() == null || !line.at().isBefore(options.since()));
  }

  private void hand(Line line) {
    sink.line(line.at(), line.stream(), line.bytes());
  }

  /** What a follower does when a stream is at its end: goes on, or else {@code atEnd}. */
  private void after(@Nullable Throwable cause, Runnable atEnd) {
    if (runtime.isReleased()) {
      atEnd.run();
    } else if (cause != null && EngineFailures.isOutage(cause)) {
      goOnLater();
    } else if (cause == null || EngineFailures.isPassing(cause)) {
      source
          .runs()
          .whenComplete(
              (runs, failure) -> {
                if (Boolean.TRUE.equals(runs)) {
                  goOnLater();
                } else {
                  runtime.work().execute(atEnd);
                }
              });
    } else {
      atEnd.run(); // the container is gone, or its log cannot be read
    }
  }

  /** Hands on all that comes, but what was handed on before. */
  private final class All extends LogFrames {
    @Override
    void line(Line line) {
      if (isWanted(line) && position.pass(line.stream(), line.at())) {
        pause = FIRST_PAUSE;
        hand(line);
      }
    }

    @Override
    void ended(@Nullable Throwable cause) {
      if (options.follow() && !isClosed()) {
        after(cause, this::finish);
      } else {
        finish();
      }
    }

    private void finish() {
      finishLines();
      if (!isClosed()) {
        sink.end();
      }
    }
  }

  /** Keeps the last lines of what is there, hands them on, and goes on behind them. */
  private final class LastLines extends LogFrames {
    private final Deque<Line> last = new ArrayDeque<>();

    @Override
    void line(Line line) {
      if (isWanted(line) && position.pass(line.stream(), line.at())) {
        last.add(line);
        if (last.size() > options.tail()) {
          last.remove();
        }
      }
    }

    @Override
    void ended(@Nullable Throwable cause) {
      if (options.follow() && cause != null && !isClosed()) {
        after(cause, this::finish);
      } else {
        finish();
      }
    }

    private void finish() {
      finishLines();
      if (isClosed()) {
        return;
      }
      last.forEach(LogReading.this::hand);
      tailRead = true;
      if (options.follow()) {
        goOn();
      } else {
        sink.end();
      }
    }
  }
}
