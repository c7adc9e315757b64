package io.swarm4j.stream;

import io.swarm4j.agent.LogLine;
import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.agent.protocol.TaskRequest;
import io.swarm4j.agent.protocol.ToTask;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The log of one task within a reading: opened, cut off, resumed where it was cut off. For use on
 * the reading's loop only.
 */
final class LogFeed {
  /** How much of one log may wait at the manager, in the unit of {@link ToTask.Credit}. */
  static final int CREDIT = 64 * 1024;

  private static final NodeStreams.Stream NONE = part -> {};

  final LogEntry.Origin origin;
  final LogMerge<LogFeed>.Input input;
  private NodeStreams.Stream stream = NONE;
  private boolean open;
  private boolean finished;
  private long taken;
  private long messages;
  private @Nullable Instant lastAt;
  private int sameAsLast;
  private int skip;

  LogFeed(LogEntry.Origin origin, LogMerge<LogFeed> merge) {
    this.origin = origin;
    this.input = merge.add(this);
  }

  /** Opens it, or takes it up again after the last line that came. */
  void open(NodeStreams streams, LogQuery query, Consumer<FromTask> receiver) {
    open = true;
    skip = lastAt == null ? 0 : sameAsLast;
    stream =
        streams.open(
            origin.node(),
            new TaskRequest.ReadLogs(origin.task(), query.options(lastAt)),
            CREDIT,
            receiver);
  }

  boolean isOpen() {
    return open;
  }

  /** Whether nothing will come of it any more. */
  boolean isFinished() {
    return finished;
  }

  /** How many messages have come. */
  long messages() {
    return messages;
  }

  void lines(List<LogLine> lines, Instant now) {
    messages++;
    int from = 0;
    while (skip > 0 && from < lines.size() && lines.get(from).at().equals(lastAt)) {
      skip--;
      from++;
      taken(lines.get(from - 1));
    }
    skip = from < lines.size() ? 0 : skip;
    for (LogLine line : lines.subList(from, lines.size())) {
      sameAsLast = line.at().equals(lastAt) ? sameAsLast + 1 : 1;
      lastAt = line.at();
    }
    input.add(lines.subList(from, lines.size()), now);
  }

  /** A line has left: there is room for another. */
  void taken(LogLine line) {
    taken += FromTask.cost(line);
    if (taken >= CREDIT / 2) {
      stream.send(new ToTask.Credit(taken));
      taken = 0;
    }
  }

  /** The stream is over; more may come by another. */
  void cutOff() {
    open = false;
    taken = 0;
    stream = NONE;
    input.catchUp();
  }

  /** It is over for good. */
  void finish() {
    if (open) {
      stream.send(new ToTask.Cancel());
    }
    open = false;
    finished = true;
    stream = NONE;
    input.end();
  }
}
