package io.swarm4j.raft;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** How managers reach each other. */
public sealed interface RaftTransport {

  /**
   * Managers of one JVM call each other; there is no port that anybody else could use.
   *
   * @param network what all of them share
   */
  record InJvm(JvmNetwork network) implements RaftTransport {}

  /**
   * gRPC over TCP.
   *
   * @param bind address to listen at, with a port
   * @param addresses where the other members are; may change at any time
   * @param tls mutual TLS; null for plain text, which only a test on loopback should want
   */
  record Tcp(InetSocketAddress bind, AddressBook addresses, @Nullable RaftTls tls)
      implements RaftTransport {}
}
