package io.swarm4j.node;

import io.grpc.CallOptions;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.swarm4j.model.UnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects to managers and makes single calls, those to one manager over one connection: to shake
 * hands takes many times as long as to answer. Thread-safe; only closing blocks, within bounds.
 */
final class ManagerClient implements AutoCloseable {
  /** What a manager may say in one message: all assignments of a node, with their secrets. */
  private static final int LARGEST_MESSAGE = 64 << 20;

  private static final long KEEP_ALIVE_SECONDS = 10;
  private static final long CLOSE_SECONDS = 2;

  private final Supplier<SslContext> tls;
  private final EventLoops loops;
  private final ClientInterceptor versions;
  private final Set<ManagedChannel> channels = new LinkedHashSet<>();
  private final Map<HostPort, Kept> kept = new HashMap<>();
  private boolean closed;

  /**
   * A connection for single calls.
   *
   * @param tls what it was made with; renewed credentials make a new connection
   */
  private record Kept(ManagedChannel channel, SslContext tls) {}

  /**
   * Connects by {@code tls}.
   *
   * @param incarnation tells this process from others with the same identity
   */
  ManagerClient(Supplier<SslContext> tls, EventLoops loops, String incarnation) {
    this(tls, loops, incarnation, NodeProtocol.OLDEST_VERSION + "-" + NodeProtocol.VERSION);
  }

  ManagerClient(
      Supplier<SslContext> tls, EventLoops loops, String incarnation, String versionRange) {
    this.tls = tls;
    this.loops = loops;
    Metadata headers = new Metadata();
    headers.put(NodeProtocol.VERSIONS, versionRange);
    headers.put(NodeProtocol.INCARNATION, incarnation);
    this.versions = MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  /** A connection that the caller closes; it is established with the first call. */
  synchronized ManagedChannel open(HostPort address) {
    return open(address, tls.get());
  }

  private ManagedChannel open(HostPort address, SslContext context) {
    if (closed) {
      throw new UnavailableException("this node is closed");
    }
    channels.removeIf(ManagedChannel::isTerminated);
    ManagedChannel channel = connect(address, context);
    channels.add(channel);
    return channel;
  }

  private synchronized ManagedChannel keep(HostPort address) {
    SslContext present = tls.get();
    Kept known = kept.get(address);
    if (known != null && known.tls == present) {
      return known.channel;
    }
    if (known != null) {
      known.channel.shutdown(); // calls under way go on
    }
    ManagedChannel channel = open(address, present);
    kept.put(address, new Kept(channel, present));
    return channel;
  }

  /**
   * Gives up a connection that failed: gRPC would wait longer and longer before it tried again, and
   * not find out for long that the other side is gone without a word.
   */
  private synchronized void drop(HostPort address, ManagedChannel channel) {
    Kept known = kept.get(address);
    if (known != null && known.channel == channel) {
      kept.remove(address);
    }
    channel.shutdown();
  }

  private ManagedChannel connect(HostPort address, SslContext context) {
    return NettyChannelBuilder.forAddress(address.resolve())
        .sslContext(context)
        .eventLoopGroup(loops.group())
        .channelType(loops.connecting())
        .directExecutor()
        .offloadExecutor(Runnable::run) // the address is resolved already
        .maxInboundMessageSize(LARGEST_MESSAGE)
        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS) // ends what a partition left open
        .keepAliveTimeout(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
        .intercept(versions)
        .build();
  }

  /**
   * Makes one call.
   *
   * @return the answer; fails with a {@link Refusal} that holds the reason
   */
  <Q, A> CompletionStage<A> call(
      HostPort address, MethodDescriptor<Q, A> method, Q request, Duration limit) {
    ManagedChannel channel;
    try {
      channel = keep(address);
    } catch (RuntimeException unfit) {
      return CompletableFuture.failedFuture(
          new Refusal(Status.UNAVAILABLE.withCause(unfit), null, address.toString()));
    }
    CompletableFuture<A> answer = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        channel.newCall(
            method, CallOptions.DEFAULT.withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS)),
        request,
        new StreamObserver<A>() {
          @Override
          public void onNext(A value) {
            answer.complete(value);
          }

          @Override
          public void onError(Throwable failure) {
            if (isBroken(channel, failure)) {
              drop(address, channel);
            }
            answer.completeExceptionally(refusal(failure, address));
          }

          @Override
          public void onCompleted() {
            // the one answer has come, or onError was called
          }
        });
    return answer;
  }

  private static boolean isBroken(ManagedChannel channel, Throwable failure) {
    return channel.getState(false) != ConnectivityState.READY
        || Status.fromThrowable(failure).getCode() == Status.Code.DEADLINE_EXCEEDED;
  }

  /** Ends all connections, before their threads end. Idempotent. */
  @Override
  public void close() {
    List<ManagedChannel> open;
    synchronized (this) {
      closed = true;
      kept.clear();
      open = List.copyOf(channels);
    }
    open.forEach(ManagedChannel::shutdownNow);
    try {
      for (ManagedChannel each : open) {
        each.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private static Refusal refusal(Throwable failure, HostPort address) {
    Metadata trailers =
        failure instanceof StatusRuntimeException refused ? refused.getTrailers() : null;
    return new Refusal(
        Status.fromThrowable(failure),
        trailers == null ? null : trailers.get(NodeProtocol.LEADER),
        address.toString());
  }

  /** Why a manager did not do what it was asked, and who may. */
  static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Status status;
    private final @Nullable String leader;
    private final String peer;

    Refusal(Status status, @Nullable String leader, String peer) {
      super(peer + ": " + status.getCode() + " " + status.getDescription(), status.getCause());
      this.status = status;
      this.leader = leader;
      this.peer = peer;
    }

    /** Where the caller was led to; null if nowhere. */
    @Nullable String leader() {
      return leader;
    }

    /** Whether another manager, or the same one later, may do it. */
    boolean isPassing() {
      return status.getCode() == Status.Code.UNAVAILABLE
          || status.getCode() == Status.Code.DEADLINE_EXCEEDED;
    }

    /** Whether the peer is no manager of the swarm at all, which waiting does not change. */
    boolean isStranger() {
      return status.getCode() == Status.Code.UNAVAILABLE && Statuses.isStranger(status.getCause());
    }

    /** What the user of this node gets to see. */
    RuntimeException toException() {
      return Statuses.toException(status, peer);
    }
  }
}
