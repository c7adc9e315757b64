package io.swarm4j.examples.apps;

import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.jvm.JvmCommand;
import io.swarm4j.agent.jvm.JvmTask;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The command {@code curl} of the sample images, for health checks and exec: the last word is the
 * address, {@code -f} makes an error status a failure, other options change nothing.
 */
final class Curl implements JvmCommand {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  // the exit codes of the program of that name
  private static final int USAGE = 2;
  private static final int CANNOT_CONNECT = 7;
  private static final int ERROR_STATUS = 22;

  @Override
  public int run(JvmTask task, List<String> args, ExecStreams streams) throws IOException {
    if (args.isEmpty()) {
      say(streams, "curl: no address was given");
      return USAGE;
    }
    try {
      Reply reply = get(task, args.get(args.size() - 1), TIMEOUT);
      if (args.contains("-f") && !reply.isOk()) {
        say(streams, "curl: (22) the answer's status is " + reply.status());
        return ERROR_STATUS;
      }
      streams.stdout().write(reply.body().getBytes(StandardCharsets.UTF_8));
      return 0;
    } catch (MalformedURLException malformed) {
      say(streams, "curl: " + malformed.getMessage());
      return USAGE;
    } catch (IOException failure) {
      say(streams, "curl: (7) " + failure.getMessage());
      return CANNOT_CONNECT;
    }
  }

  private static void say(ExecStreams streams, String text) throws IOException {
    streams.stderr().write((text + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The answer for an address such as {@code http://customer:3000/}, names as the task sees them.
   */
  static Reply get(JvmTask task, String url, Duration timeout) throws IOException {
    URI uri;
    try {
      uri = URI.create(url);
    } catch (IllegalArgumentException malformed) {
      throw new MalformedURLException(malformed.getMessage());
    }
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
      throw new MalformedURLException(url + " is not of the form http://host:port/path");
    }
    InetSocketAddress server =
        new InetSocketAddress(task.resolve(uri.getHost()), uri.getPort() < 0 ? 80 : uri.getPort());
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return HttpGet.of(server, path + query, timeout);
  }
}
