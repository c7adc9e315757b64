package io.swarm4j.network.dns;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.swarm4j.network.dns.UdpForwarder.Pending;
import io.swarm4j.time.Chance;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A socket that is connected to one upstream server, and the queries that went out of it. */
final class UpstreamSocket extends LoopSocket {
  private static final Logger log = LoggerFactory.getLogger(UpstreamSocket.class);
  private static final int NUMBERS = 1 << 16;

  private final Chance chance;
  private final Map<Integer, Pending> asked = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(Responder.LARGEST_MESSAGE);

  private UpstreamSocket(DatagramChannel channel, Chance chance) {
    super(channel);
    this.chance = chance;
  }

  static UpstreamSocket open(IoEventLoop loop, InetSocketAddress upstream, Chance chance)
      throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    try {
      channel.configureBlocking(false);
      channel.connect(upstream); // the kernel drops what comes from anybody else
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    UpstreamSocket socket = new UpstreamSocket(channel, chance);
    socket.register(loop);
    return socket;
  }

  void send(Pending pending) throws IOException {
    int number = chance.nextInt(NUMBERS);
    while (asked.containsKey(number)) {
      number = (number + 1) % NUMBERS;
    }
    buffer.clear().put(pending.query).putShort(0, (short) number).flip();
    if (channel.write(buffer) == 0) {
      throw new IOException("the send buffer is full");
    }
    asked.put(number, pending);
  }

  void forget(Collection<Pending> late) {
    if (!asked.isEmpty() && !late.isEmpty()) {
      asked.values().removeAll(late);
    }
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    try {
      buffer.clear();
      while (channel.read(buffer) > 0) {
        buffer.flip();
        receive();
        buffer.clear();
      }
    } catch (IOException e) {
      // Nobody listens there, as the network tells: those who wait need not wait any longer.
      log.debug("An upstream name server cannot be reached: {}", e.toString());
      List<Pending> waiting = new ArrayList<>(asked.values());
      asked.clear();
      waiting.forEach(Pending::tryNext);
    }
  }

  private void receive() {
    if (buffer.limit() < Wire.HEADER) {
      return;
    }
    int number = buffer.getShort(0) & 0xffff;
    Pending pending = asked.get(number);
    if (pending != null && UdpForwarder.answers(buffer, pending)) {
      asked.remove(number);
      byte[] reply = new byte[buffer.limit()];
      buffer.get(0, reply);
      pending.succeed(reply);
    }
  }
}
