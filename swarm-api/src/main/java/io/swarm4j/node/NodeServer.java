package io.swarm4j.node;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.stub.ServerCalls;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.event.AuditReport;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.NodeProtocol.Done;
import io.swarm4j.node.NodeProtocol.FromManager;
import io.swarm4j.node.NodeProtocol.FromStream;
import io.swarm4j.node.NodeProtocol.ToStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A manager's end of the node API: where nodes and other managers call. */
final class NodeServer implements AutoCloseable {
  /** What a node may say in one message: a report of all its tasks. */
  private static final int LARGEST_MESSAGE = 8 << 20;

  private static final int LARGEST_HEADERS = 8 << 10;

  /** How long a connection may take to say who it is. */
  private static final long HANDSHAKE_SECONDS = 5;

  /** How long a connection may stay without any call. */
  private static final long IDLE_SECONDS = 30;

  private static final long SHORTEST_KEEP_ALIVE_SECONDS = 5;
  private static final int MOST_CALLS_PER_CONNECTION = 100;
  private static final long CLOSE_SECONDS = 2;

  private final Server server;

  private NodeServer(Server server) {
    this.server = server;
  }

  /** The calls that a manager answers. */
  interface Calls {
    CompletionStage<NodeProtocol.Admission> join(NodeProtocol.JoinRequest request);

    CompletionStage<NodeProtocol.Certified> renew(NodeProtocol.RenewRequest request);

    CompletionStage<NodeProtocol.WriteOutcome> write(NodeProtocol.WriteRequest request);

    CompletionStage<Done> manage(NodeProtocol.ManageRequest request);

    CompletionStage<Done> leave(NodeProtocol.LeaveRequest request);

    CompletionStage<AuditReport.Part> audit(NodeProtocol.AuditRequest request);

    ServerCallHandler<ToManager, FromManager> sessions();

    ServerCallHandler<ToStream, FromStream> streams();

    /** Trailers of a refusal, which may lead to another manager. */
    Metadata trailers();
  }

  /**
   * Listens.
   *
   * @throws UnavailableException if the address is taken or not of this machine
   */
  static NodeServer start(
      InetSocketAddress address, SslContext tls, EventLoops loops, Callers callers, Calls calls) {
    ServerServiceDefinition service =
        ServerServiceDefinition.builder("swarm4j.Node")
            .addMethod(NodeProtocol.JOIN, unary(calls::join, calls))
            .addMethod(NodeProtocol.RENEW, unary(calls::renew, calls))
            .addMethod(NodeProtocol.WRITE, unary(calls::write, calls))
            .addMethod(NodeProtocol.MANAGE, unary(calls::manage, calls))
            .addMethod(NodeProtocol.LEAVE, unary(calls::leave, calls))
            .addMethod(NodeProtocol.AUDIT, unary(calls::audit, calls))
            .addMethod(NodeProtocol.SESSION, calls.sessions())
            .addMethod(NodeProtocol.STREAMS, calls.streams())
            .build();
    Server server =
        NettyServerBuilder.forAddress(address)
            .sslContext(tls)
            .bossEventLoopGroup(loops.group())
            .workerEventLoopGroup(loops.group())
            .channelType(loops.listening())
            .directExecutor()
            .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
            .maxConnectionIdle(IDLE_SECONDS, TimeUnit.SECONDS)
            .permitKeepAliveTime(SHORTEST_KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
            .maxConcurrentCallsPerConnection(MOST_CALLS_PER_CONNECTION)
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .maxInboundMetadataSize(LARGEST_HEADERS)
            .addService(ServerInterceptors.intercept(service, callers))
            .build();
    try {
      return new NodeServer(server.start());
    } catch (IOException taken) {
      server.shutdownNow();
      Throwable cause = taken.getCause() == null ? taken : taken.getCause();
      throw new UnavailableException(
          "cannot listen on "
              + address
              + ": "
              + cause.getMessage()
              + "; choose another address to listen on",
          taken);
    }
  }

  private static <Q, A> ServerCallHandler<Q, A> unary(
      Function<Q, CompletionStage<A>> answer, Calls calls) {
    return ServerCalls.asyncUnaryCall(
        (request, response) -> {
          CompletionStage<A> stage;
          try {
            stage = answer.apply(request);
          } catch (RuntimeException refused) {
            response.onError(Statuses.of(refused).asRuntimeException(calls.trailers()));
            return;
          }
          stage.whenComplete(
              (value, failure) -> {
                if (failure != null) {
                  response.onError(Statuses.of(failure).asRuntimeException(calls.trailers()));
                } else {
                  response.onNext(value);
                  response.onCompleted();
                }
              });
        });
  }

  /** The port that it listens on. */
  int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException stop) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
