package io.swarm4j.network.lb;

import io.netty.channel.IoEvent;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectableChannel;
import org.jspecify.annotations.Nullable;

/** What one client sends to one backend, and the replies. Confined to the loop of its listener. */
final class UdpFlow implements NioIoHandle {
  private static final int DATAGRAMS_PER_TURN = 64;

  private final Loop loop;
  private final UdpListener listener;
  private final InetSocketAddress client;
  private final Target target;
  private final DatagramChannel channel;
  private @Nullable IoRegistration registration;
  private long lastActive;

  private UdpFlow(
      Loop loop,
      UdpListener listener,
      InetSocketAddress client,
      Target target,
      DatagramChannel channel) {
    this.loop = loop;
    this.listener = listener;
    this.client = client;
    this.target = target;
    this.channel = channel;
    this.lastActive = loop.ticker().nanoTime();
  }

  static UdpFlow open(Loop loop, UdpListener listener, InetSocketAddress client, Target target)
      throws IOException {
    InetSocketAddress address = target.backend().address();
    DatagramChannel channel = Sockets.openDatagram(address);
    try {
      channel.connect(address);
    } catch (IOException | RuntimeException e) {
      Sockets.closeQuietly(channel);
      throw e;
    }
    UdpFlow flow = new UdpFlow(loop, listener, client, target, channel);
    IoRegistration registration = loop.register(flow).getNow();
    if (registration == null) {
      Sockets.closeQuietly(channel);
      throw new IOException("the balancer shuts down");
    }
    flow.registration = registration;
    registration.submit(NioIoOps.READ);
    return flow;
  }

  InetSocketAddress client() {
    return client;
  }

  Target target() {
    return target;
  }

  long lastActive() {
    return lastActive;
  }

  void send(ByteBuffer datagram) throws IOException {
    lastActive = loop.ticker().nanoTime();
    channel.write(datagram); // what does not fit into the send buffer is lost, as datagrams are
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    ByteBuffer buffer = loop.datagramBuffer();
    try {
      for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
        buffer.clear();
        // An empty datagram is one, too: only the position tells it from none.
        if (channel.receive(buffer) == null) {
          return;
        }
        lastActive = loop.ticker().nanoTime();
        listener.reply(this, buffer.flip());
      }
    } catch (IOException nobodyListens) {
      listener.end(this);
    }
  }

  @Override
  public SelectableChannel selectableChannel() {
    return channel;
  }

  @Override
  public void close() {
    if (registration != null) {
      registration.cancel();
      loop.closeAfterSelect(channel);
    }
  }
}
