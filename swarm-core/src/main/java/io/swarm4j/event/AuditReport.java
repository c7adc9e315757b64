package io.swarm4j.event;

import io.swarm4j.model.NodeId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What all managers have on record, each of what was asked through it.
 *
 * @param parts one of each manager that has answered
 * @param missing managers whose part is not there
 */
public record AuditReport(List<Part> parts, List<Missing> missing) {
  public AuditReport {
    parts = List.copyOf(parts);
    missing = List.copyOf(missing);
  }

  /** All events, oldest first. */
  public List<AuditEvent> events() {
    return parts.stream()
        .flatMap(part -> part.events().stream())
        .sorted(Comparator.comparing(AuditEvent::at))
        .toList();
  }

  /** Whether every manager has answered. */
  public boolean isComplete() {
    return missing.isEmpty();
  }

  /** Names the managers whose part is missing; empty if none is. */
  public String warning() {
    return isComplete()
        ? ""
        : "warning: incomplete audit trail: "
            + missing.stream().map(Missing::text).collect(Collectors.joining(", "));
  }

  /**
   * A manager's part.
   *
   * @param manager its host name; for managers of one program the name of their swarm
   * @param since it knows nothing of what was before: it was not running, or has dropped that
   * @param events oldest first
   */
  public record Part(String manager, Instant since, List<AuditEvent> events) {
    public Part {
      events = List.copyOf(events);
    }
  }

  /** A manager that has not answered, and why. */
  public record Missing(NodeId node, String hostname, String why) {
    private String text() {
      return "manager " + hostname + " (" + node + "): " + why;
    }
  }
}
