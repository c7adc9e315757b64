package io.swarm4j.examples.check;

import static io.swarm4j.examples.check.Checklist.expect;

import io.swarm4j.Swarm;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.regex.Pattern;

/** What a swarm could leave behind in this JVM: threads and open ports. */
final class Leftovers {
  private static final int CONNECT_MILLIS = 1_000;

  private final Pattern threadName;
  private final List<InetSocketAddress> servers;

  private Leftovers(Pattern threadName, List<InetSocketAddress> servers) {
    this.threadName = threadName;
    this.servers = servers;
  }

  /**
   * Of a swarm that runs.
   *
   * @param servers where it answers now
   */
  static Leftovers of(Swarm swarm, List<InetSocketAddress> servers) {
    String name = Pattern.quote(swarm.name());
    Leftovers leftovers = new Leftovers(Pattern.compile("swarm-(lb-)?" + name + "-.*"), servers);
    expect(!leftovers.threads().isEmpty(), "threads named after the swarm", "none");
    return leftovers;
  }

  /** Expects that the closed swarm has left nothing. */
  String expectNone() {
    List<String> left = threads();
    expect(left.isEmpty(), "no thread", left);
    List<InetSocketAddress> open = servers.stream().filter(Leftovers::answers).toList();
    expect(open.isEmpty(), "no open port", open);
    return "";
  }

  private List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> threadName.matcher(name).matches())
        .toList();
  }

  /** Whether anybody takes connections there. */
  static boolean answers(InetSocketAddress server) {
    try (Socket socket = new Socket()) {
      socket.connect(server, CONNECT_MILLIS);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }
}
