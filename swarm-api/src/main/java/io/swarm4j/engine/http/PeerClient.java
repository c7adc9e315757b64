package io.swarm4j.engine.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.ReadTimeoutHandler;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Time;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks a peer, by a connection for each request. Thread-safe. */
public final class PeerClient implements AutoCloseable {
  private static final int MOST_BYTES = 16 << 20;
  private static final int LONGEST_LINE = 1 << 20;
  private static final int ANSWER_SECONDS = 30;

  private final Peer peer;
  private final EventLoopGroup loops;

  /** A client whose thread carries a name. */
  public PeerClient(String name, Time time, Peer peer) {
    this.peer = peer;
    this.loops =
        new MultiThreadIoEventLoopGroup(
            1, time.newThreads(name + "-peer"), NioIoHandler.newFactory());
  }

  /**
   * Sends a request and collects the answer, whatever its status is. Fails with {@link
   * UnavailableException} if there is none.
   *
   * @param target path and query
   * @param body JSON; empty for none
   */
  public CompletionStage<Response.Whole> ask(String method, String target, byte[] body) {
    CompletableFuture<Response.Whole> answer = new CompletableFuture<>();
    send(
        method,
        target,
        body,
        answer,
        new ReadTimeoutHandler(ANSWER_SECONDS, TimeUnit.SECONDS),
        new HttpClientCodec(),
        new HttpObjectAggregator(MOST_BYTES),
        new Collector(peer, answer));
    return answer;
  }

  /**
   * Sends a GET, and the lines of what is answered on to a client for as long as they come: each as
   * a whole, so that others may write lines to it, too.
   *
   * @return completes when no more comes; fails if the answer is not 200, or breaks off
   */
  public CompletionStage<@Nullable Void> stream(String target, Sink sink) {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    send(
        "GET",
        target,
        new byte[0],
        done,
        new HttpClientCodec(),
        new GoodContent(peer, done),
        new LineBasedFrameDecoder(LONGEST_LINE, false, true),
        new Forwarder(sink, done));
    return done;
  }

  private void send(
      String method,
      String target,
      byte[] body,
      CompletableFuture<?> failing,
      ChannelHandler... handlers) {
    DefaultFullHttpRequest request =
        new DefaultFullHttpRequest(
            HttpVersion.HTTP_1_1, HttpMethod.valueOf(method), target, Unpooled.wrappedBuffer(body));
    request
        .headers()
        .set(HttpHeaderNames.HOST, "docker")
        .set(HttpHeaderNames.CONNECTION, "close")
        .set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    if (body.length > 0) {
      request.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    }
    peer.connect(loops, handlers)
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (connected.isSuccess()) {
                    connected.channel().config().setAutoRead(true);
                    connected.channel().writeAndFlush(request);
                  } else {
                    request.release();
                    failing.completeExceptionally(
                        new UnavailableException(Relay.unreachable(peer, connected.cause())));
                  }
                });
  }

  /** Takes one answer as a whole. */
  private static final class Collector extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final Peer peer;
    private final CompletableFuture<Response.Whole> answer;

    private Collector(Peer peer, CompletableFuture<Response.Whole> answer) {
      this.peer = peer;
      this.answer = answer;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
      String type = response.headers().get(HttpHeaderNames.CONTENT_TYPE, "application/json");
      answer.complete(
          new Response.Whole(
              response.status().code(),
              Map.of("Content-Type", type),
              ByteBufUtil.getBytes(response.content())));
      context.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      answer.completeExceptionally(
          new UnavailableException("the engine at " + peer.address() + " hung up"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
      answer.completeExceptionally(
          new UnavailableException(Relay.unreachable(peer, broken), broken));
      context.close();
    }
  }

  /** Hands on the content of an answer whose status is 200. */
  private static final class GoodContent extends SimpleChannelInboundHandler<HttpObject> {
    private final Peer peer;
    private final CompletableFuture<@Nullable Void> done;

    private GoodContent(Peer peer, CompletableFuture<@Nullable Void> done) {
      this.peer = peer;
      this.done = done;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
      if (part instanceof HttpResponse response
          && !response.status().equals(HttpResponseStatus.OK)) {
        done.completeExceptionally(
            new UnavailableException(
                "the engine at " + peer.address() + " answered " + response.status()));
        context.close();
      }
      if (part instanceof HttpContent content && !done.isDone()) {
        context.fireChannelRead(content.content().retain());
      }
      if (part instanceof LastHttpContent) {
        done.complete(null);
        context.close();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      done.completeExceptionally(
          new UnavailableException("the engine at " + peer.address() + " hung up"));
      context.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
      done.completeExceptionally(new UnavailableException(Relay.unreachable(peer, broken), broken));
      context.close();
    }
  }

  /** Sends lines on as they come. */
  private static final class Forwarder extends SimpleChannelInboundHandler<ByteBuf> {
    private final Sink sink;
    private final CompletableFuture<@Nullable Void> done;

    private Forwarder(Sink sink, CompletableFuture<@Nullable Void> done) {
      this.sink = sink;
      this.done = done;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      sink.whenEnded(
          () -> {
            done.complete(null); // the client has left
            context.close();
          });
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf line) {
      if (!sink.write(ByteBufUtil.getBytes(line))) {
        Channel source = context.channel();
        source.config().setAutoRead(false);
        sink.whenReady(() -> source.config().setAutoRead(true));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable tooLong) {
      done.completeExceptionally(tooLong);
      context.close();
    }
  }

  /** Ends all connections. Idempotent. */
  @Override
  public void close() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
  }
}
