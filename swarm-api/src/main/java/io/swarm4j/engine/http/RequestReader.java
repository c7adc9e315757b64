package io.swarm4j.engine.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Puts requests together, one at a time and within the limits, has them answered on a worker, and
 * reads on once the answer is out.
 */
final class RequestReader extends SimpleChannelInboundHandler<HttpObject> {
  private final HttpLimits limits;
  private final Function<Request, CompletionStage<Response>> service;
  private final EventExecutor worker;
  private final Outlet outlet;
  private @Nullable HttpRequest head;
  private @Nullable ByteBuf body;
  private @Nullable ScheduledFuture<?> deadline;
  private @Nullable ResponseWriter answering;
  private boolean outOfTurn;

  RequestReader(
      HttpLimits limits,
      Function<Request, CompletionStage<Response>> service,
      EventExecutor worker,
      Outlet outlet) {
    this.limits = limits;
    this.service = service;
    this.worker = worker;
    this.outlet = outlet;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    // A client that connects and says nothing gets as long as one that is slow.
    startClock(context, limits.requestTime());
    context.read();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (answering != null) {
      outOfTurn = true; // while its answer streams: nobody reads that, so the connection will end
      return;
    }
    if (part.decoderResult().isFailure()) {
      refuse(context, 400, "malformed HTTP request");
      return;
    }
    if (part instanceof HttpRequest request) {
      begin(context, request);
    }
    if (part instanceof HttpContent content && head != null) {
      add(context, content);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (answering == null && !context.isRemoved()) {
      context.read();
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    Peer elsewhere = peer(request);
    if (elsewhere != null) {
      stopClock();
      Relay.begin(context, request, elsewhere);
      return;
    }
    startClock(context, limits.requestTime());
    if (HttpUtil.getContentLength(request, 0L) > limits.bodyBytes()) {
      tooLarge(context);
      return;
    }
    head = request;
    body = Unpooled.EMPTY_BUFFER;
    if (HttpUtil.is100ContinueExpected(request)) {
      context.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  private @Nullable Peer peer(HttpRequest request) {
    try {
      return outlet.of(request(request, new byte[0]));
    } catch (IllegalArgumentException malformed) {
      return null; // which is told once the rest of it is here
    }
  }

  private void add(ChannelHandlerContext context, HttpContent content) {
    ByteBuf sofar = body == null ? Unpooled.EMPTY_BUFFER : body;
    int more = content.content().readableBytes();
    if (sofar.readableBytes() + more > limits.bodyBytes()) {
      tooLarge(context);
      return;
    }
    if (more > 0) {
      ByteBuf target = sofar.isReadOnly() || sofar.capacity() == 0 ? Unpooled.buffer() : sofar;
      body = target.writeBytes(content.content());
    }
    if (content instanceof LastHttpContent) {
      answer(context);
    }
  }

  private void answer(ChannelHandlerContext context) {
    stopClock();
    HttpRequest request = head;
    ByteBuf content = body;
    head = null;
    body = null;
    if (request == null || content == null) {
      return;
    }
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    ResponseWriter writer = new ResponseWriter(context, request, () -> next(context));
    answering = writer;
    worker.execute(() -> serve(request, bytes, writer));
  }

  private void serve(HttpRequest request, byte[] bytes, ResponseWriter writer) {
    CompletionStage<Response> stage;
    try {
      stage = service.apply(request(request, bytes));
    } catch (IllegalArgumentException malformed) {
      writer.write(error(400, "malformed request path or query: " + malformed.getMessage()));
      return;
    }
    stage.whenComplete(
        (response, failure) ->
            writer.write(failure == null ? response : error(500, failure.toString())));
  }

  private static Request request(HttpRequest request, byte[] bytes) {
    QueryStringDecoder decoder = new QueryStringDecoder(request.uri(), UTF_8, true, 256);
    List<String> segments = new ArrayList<>();
    for (String part : decoder.rawPath().split("/")) {
      if (!part.isEmpty()) {
        segments.add(QueryStringDecoder.decodeComponent(part.replace("+", "%2B"), UTF_8));
      }
    }
    Map<String, String> headers = new HashMap<>();
    HttpHeaders given = request.headers();
    for (String name : given.names()) {
      headers.put(name.toLowerCase(Locale.ROOT), given.get(name));
    }
    return new Request(
        request.method().name(),
        List.copyOf(segments),
        decoder.rawPath().endsWith("/"),
        Query.of(decoder),
        headers,
        bytes);
  }

  private void next(ChannelHandlerContext context) {
    answering = null;
    if (outOfTurn) {
      context.close();
    } else if (context.channel().isActive()) {
      startClock(context, limits.idleTime());
      context.read();
    }
  }

  private void tooLarge(ChannelHandlerContext context) {
    refuse(
        context,
        413,
        "request body too large: at most " + limits.bodyBytes() + " bytes are accepted");
  }

  /** Answers what is not a request that could be served, and hangs up: what follows is unknown. */
  private void refuse(ChannelHandlerContext context, int status, String message) {
    stopClock();
    head = null;
    body = null;
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            Unpooled.wrappedBuffer(error(status, message).body()));
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
        .set(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, "close");
    context.writeAndFlush(response).addListener(done -> context.close());
  }

  static Response.Whole error(int status, String message) {
    String text = message.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\p{Cntrl}", " ");
    return Response.of(
        status, "application/json", ("{\"message\":\"" + text + "\"}\n").getBytes(UTF_8));
  }

  private void startClock(ChannelHandlerContext context, Duration time) {
    stopClock();
    deadline =
        context.executor().schedule(() -> late(context), time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void late(ChannelHandlerContext context) {
    if (head != null) {
      refuse(context, 408, "the request did not arrive within " + limits.requestTime());
    } else {
      context.close();
    }
  }

  private void stopClock() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    stopClock();
    if (answering != null) {
      answering.clientGone();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (answering != null) {
      answering.writabilityChanged();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable broken) {
    context.close(); // a connection reset, or a TLS handshake that failed: nobody is left to tell
  }
}
