package io.swarm4j.engine.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import java.util.Map;

/**
 * Hands a connection to another server from one request on. Bytes go through as they are, so that
 * it makes no difference what they are; the connection ends with the answer, or with the stream
 * that it became.
 */
final class Relay {
  private Relay() {}

  /**
   * Hands it over.
   *
   * @param context of the handler that has got the request's head, which is removed
   */
  static void begin(ChannelHandlerContext context, HttpRequest request, Peer peer) {
    Channel client = context.channel();
    ChannelPipeline pipeline = context.pipeline();
    Pump toPeer = new Pump();
    Pump toClient = new Pump();
    pipeline.addLast(toPeer);
    pipeline.remove(RequestReader.class);
    pipeline.remove(HttpServerCodec.class);
    ResponseWriter.stayOpenAtEndOfInput(client);
    peer.connect(client.eventLoop(), toClient)
        .addListener(
            (ChannelFutureListener)
                connected -> {
                  if (!connected.isSuccess()) {
                    refuse(client, peer, connected.cause());
                    return;
                  }
                  connected.channel().write(head(request));
                  toClient.open(connected.channel(), client);
                  toPeer.open(client, connected.channel());
                  if (!client.isActive()) {
                    connected.channel().close();
                  }
                });
  }

  /**
   * The head of the request; but for upgrades, the peer shall end the connection when it is done.
   */
  private static ByteBuf head(HttpRequest request) {
    boolean upgrade = request.headers().contains(HttpHeaderNames.UPGRADE);
    StringBuilder head = new StringBuilder(256);
    head.append(request.method()).append(' ').append(request.uri()).append(' ');
    head.append(request.protocolVersion().text()).append("\r\n");
    for (Map.Entry<String, String> header : request.headers()) {
      if (upgrade || !header.getKey().equalsIgnoreCase("Connection")) {
        head.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
      }
    }
    head.append(upgrade ? "\r\n" : "Connection: close\r\n\r\n");
    return Unpooled.copiedBuffer(head, ISO_8859_1);
  }

  private static void refuse(Channel client, Peer peer, Throwable cause) {
    byte[] body = RequestReader.error(503, unreachable(peer, cause)).body();
    String head =
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + "Content-Length: "
            + body.length
            + "\r\n\r\n";
    client
        .writeAndFlush(Unpooled.wrappedBuffer(head.getBytes(ISO_8859_1), body))
        .addListener(ChannelFutureListener.CLOSE);
  }

  static String unreachable(Peer peer, Throwable cause) {
    return "no engine answers at " + peer.address() + " (" + cause.getMessage() + "): start it";
  }
}
