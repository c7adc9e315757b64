package io.swarm4j.network.dns;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.swarm4j.network.dns.Responder.Outcome;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers queries that come as datagrams to one address. Confined to one loop. */
final class UdpSocket extends LoopSocket {
  private static final Logger log = LoggerFactory.getLogger(UdpSocket.class);
  private static final int BUFFER_BYTES = 4 * 1024 * 1024;

  /** How often it is read before the other sockets of the loop get their turn. */
  private static final int READS_PER_TURN = 256;

  /** From so many queries in a turn on the next ones are likely to be close behind. */
  private static final int MANY = 4;

  /** How often it is looked whether they are there, before the loop waits. */
  private static final int LOOKS = 20;

  private static final int LONGEST_QUERY = 4096;

  private final Exchange exchange;
  private final ByteBuffer query = ByteBuffer.allocateDirect(LONGEST_QUERY);
  private final ByteBuffer reply = ByteBuffer.allocateDirect(Responder.LARGEST_MESSAGE);

  private UdpSocket(DatagramChannel channel, Exchange exchange) {
    super(channel);
    this.exchange = exchange;
  }

  static UdpSocket open(IoEventLoop loop, InetSocketAddress address, Exchange exchange)
      throws IOException {
    DatagramChannel channel =
        DatagramChannel.open(
            address.getAddress() instanceof Inet6Address
                ? StandardProtocolFamily.INET6
                : StandardProtocolFamily.INET);
    try {
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER_BYTES);
      channel.bind(address);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    UdpSocket socket = new UdpSocket(channel, exchange);
    socket.register(loop);
    return socket;
  }

  InetSocketAddress address() throws IOException {
    return (InetSocketAddress) channel.getLocalAddress();
  }

  /**
   * Under load it does not wait as soon as no query is left: to be woken up again costs the sender
   * more time than a look, and it is first let have the processor, to send several at once.
   */
  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    int served = 0;
    int looks = 0;
    for (int i = 0; i < READS_PER_TURN; i++) {
      try {
        query.clear();
        InetSocketAddress asker = (InetSocketAddress) channel.receive(query);
        if (asker != null) {
          served++;
          looks = 0;
          query.flip();
          serve(asker);
        } else if (served < MANY || looks == LOOKS) {
          return;
        } else if (looks++ == 0) {
          Thread.yield();
        } else {
          Thread.onSpinWait();
        }
      } catch (IOException e) {
        log.trace("A reply could not be sent", e);
      } catch (RuntimeException e) {
        log.warn("A query could not be answered", e);
      }
    }
  }

  private void serve(InetSocketAddress asker) throws IOException {
    Outcome outcome = exchange.respond(query, asker, true, reply);
    if (outcome == Outcome.REPLY) {
      channel.send(reply, asker); // whatever does not fit into the send buffer is asked again
    } else if (outcome == Outcome.FORWARD) {
      byte[] copy = new byte[query.limit()];
      query.get(0, copy);
      exchange
          .udpForwarder()
          .ask(copy, exchange.questionEnd(), asker.getAddress(), late -> send(late, asker));
    }
  }

  private void send(byte[] late, InetSocketAddress asker) {
    try {
      channel.send(ByteBuffer.wrap(late), asker);
    } catch (IOException e) {
      log.trace("A reply could not be sent", e);
    }
  }
}
