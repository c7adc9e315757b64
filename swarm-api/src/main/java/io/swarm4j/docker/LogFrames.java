package io.swarm4j.docker;

import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import io.swarm4j.agent.LogSink.Stream;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

/** What the engine sends of a log, as lines with their time. */
abstract class LogFrames extends EngineStream<Frame> {
  private final Map<Stream, LogPieces> unfinished = new EnumMap<>(Stream.class);

  /** A line that was put together. */
  record Line(Instant at, Stream stream, byte[] bytes) {}

  abstract void line(Line line);

  /** The output of a terminal has one stream, and no frames. */
  @Override
  public final void onNext(Frame frame) {
    Stream stream = frame.getStreamType() == StreamType.STDERR ? Stream.STDERR : Stream.STDOUT;
    unfinished
        .computeIfAbsent(
            stream, key -> new LogPieces((at, bytes) -> line(new Line(at, stream, bytes))))
        .add(frame.getPayload());
  }

  /** What has no line end yet will never get one. */
  final void finishLines() {
    unfinished.values().forEach(LogPieces::finish);
  }
}
