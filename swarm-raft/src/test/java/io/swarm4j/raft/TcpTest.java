package io.swarm4j.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Managers that reach each other over gRPC. */
@Timeout(180)
class TcpTest {
  @TempDir private Path directory;
  private final Map<String, AddressBook> books = new HashMap<>();
  private TestGroup group;

  @BeforeEach
  void makeGroup() {
    group = new TestGroup(directory);
  }

  @AfterEach
  void closeGroup() {
    group.close();
  }

  private static InetSocketAddress freeAddress() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress("127.0.0.1", probe.getLocalPort());
    }
  }

  /** A manager at an address that all are told of. */
  private RaftOptions at(InetSocketAddress address, String id, String... founders) {
    AddressBook book = books.computeIfAbsent(id, first -> new AddressBook());
    books.values().forEach(each -> each.put(id, address));
    books.values().forEach(each -> each.all().forEach(book::put));
    return group
        .options(id, founders)
        .withTiming(RaftTiming.LAN)
        .withTransport(new RaftTransport.Tcp(address, book, null));
  }

  private void found(String... ids) throws IOException {
    for (String id : ids) {
      at(freeAddress(), id, ids);
    }
    for (String id : ids) {
      group.start(at(books.get(id).find(id).orElseThrow(), id, ids));
    }
  }

  @Test
  void managersAgreeOverTcp() throws Exception {
    found("a", "b", "c");
    group.awaitLeader().writeAndAwait("web");
    group.awaitOnAll("web");
  }

  @Test
  void aManagerComesBackAtAnotherAddress() throws Exception {
    found("a", "b", "c");
    group.awaitLeader().writeAndAwait("before");
    group.awaitOnAll("before");
    String moved = group.follower().id();
    group.stop(moved);
    group.awaitLeader().writeAndAwait("meanwhile");

    TestManager back = group.start(at(freeAddress(), moved));

    back.await("what it missed", copy -> copy.has("meanwhile"));
    group.awaitLeader().writeAndAwait("after");
    group.awaitOnAll("after");
  }

  @Test
  void aTakenPortIsReportedAndTheJvmLives() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      InetSocketAddress address = new InetSocketAddress("127.0.0.1", taken.getLocalPort());
      assertThatThrownBy(() -> group.start(at(address, "a", "a")))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining(String.valueOf(taken.getLocalPort()))
          .hasMessageContaining("another one");
    }
    assertThat(List.of(Thread.currentThread().isAlive())).containsExactly(true);
  }
}
