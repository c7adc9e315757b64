package io.swarm4j.docker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;

/**
 * Stands in front of an engine's socket and does to single requests what goes wrong in life. Each
 * connection carries one request, so that none passes by unseen.
 */
final class EngineProxy implements AutoCloseable {
  private static final int HALF_ANSWER = 150;

  /** What becomes of a request. */
  sealed interface Fate {
    /** It is answered as the engine does. */
    Fate PASS = new Pass();

    /** Nothing reaches the engine, and the connection ends. */
    Fate CUT_BEFORE = new CutBefore();

    /** The engine does it, and its answer is lost. */
    Fate LOSE_ANSWER = new Answer(0);

    /** The engine does it, and its answer breaks off. */
    Fate HALVE_ANSWER = new Answer(HALF_ANSWER);

    record Pass() implements Fate {}

    record CutBefore() implements Fate {}

    /** Only so many bytes of the answer come through. */
    record Answer(int bytes) implements Fate {}

    /** The answer breaks off as soon as so many bytes of it have come through. */
    record CutAfter(int bytes) implements Fate {}

    /** The answer ends in good order before it has begun. */
    record Empty() implements Fate {}

    /** The engine says that it failed. */
    record Refuse(String message) implements Fate {}

    /** It reaches the engine once the gate opens. */
    record Hold(CountDownLatch gate) implements Fate {}
  }

  private final Path engine;
  private final ServerSocketChannel server;
  private final Path socket;
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private final List<SocketChannel> open = new CopyOnWriteArrayList<>();
  private volatile Function<String, Fate> rule = request -> Fate.PASS;

  /** Listens at {@code socket} for an engine. */
  EngineProxy(Path socket, Path engine) throws IOException {
    this.socket = socket;
    this.engine = engine;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    daemon(this::accept);
  }

  EngineAddress address() {
    return EngineAddress.of("unix://" + socket);
  }

  /** Decides over each request, such as {@code POST /v1.41/containers/create?name=a}. */
  void rule(Function<String, Fate> newRule) {
    rule = newRule;
  }

  /** The requests so far. */
  List<String> seen() {
    return seen;
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "engine-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel client = server.accept();
        open.add(client);
        daemon(() -> serve(client));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void serve(SocketChannel client) {
    try (client;
        SocketChannel back = SocketChannel.open(UnixDomainSocketAddress.of(engine))) {
      open.add(back);
      byte[] head = head(client);
      if (head.length == 0) {
        return;
      }
      String text = new String(head, ISO_8859_1);
      String request = text.substring(0, text.indexOf(" HTTP/"));
      seen.add(request);
      act(rule.apply(request), client, back, oneRequest(text));
    } catch (IOException ended) {
      // as connections do
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void act(Fate fate, SocketChannel client, SocketChannel back, byte[] head)
      throws IOException, InterruptedException {
    if (fate instanceof Fate.CutBefore) {
      return;
    }
    if (fate instanceof Fate.Refuse refusal) {
      answer(client, "500 Internal Server Error", "{\"message\":\"" + refusal.message() + "\"}");
      return;
    }
    if (fate instanceof Fate.Empty) {
      answer(client, "200 OK", "");
      return;
    }
    if (fate instanceof Fate.Hold hold) {
      hold.gate.await();
    }
    write(back, head);
    daemon(() -> pump(client, back, Long.MAX_VALUE));
    if (fate instanceof Fate.Answer part) {
      ByteArrayOutputStream answer = new ByteArrayOutputStream();
      ByteBuffer buffer = ByteBuffer.allocate(8192);
      while (back.read(buffer.clear()) > 0) {
        answer.write(buffer.array(), 0, buffer.position());
      }
      byte[] all = answer.toByteArray();
      write(client, java.util.Arrays.copyOf(all, Math.min(all.length, part.bytes)));
    } else if (fate instanceof Fate.CutAfter cut) {
      pump(back, client, cut.bytes);
    } else {
      pump(back, client, Long.MAX_VALUE);
    }
  }

  private static void answer(SocketChannel client, String status, String json) throws IOException {
    byte[] body = json.getBytes(UTF_8);
    String head =
        "HTTP/1.1 "
            + status
            + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    write(client, head.getBytes(ISO_8859_1));
    write(client, body);
  }

  /** The head, as far as its empty line. */
  private static byte[] head(SocketChannel client) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    ByteBuffer one = ByteBuffer.allocate(1);
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      if (client.read(one.clear()) < 1) {
        return new byte[0];
      }
      head.write(one.array()[0]);
    }
    return head.toByteArray();
  }

  private static byte[] oneRequest(String head) {
    boolean upgrades = head.toLowerCase(java.util.Locale.ROOT).contains("upgrade:");
    return (upgrades
            ? head
            : head.replaceFirst("(?i)\r\nConnection: [^\r]*", "")
                .replaceFirst("\r\n", "\r\nConnection: close\r\n"))
        .getBytes(ISO_8859_1);
  }

  private static void pump(SocketChannel from, SocketChannel to, long bytes) {
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    long left = bytes;
    try {
      while (left > 0 && from.read(buffer.clear()) > 0) {
        int count = (int) Math.min(left, buffer.position());
        write(to, java.util.Arrays.copyOf(buffer.array(), count));
        left -= count;
      }
      to.shutdownOutput();
    } catch (IOException ended) {
      // as connections do
    }
  }

  private static void write(SocketChannel target, byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    while (buffer.hasRemaining()) {
      target.write(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel each : open) {
      each.close();
    }
  }
}
