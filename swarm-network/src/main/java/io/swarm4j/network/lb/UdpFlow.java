package io.swarm4j.network.lb;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** What one client sends to one backend, and the replies. Confined to the loop of its listener. */
final class UdpFlow implements Watcher {
  private static final int DATAGRAMS_PER_TURN = 64;

  private final Loop loop;
  private final UdpListener listener;
  private final InetSocketAddress client;
  private final Target target;
  private final PacketSocket socket;
  private final Watch watch;
  private long lastActive;

  private UdpFlow(
      Loop loop,
      UdpListener listener,
      InetSocketAddress client,
      Target target,
      PacketSocket socket) {
    this.loop = loop;
    this.listener = listener;
    this.client = client;
    this.target = target;
    this.socket = socket;
    this.watch = socket.watch(this);
    this.lastActive = loop.ticker().nanoTime();
  }

  static UdpFlow open(Loop loop, UdpListener listener, InetSocketAddress client, Target target)
      throws IOException {
    PacketSocket socket = loop.transport().connectPacket(target.backend().address());
    UdpFlow flow = new UdpFlow(loop, listener, client, target, socket);
    try {
      flow.watch.begin(loop, Watch.READ);
      return flow;
    } catch (IOException e) {
      Sockets.closeQuietly(socket);
      throw e;
    }
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
    socket.send(datagram); // what does not fit into the send buffer is lost, as datagrams are
  }

  @Override
  public void ready(int ops) {
    ByteBuffer buffer = loop.datagramBuffer();
    try {
      for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
        buffer.clear();
        // An empty datagram is one, too: only the position tells it from none.
        if (socket.receive(buffer) == null) {
          return;
        }
        lastActive = loop.ticker().nanoTime();
        listener.reply(this, buffer.flip());
      }
    } catch (IOException nobodyListens) {
      listener.end(this);
    }
  }

  /** Ends it, if the loop does not. */
  void close() {
    watch.end(loop, socket);
  }

  @Override
  public void loopEnds() {
    close();
  }
}
