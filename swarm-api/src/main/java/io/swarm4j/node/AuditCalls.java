package io.swarm4j.node;

import io.swarm4j.event.AuditReport;
import io.swarm4j.event.AuditReport.Missing;
import io.swarm4j.event.AuditReport.Part;
import io.swarm4j.model.Node;
import io.swarm4j.model.NodeId;
import io.swarm4j.node.ManagerClient.Refusal;
import io.swarm4j.node.NodeProtocol.AuditRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks managers for what they have on record. Thread-safe; does not block. */
final class AuditCalls {
  private final ManagerClient client;
  private final NodeId self;
  private final Supplier<Part> own;

  /**
   * Asks through {@code client}.
   *
   * @param own the part of this manager, whose id is {@code self}
   */
  AuditCalls(ManagerClient client, NodeId self, Supplier<Part> own) {
    this.client = client;
    this.self = self;
    this.own = own;
  }

  /** Completes when all have answered or the limit is over; never fails. */
  CompletionStage<AuditReport> ask(Collection<Node> managers, Duration limit) {
    List<CompletableFuture<Answer>> answers =
        managers.stream().map(manager -> ask(manager, limit).toCompletableFuture()).toList();
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(done -> report(answers.stream().map(CompletableFuture::join).toList()));
  }

  private CompletionStage<Answer> ask(Node manager, Duration limit) {
    if (manager.id().equals(self)) {
      return CompletableFuture.completedFuture(new Answer(own.get(), null));
    }
    Node.ManagerStatus status = manager.manager();
    if (status == null || status.address().isEmpty()) {
      return CompletableFuture.completedFuture(silent(manager, "it is not known where it listens"));
    }
    return client
        .call(HostPort.parse(status.address()), NodeProtocol.AUDIT, new AuditRequest(), limit)
        .handle(
            (part, failure) ->
                failure == null ? new Answer(part, null) : silent(manager, why(failure)));
  }

  private static String why(Throwable failure) {
    Throwable cause = Statuses.unwrap(failure);
    Throwable told = cause instanceof Refusal refusal ? refusal.toException() : cause;
    return String.valueOf(told.getMessage());
  }

  private static Answer silent(Node manager, String why) {
    return new Answer(null, new Missing(manager.id(), manager.hostname(), why));
  }

  private static AuditReport report(List<Answer> answers) {
    List<Part> parts = new ArrayList<>();
    List<Missing> missing = new ArrayList<>();
    for (Answer answer : answers) {
      if (answer.part() != null) {
        parts.add(answer.part());
      }
      if (answer.missing() != null) {
        missing.add(answer.missing());
      }
    }
    return new AuditReport(parts, missing);
  }

  /** One of the two. */
  private record Answer(@Nullable Part part, @Nullable Missing missing) {}
}
