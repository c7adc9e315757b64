package io.swarm4j.docker;

import com.github.dockerjava.api.command.LogContainerCmd;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import io.swarm4j.agent.LogOptions;
import io.swarm4j.agent.LogSink;
import io.swarm4j.agent.LogSink.Stream;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One reading of a container's log.
 *
 * <p>The engine counts the lines of both streams for {@code tail} and knows {@code since} in whole
 * seconds only. Where that is not what was asked for, what is there is read first and its last
 * matching lines are kept; a follower then goes on behind the last line that was seen.
 */
final class LogReading implements AutoCloseable {
  private final EngineConnection engine;
  private final String container;
  private final LogOptions options;
  private final LogSink sink;
  private @Nullable Frames running;
  private boolean closed;

  private Instant lastAt = Instant.MIN;
  private int seenAtLast;

  LogReading(EngineConnection engine, String container, LogOptions options, LogSink sink) {
    this.engine = engine;
    this.container = container;
    this.options = options;
    this.sink = sink;
  }

  /** Begins; lines come on a thread of the library. */
  void start() {
    boolean exact =
        options.tail() >= 0 && !(options.stdout() && options.stderr() && options.since() == null);
    if (exact) {
      run(command(false).withTailAll(), new LastLines());
    } else if (options.tail() >= 0) {
      run(command(options.follow()).withTail(options.tail()), new All());
    } else {
      run(command(options.follow()).withTailAll(), new All());
    }
  }

  private LogContainerCmd command(boolean follow) {
    LogContainerCmd command =
        engine
            .streams()
            .logContainerCmd(container)
            .withStdOut(options.stdout())
            .withStdErr(options.stderr())
            .withTimestamps(true)
            .withFollowStream(follow);
    if (options.since() != null) {
      command.withSince((int) options.since().getEpochSecond());
    }
    return command;
  }

  private synchronized void run(LogContainerCmd command, Frames frames) {
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
    if (running != null) {
      running.close();
    }
  }

  private boolean isWanted(Instant at) {
    return options.since() == null || !at.isBefore(options.since());
  }

  /** A line that was put together. */
  private record Line(Instant at, Stream stream, byte[] bytes) {}

  /** What the engine sends: lines with their time, the long ones in pieces. */
  private abstract class Frames extends EngineStream<Frame> {
    private final Map<Stream, LogPieces> unfinished = new EnumMap<>(Stream.class);
    private final ByteArrayOutputStream ofTerminal = new ByteArrayOutputStream();

    abstract void line(Line line);

    abstract void end();

    @Override
    public void onNext(Frame frame) {
      if (frame.getStreamType() == StreamType.RAW) {
        terminal(frame.getPayload());
      } else {
        Stream stream = frame.getStreamType() == StreamType.STDERR ? Stream.STDERR : Stream.STDOUT;
        piece(stream, frame.getPayload());
      }
    }

    /** The output of a terminal comes as it is, cut anywhere. */
    private void terminal(byte[] bytes) {
      for (byte each : bytes) {
        ofTerminal.write(each);
        if (each == '\n' || ofTerminal.size() >= LogPieces.LONGEST_LINE) {
          piece(Stream.STDOUT, ofTerminal.toByteArray());
          ofTerminal.reset();
        }
      }
    }

    private void piece(Stream stream, byte[] bytes) {
      LogPieces pieces = unfinished.computeIfAbsent(stream, key -> new LogPieces());
      if (pieces.add(bytes)) {
        take(stream, pieces);
      }
    }

    private void take(Stream stream, LogPieces pieces) {
      Line line = new Line(pieces.at(), stream, pieces.take());
      if (isWanted(line.at) && !isClosed()) {
        line(line);
      }
    }

    /** A container that is gone has no lines; nor has an engine that is out of reach. */
    @Override
    void ended(@Nullable Throwable cause) {
      if (ofTerminal.size() > 0) {
        piece(Stream.STDOUT, ofTerminal.toByteArray());
      }
      unfinished.forEach(
          (stream, pieces) -> {
            if (!pieces.isEmpty()) {
              take(stream, pieces);
            }
          });
      if (!isClosed()) {
        end();
      }
    }
  }

  /** Hands on all that comes, but what was handed on before. */
  private final class All extends Frames {
    private int skip = seenAtLast;

    @Override
    void line(Line line) {
      if (line.at.isBefore(lastAt) || (line.at.equals(lastAt) && skip-- > 0)) {
        return;
      }
      sink.line(line.at, line.stream, line.bytes);
    }

    @Override
    void end() {
      sink.end();
    }
  }

  /** Keeps the last lines of what is there, hands them on, and goes on behind them. */
  private final class LastLines extends Frames {
    private final Deque<Line> last = new ArrayDeque<>();

    @Override
    void line(Line line) {
      seenAtLast = line.at.equals(lastAt) ? seenAtLast + 1 : 1;
      lastAt = line.at;
      last.add(line);
      if (last.size() > options.tail()) {
        last.remove();
      }
    }

    @Override
    void end() {
      last.forEach(line -> sink.line(line.at, line.stream, line.bytes));
      if (options.follow()) {
        LogContainerCmd command = command(true).withTailAll();
        if (!lastAt.equals(Instant.MIN)) {
          command.withSince((int) lastAt.getEpochSecond());
        }
        run(command, new All());
      } else {
        sink.end();
      }
    }
  }
}
