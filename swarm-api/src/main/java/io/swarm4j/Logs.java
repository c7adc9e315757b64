package io.swarm4j;

import io.swarm4j.stream.LogEntry;
import io.swarm4j.stream.LogGap;
import java.util.Iterator;
import java.util.List;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Lines of output in order of time, read as they are asked for. To be closed, and for use by one
 * thread; only {@link #close} may come from another one, and ends the lines.
 */
public interface Logs extends Iterator<LogEntry>, AutoCloseable {

  /** Whether there is a line more; waits until that is certain. */
  @Override
  boolean hasNext();

  /**
   * What is missing from the lines so far, as far as it is known; complete once there are no more
   * lines.
   */
  List<LogGap> gaps();

  /** All further lines, as a stream. */
  default Stream<LogEntry> stream() {
    return StreamSupport.stream(
        Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED | Spliterator.NONNULL),
        false);
  }

  @Override
  void close();
}
