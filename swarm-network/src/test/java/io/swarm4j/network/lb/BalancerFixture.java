package io.swarm4j.network.lb;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A balancer with one frontend "web" on a free loopback port, and servers behind it. */
final class BalancerFixture implements AutoCloseable {
  static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private final Balancer balancer;
  private final List<AutoCloseable> resources = new ArrayList<>();
  private long revision;

  BalancerFixture(Balancer.Builder builder) {
    balancer = builder.build();
  }

  BalancerFixture() {
    this(Balancer.builder("test"));
  }

  BalancerFixture(Transport transport) {
    this(Balancer.builder("test").transport(transport));
  }

  /** All that this machine has. */
  static List<Transport> transports() {
    return Epoll.isAvailable()
        ? List.of(new EpollTransport(), new NioTransport())
        : List.of(new NioTransport());
  }

  Balancer balancer() {
    return balancer;
  }

  TestServer greeting(String id) throws IOException {
    return closing(TestServer.greeting(id));
  }

  <T extends AutoCloseable> T closing(T resource) {
    resources.add(resource);
    return resource;
  }

  /** A backend that refuses every connection, though its port is not free. */
  Backend dead(String id) throws IOException {
    Socket bound = closing(new Socket());
    bound.bind(ANY_PORT);
    return new Backend(id, (InetSocketAddress) bound.getLocalSocketAddress(), true);
  }

  Applied apply(Frontend... frontends) throws Exception {
    return applied(balancer, ++revision, frontends);
  }

  static Applied applied(Balancer balancer, long revision, Frontend... frontends) throws Exception {
    return balancer
        .apply(new BalancerConfig(revision, List.of(frontends)))
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  /** Applies the frontend "web" with some backends and returns its address. */
  InetSocketAddress web(Backend... backends) throws Exception {
    return apply(Frontend.tcp("web", ANY_PORT, Arrays.asList(backends)))
        .listening()
        .get(0)
        .actual();
  }

  static Socket connect(InetSocketAddress address) throws IOException {
    Socket socket = new Socket(address.getAddress(), address.getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(20_000);
    return socket;
  }

  /** Connects and returns the id of the greeting server that answered. */
  static String whoAnswers(InetSocketAddress address) throws IOException {
    try (Socket socket = connect(address)) {
      return TestServer.readLine(socket.getInputStream());
    }
  }

  @Override
  public void close() throws Exception {
    balancer.close();
    for (AutoCloseable resource : resources) {
      resource.close();
    }
  }
}
