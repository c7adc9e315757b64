package io.swarm4j.network.dataplane;

import static io.swarm4j.network.dataplane.LoopbackLease.FIRST_BLOCK;
import static io.swarm4j.network.dataplane.LoopbackLease.LAST_BLOCK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Ip;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.Surroundings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Swarms of one machine keep apart. The lock has a port of its own here, lest it meet others. */
@Timeout(60)
class LoopbackLeaseTest {

  private int lockPort;

  @BeforeEach
  void needsLoopbackAliases() throws IOException {
    Surroundings.require(LoopbackLease.isSupported(), "a loopback network");
    try (ServerSocket free = new ServerSocket(0)) {
      lockPort = free.getLocalPort();
    }
  }

  @Test
  void swarmsOfOneMachineAgreeOnThePortOfTheLock() {
    try (LoopbackLease first = LoopbackLease.acquire(70);
        LoopbackLease second = LoopbackLease.acquire(first.block())) {
      assertThat(second.block()).isNotEqualTo(first.block());
    }
  }

  @Test
  void aBlockHasOneHolder() {
    try (LoopbackLease first = lease(100);
        LoopbackLease second = lease(first.block())) {
      assertThat(second.block()).isNotEqualTo(first.block());
      assertThat(second.subnet().overlaps(first.subnet())).isFalse();
    }
  }

  @Test
  void theSearchGoesOnAtTheLowestBlock() {
    List<LoopbackLease> leases = new ArrayList<>();
    try {
      leases.add(lease(LAST_BLOCK));
      leases.add(lease(LAST_BLOCK));
      assertThat(leases.get(1).block()).isBetween(FIRST_BLOCK, LAST_BLOCK - 1);
    } finally {
      leases.forEach(LoopbackLease::close);
    }
  }

  @Test
  void theAddressesOfABlockCanBeListenedOn() throws IOException {
    try (LoopbackLease lease = lease(80)) {
      assertThat(lease.subnet()).hasToString("127." + lease.block() + ".0.0/16");
      for (int host : new int[] {1, 2, 255}) {
        InetAddress address = Ip.v4(127, lease.block(), host, host).toInetAddress();
        try (ServerSocket server = new ServerSocket(0, 1, address)) {
          assertThat(server.isBound()).isTrue();
        }
      }
    }
  }

  @Test
  void aClosedLeaseIsFreeAgain() {
    LoopbackLease lease = lease(90);
    int block = lease.block();
    lease.close();
    lease.close();
    try (LoopbackLease again = lease(block)) {
      assertThat(again.block()).isEqualTo(block);
    }
  }

  @Test
  void whenAllAreTakenTheErrorSaysWhatToDo() throws IOException {
    try (ServerSocket everywhere = new ServerSocket(0)) {
      assertThatThrownBy(() -> LoopbackLease.acquire(70, everywhere.getLocalPort()))
          .isInstanceOf(UnavailableException.class)
          .hasMessageContaining("127.64.0.0/16 to 127.127.0.0/16")
          .hasMessageContaining("close a swarm")
          .hasMessageContaining("port " + everywhere.getLocalPort());
    }
  }

  @Test
  void aStartOutOfRangeIsRefused() {
    assertThatThrownBy(() -> LoopbackLease.acquire(63))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("63")
        .hasMessageContaining("64 to 127");
  }

  /** Holds a lease until killed. */
  static final class Holder {
    public static void main(String[] args) throws IOException {
      LoopbackLease lease =
          LoopbackLease.acquire(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
      System.out.println(lease.block());
      System.in.read();
    }
  }

  @Test
  void aKilledProcessLosesItsBlock() throws Exception {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                "110",
                Integer.toString(lockPort))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      int block = Integer.parseInt(process.inputReader().readLine());
      try (LoopbackLease other = lease(block)) {
        assertThat(other.block()).isNotEqualTo(block);
      }
      process.destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      try (LoopbackLease heir = lease(block)) {
        assertThat(heir.block()).isEqualTo(block);
      }
    } finally {
      process.destroyForcibly();
    }
  }

  private LoopbackLease lease(int start) {
    return LoopbackLease.acquire(start, lockPort);
  }
}
