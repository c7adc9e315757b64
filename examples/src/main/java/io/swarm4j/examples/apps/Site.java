package io.swarm4j.examples.apps;

import io.swarm4j.agent.jvm.JvmTask;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The web site of a task. Besides its own pages every site has {@code /}, {@code /inspect}, which
 * tells who has answered whom, and {@code /critical}, which ends the process as an uncaught
 * exception would.
 */
final class Site {
  static final int PORT = 3000;

  private static final int IDLE_MILLIS = 30_000;
  private static final int LAST_ANSWERS_MILLIS = 2_000;

  private final JvmTask task;
  private final Map<String, Page> pages = new TreeMap<>();

  /** Open connections, and the site itself. */
  private final Phaser clients = new Phaser(1);

  /** Answers requests, several at a time. */
  @FunctionalInterface
  interface Page {
    Reply answer(Request request) throws Exception;
  }

  Site(JvmTask task, String title) {
    this.task = task;
    page("/", request -> Reply.text(title + " - " + task.name() + " - " + pages.keySet()));
    page("/inspect", this::inspect);
    page("/critical", this::critical);
  }

  /** Adds a page; a path that ends in a slash stands for all that follow it, too. */
  Site page(String path, Page page) {
    pages.put(path, page);
    return this;
  }

  /** Serves until the task shall end. */
  void serve() throws IOException, InterruptedException {
    task.serve(PORT, this::counted);
    task.awaitStop();
    awaitClients();
  }

  private void counted(Socket socket) throws IOException {
    clients.register();
    try {
      connection(socket);
    } finally {
      clients.arriveAndDeregister();
    }
  }

  /** Clients on kept connections are told with their next answer to look for another task. */
  private void awaitClients() throws InterruptedException {
    int phase = clients.arrive();
    try {
      clients.awaitAdvanceInterruptibly(phase, LAST_ANSWERS_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException silent) {
      task.out().println("connections are closed on which nobody has asked again");
    }
  }

  private void connection(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(IDLE_MILLIS);
    InputStream in = new BufferedInputStream(socket.getInputStream());
    boolean more = true;
    while (more) {
      HttpText message;
      try {
        message = HttpText.read(in);
      } catch (EOFException | SocketTimeoutException done) {
        return;
      }
      more = message.keepsAlive() && !task.stopping();
      Reply reply = answer(message, socket);
      send(reply, more, socket);
      if (reply.afterwards() != null) {
        reply.afterwards().run();
      }
    }
  }

  private Reply answer(HttpText message, Socket socket) {
    String[] words = message.firstLine().split(" ");
    if (words.length != 3 || !words[1].startsWith("/")) {
      return Reply.text(400, "not a request: " + message.firstLine());
    }
    if (!words[0].equals("GET")) {
      return Reply.text(405, words[0] + " is not supported; use GET");
    }
    try {
      Request request =
          Request.of(words[1], socket.getLocalSocketAddress(), socket.getRemoteSocketAddress());
      Page page = find(request.path());
      if (page == null) {
        task.err().println("404 " + request.path());
        return Reply.text(404, "no page " + request.path() + "; there are " + pages.keySet());
      }
      return page.answer(request);
    } catch (IllegalArgumentException malformed) {
      return Reply.text(400, String.valueOf(malformed.getMessage()));
    } catch (Exception failure) {
      task.err().println("500 " + words[1] + ": " + failure);
      return Reply.text(500, failure.toString());
    }
  }

  private @Nullable Page find(String path) {
    Page exact = pages.get(path);
    if (exact != null) {
      return exact;
    }
    return pages.entrySet().stream()
        .filter(entry -> entry.getKey().length() > 1 && entry.getKey().endsWith("/"))
        .filter(entry -> path.startsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  private static void send(Reply reply, boolean keepAlive, Socket socket) throws IOException {
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 %d %s\nContent-Type: %s; charset=utf-8\nContent-Length: %d\nConnection: %s\n\n"
            .formatted(
                reply.status(),
                reply.isOk() ? "OK" : "Failed",
                reply.type(),
                body.length,
                keepAlive ? "keep-alive" : "close");
    HttpText.write(socket.getOutputStream(), head, body);
  }

  private Reply inspect(Request request) {
    return Reply.json(
        """
        {"host":"%s","task":"%s","id":"%s","local":"%s","remote":"%s"}\
        """
            .formatted(
                task.hostname(),
                task.name(),
                task.id(),
                text(request.local()),
                text(request.remote())));
  }

  private static String text(java.net.SocketAddress address) {
    return address.toString().replaceFirst("^.*/", "");
  }

  private Reply critical(Request request) {
    int code = Integer.parseInt(request.query().getOrDefault("code", "1"));
    return Reply.text(500, "critical failure: the app is shutting down with code " + code)
        .then(
            () -> {
              task.err().println("critical failure, asked for by " + text(request.remote()));
              task.exit(code);
            });
  }
}
