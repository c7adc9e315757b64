package io.swarm4j.node;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayDeque;

/**
 * What a manager says in one call, in order, no faster than the node reads. A node that lets too
 * much gather is hung up on; it gets the whole state of things when it comes back. Thread-safe.
 */
final class Outbox<A> {
  /** Messages that may gather while a node does not read. */
  private static final int MOST_WAITING = 1024;

  private final ServerCall<?, A> call;
  private final int most;
  private final ArrayDeque<A> waiting = new ArrayDeque<>();
  private boolean closed;

  /** Opens the way back to the caller. */
  Outbox(ServerCall<?, A> call) {
    this(call, MOST_WAITING);
  }

  private Outbox(ServerCall<?, A> call, int most) {
    this.call = call;
    this.most = most;
    call.sendHeaders(new Metadata());
  }

  /** The same where what gathers is bounded by other means. */
  static <A> Outbox<A> unlimited(ServerCall<?, A> call) {
    return new Outbox<>(call, Integer.MAX_VALUE);
  }

  synchronized void send(A message) {
    if (closed) {
      return;
    }
    if (waiting.size() >= most) {
      close(
          Status.RESOURCE_EXHAUSTED.withDescription(
              "the node does not read what its manager says: " + most + " messages wait"),
          new Metadata());
      return;
    }
    waiting.add(message);
    drain();
  }

  /** Sends on, now that the node may have read something. */
  synchronized void drain() {
    while (!closed && !waiting.isEmpty() && call.isReady()) {
      call.sendMessage(waiting.remove());
    }
  }

  /** Ends the call; what waits is dropped. Idempotent. */
  synchronized void close(Status status, Metadata trailers) {
    if (!closed) {
      closed = true;
      waiting.clear();
      call.close(status, trailers);
    }
  }

  /** The other side has ended the call. */
  synchronized void cancelled() {
    closed = true;
    waiting.clear();
  }
}
