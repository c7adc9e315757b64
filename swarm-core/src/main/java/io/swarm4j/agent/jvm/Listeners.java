package io.swarm4j.agent.jvm;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The ports on which a task listens, and the connections that it serves. Thread-safe. */
final class Listeners {
  private final LiveTask task;
  private final Set<Integer> awaited;
  private final TreeSet<Integer> ports = new TreeSet<>();
  private final CompletableFuture<@Nullable Void> serving = new CompletableFuture<>();

  /**
   * Of a task that listens on nothing yet.
   *
   * @param awaited what it listens on once it serves
   */
  Listeners(LiveTask task, Set<Integer> awaited) {
    this.task = task;
    this.awaited = Set.copyOf(awaited);
    if (awaited.isEmpty()) {
      serving.complete(null);
    }
  }

  /** Completes when it listens on all ports that are awaited, or has ended. */
  CompletableFuture<@Nullable Void> serving() {
    return serving;
  }

  synchronized List<Integer> ports() {
    return List.copyOf(ports);
  }

  List<ServerSocketChannel> listenAll(int port) throws IOException {
    List<ServerSocketChannel> channels = new ArrayList<>();
    int chosen = port;
    for (InetAddress address : task.addresses()) {
      ServerSocketChannel channel = task.own(ServerSocketChannel.open());
      channel.bind(new InetSocketAddress(address, chosen));
      chosen = ((InetSocketAddress) channel.getLocalAddress()).getPort();
      channels.add(channel);
    }
    listening(chosen);
    return channels;
  }

  void listening(int port) {
    boolean all;
    synchronized (this) {
      ports.add(port);
      all = ports.containsAll(awaited);
    }
    if (all) {
      serving.complete(null);
    }
  }

  void serve(int port, JvmTask.ConnectionHandler handler) throws IOException {
    for (ServerSocketChannel channel : listenAll(port)) {
      task.spawn(() -> accept(channel, handler));
    }
  }

  private void accept(ServerSocketChannel channel, JvmTask.ConnectionHandler handler) {
    try {
      while (true) {
        Socket socket = task.own(channel.accept().socket());
        task.spawn(() -> handle(socket, handler));
      }
    } catch (IOException closed) {
      if (!task.stopping()) {
        task.err().println("no longer accepts connections: " + closed);
      }
    }
  }

  private void handle(Socket socket, JvmTask.ConnectionHandler handler) {
    try (socket) {
      handler.handle(socket);
    } catch (Exception failure) {
      if (!task.stopping()) {
        task.err().println("connection from " + socket.getRemoteSocketAddress() + ": " + failure);
      }
    } finally {
      task.disown(socket);
    }
  }
}
