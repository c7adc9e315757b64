package io.swarm4j.engine.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;

/** Writes the answer to one request. */
final class ResponseWriter {
  private final ChannelHandlerContext context;
  private final HttpRequest request;
  private final Runnable next;
  private @Nullable ChannelSink sink;
  private boolean gone;

  /**
   * A writer.
   *
   * @param next called on the channel's thread once the answer is out and the connection is free
   */
  ResponseWriter(ChannelHandlerContext context, HttpRequest request, Runnable next) {
    this.context = context;
    this.request = request;
    this.next = next;
  }

  /** Writes the answer; from any thread, once. */
  void write(Response response) {
    context
        .executor()
        .execute(
            () -> {
              if (gone) {
                return;
              }
              if (response instanceof Response.Whole whole) {
                writeWhole(whole);
              } else if (response instanceof Response.Streamed streamed) {
                writeStreamed(streamed);
              } else if (response instanceof Response.TakenOver takenOver) {
                takeOver(takenOver);
              }
            });
  }

  private void writeWhole(Response.Whole whole) {
    boolean head = request.method().equals(HttpMethod.HEAD);
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(whole.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(whole.body()));
    addHeaders(response, whole);
    if (whole.status() != HttpResponseStatus.NO_CONTENT.code()) {
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, head ? 0 : whole.body().length);
    }
    boolean keep = HttpUtil.isKeepAlive(request);
    HttpUtil.setKeepAlive(response, keep);
    context
        .writeAndFlush(response)
        .addListener(
            done -> {
              if (keep && done.isSuccess()) {
                next.run();
              } else {
                context.close();
              }
            });
  }

  private void writeStreamed(Response.Streamed streamed) {
    HttpResponse response =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(streamed.status()));
    addHeaders(response, streamed);
    boolean keep = HttpUtil.isKeepAlive(request) && isHttp11();
    if (isHttp11()) {
      response.headers().set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    HttpUtil.setKeepAlive(response, keep);
    context.write(response);
    ChannelSink out = new ChannelSink(context.channel(), true, keep ? next : context::close);
    sink = out;
    streamed.source().start(out); // whoever sees the head of the answer misses nothing from then on
    context.flush();
    context.read(); // only so that the end of the connection is noticed
  }

  /** HTTP/1.0 knows no chunks: there a stream ends with the connection. */
  private boolean isHttp11() {
    return request.protocolVersion().isKeepAliveDefault();
  }

  private void takeOver(Response.TakenOver takenOver) {
    boolean upgrade = request.headers().contains(HttpHeaderNames.UPGRADE);
    HttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            upgrade ? HttpResponseStatus.SWITCHING_PROTOCOLS : HttpResponseStatus.OK,
            Unpooled.EMPTY_BUFFER);
    addHeaders(response, takenOver);
    if (upgrade) {
      response
          .headers()
          .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
          .set(HttpHeaderNames.UPGRADE, "tcp");
    }
    ChannelSink out = new ChannelSink(context.channel(), false, context::close);
    sink = out;
    context
        .writeAndFlush(response)
        .addListener(
            (ChannelFutureListener)
                done -> {
                  Response.Incoming incoming = takenOver.takeover().start(out);
                  context.pipeline().addLast(new RawReader(incoming, out));
                  context.pipeline().remove(RequestReader.class);
                  context.pipeline().remove(HttpServerCodec.class);
                  stayOpenAtEndOfInput(context.channel());
                  context.channel().config().setAutoRead(true);
                });
  }

  /** From now on a client may end its own half of a connection alone. */
  static void stayOpenAtEndOfInput(Channel channel) {
    if (channel instanceof UnixChannel unix) {
      unix.stayOpenAtEndOfInput();
    } else {
      channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    }
  }

  private static void addHeaders(HttpResponse target, Response response) {
    response.headers().forEach((name, value) -> target.headers().set(name, value));
  }

  /** The client hung up. */
  void clientGone() {
    gone = true;
    if (sink != null) {
      sink.closed();
    }
  }

  void writabilityChanged() {
    if (sink != null) {
      sink.writabilityChanged();
    }
  }
}
