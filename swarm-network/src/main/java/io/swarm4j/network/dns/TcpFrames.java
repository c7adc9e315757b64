package io.swarm4j.network.dns;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

/** How messages are told apart on a connection: by their length, in front of each. */
final class TcpFrames {
  private static final int LENGTH_BYTES = 2;

  private TcpFrames() {}

  static LengthFieldBasedFrameDecoder decoder() {
    return new LengthFieldBasedFrameDecoder(
        Responder.LARGEST_MESSAGE + LENGTH_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES);
  }

  static ByteBuf of(byte[] message) {
    byte[] length = {(byte) (message.length >>> 8), (byte) message.length};
    return Unpooled.wrappedBuffer(length, message);
  }
}
