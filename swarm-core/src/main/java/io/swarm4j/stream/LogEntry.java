package io.swarm4j.stream;

import io.swarm4j.agent.LogSink.Stream;
import io.swarm4j.model.NodeId;
import io.swarm4j.model.ServiceId;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.TaskId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/**
 * A line of output and where it comes from.
 *
 * @param at when it was written, by the clock of its node
 * @param stream where it was written to
 * @param bytes its content without the line end; not to be changed
 * @param origin the task that wrote it
 */
public record LogEntry(Instant at, Stream stream, byte[] bytes, Origin origin) {

  /** The content, read as UTF-8. */
  public String text() {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** As the reference prints it: {@code balance.1.<task id>@<node> | text}. */
  @Override
  public String toString() {
    return origin + " | " + text();
  }

  /**
   * The task that wrote a line.
   *
   * @param task its identity
   * @param name its name, such as {@code web.4}
   * @param service its service
   * @param slot its slot
   * @param node where it runs
   * @param hostname host name of that node
   * @param generation version of the service's spec that it runs
   * @param iteration run of a job that it belongs to; 0 otherwise
   */
  public record Origin(
      TaskId task,
      String name,
      ServiceId service,
      SlotKey slot,
      NodeId node,
      String hostname,
      long generation,
      int iteration) {

    @Override
    public String toString() {
      return name + "." + task + "@" + hostname;
    }
  }
}
