package io.swarm4j.agent.protocol;

import io.swarm4j.agent.LogLine;
import io.swarm4j.agent.LogSink;
import java.util.List;

/** What a node says in a stream; {@link End} comes last, exactly once. */
public sealed interface FromTask {

  /** What a log line counts beyond its bytes. */
  int LINE_COST = 32;

  /** Lines of output, in order. */
  record Lines(List<LogLine> lines) implements FromTask {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /** All lines that there were when the stream was opened have been sent. */
  record CaughtUp() implements FromTask {}

  /** Pieces of output, in order. */
  record Output(List<Piece> pieces) implements FromTask {
    public Output {
      pieces = List.copyOf(pieces);
    }
  }

  /** That much more input may be sent. */
  record InputCredit(long bytes) implements FromTask {}

  /** The stream is over. */
  record End(Outcome outcome) implements FromTask {}

  /** A piece of output. */
  record Piece(LogSink.Stream stream, byte[] bytes) {}

  /** How a stream ended. */
  sealed interface Outcome {

    /** All that was asked for was done. */
    record Done() implements Outcome {}

    /** The command or task has ended with an exit code. */
    record Exited(int code) implements Outcome {}

    /** It did not come about, or was cut off. */
    record Failed(Cause cause, String text) implements Outcome {}
  }

  /** Kinds of failures. */
  enum Cause {
    /** The node has no session now, or lost it. */
    NODE_UNREACHABLE,
    /** The node has nothing of that task, not yet or no longer. */
    NO_SUCH_TASK,
    /** The runtime refused or failed. */
    REFUSED,
    /** The node did not answer in time. */
    TIMED_OUT
  }

  /** The cost of a line, in the unit of {@link ToTask.Credit}. */
  static int cost(LogLine line) {
    return line.bytes().length + LINE_COST;
  }
}
