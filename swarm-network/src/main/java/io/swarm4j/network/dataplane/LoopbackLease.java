package io.swarm4j.network.dataplane;

import io.swarm4j.model.Check;
import io.swarm4j.model.Ip;
import io.swarm4j.model.Subnet;
import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * A block {@code 127.x.0.0/16} of this machine's loopback addresses that one swarm has for itself
 * among all swarms of the machine, whatever process they live in.
 *
 * <p>The lock is a socket that listens on port 65535 of the block's first address: the kernel
 * refuses a second one, and lets go of it when the process ends in whatever way. Thread-safe.
 */
public final class LoopbackLease implements AutoCloseable {
  /** The lowest x. Below are the addresses that people and other programs use by hand. */
  public static final int FIRST_BLOCK = 64;

  /** The highest x. */
  public static final int LAST_BLOCK = 127;

  private static final int BLOCKS = LAST_BLOCK - FIRST_BLOCK + 1;
  private static final int LOCK_PORT = 65_535;
  private static final int PREFIX = 16;

  private final int block;
  private final ServerSocketChannel lock;

  private LoopbackLease(int block, ServerSocketChannel lock) {
    this.block = block;
    this.lock = lock;
  }

  /**
   * Whether this machine lets a program listen on loopback addresses other than 127.0.0.1. Linux
   * and Windows do; macOS does only for addresses that an administrator has added.
   */
  public static boolean isSupported() {
    try (ServerSocketChannel probe = listen(FIRST_BLOCK, 0)) {
      return probe.isOpen();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Takes the first free block.
   *
   * @param start the x to begin with, from 64 to 127; after 127 the search goes on at 64. Swarms
   *     that start at different places keep their addresses over a restart
   * @throws io.swarm4j.model.InvalidSpecException if {@code start} is out of range
   * @throws UnavailableException if every block is taken, or the platform has no such addresses
   */
  public static LoopbackLease acquire(int start) {
    return acquire(start, LOCK_PORT);
  }

  static LoopbackLease acquire(int start, int lockPort) {
    Check.of("LoopbackLease")
        .that(
            start >= FIRST_BLOCK && start <= LAST_BLOCK,
            "start",
            start,
            FIRST_BLOCK + " to " + LAST_BLOCK)
        .orThrow();
    if (!isSupported()) {
      throw new UnavailableException(
          "this platform cannot listen on loopback addresses other than 127.0.0.1: use mapped"
              + " ports, or add the addresses to the loopback interface");
    }
    for (int i = 0; i < BLOCKS; i++) {
      int block = FIRST_BLOCK + (start - FIRST_BLOCK + i) % BLOCKS;
      ServerSocketChannel lock = tryLock(block, lockPort);
      if (lock != null) {
        return new LoopbackLease(block, lock);
      }
    }
    throw new UnavailableException(
        "all "
            + BLOCKS
            + " loopback blocks from 127."
            + FIRST_BLOCK
            + ".0.0/16 to 127."
            + LAST_BLOCK
            + ".0.0/16 are taken: close a swarm of this machine, or the program that listens on"
            + " port "
            + lockPort
            + " of all addresses");
  }

  private static @Nullable ServerSocketChannel tryLock(int block, int port) {
    try {
      return listen(block, port);
    } catch (BindException e) {
      return null;
    } catch (IOException e) {
      throw new UnavailableException("cannot lock the loopback block of " + address(block), e);
    }
  }

  /** The x of {@code 127.x.0.0/16}. */
  public int block() {
    return block;
  }

  /**
   * The leased addresses. The first and the last one of the range are as good as any other, but
   * port 65535 of 127.x.0.1 is taken by the lease itself.
   */
  public Subnet subnet() {
    return new Subnet(Ip.v4(127, block, 0, 0), PREFIX);
  }

  /** Gives the block back. May be called more than once. */
  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot give back " + this, e);
    }
  }

  @Override
  public String toString() {
    return "loopback block " + subnet();
  }

  private static ServerSocketChannel listen(int block, int port) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.INET);
    try {
      return channel.bind(new InetSocketAddress(address(block).toInetAddress(), port), 1);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static Ip address(int block) {
    return Ip.v4(127, block, 0, 1);
  }
}
