package io.swarm4j.docker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A run of wrk at a steady pace, some hundred requests a second, until it is ended. */
final class Wrk {
  private static final Pattern REQUESTS = Pattern.compile("(\\d+) requests in");

  private final Process process;
  private final Path script;

  private Wrk(Process process, Path script) {
    this.process = process;
    this.script = script;
  }

  static Wrk start(String url) throws IOException {
    Path script = Files.createTempFile("swarm4j-", ".lua");
    Files.writeString(script, "function delay() return 20 end");
    return new Wrk(
        new ProcessBuilder(
                "wrk", "-t1", "-c8", "-d300s", "--timeout", "10s", "-s", script.toString(), url)
            .redirectErrorStream(true)
            .start(),
        script);
  }

  /** What it reports of all requests. */
  String end() throws IOException {
    new ProcessBuilder(List.of("kill", "-INT", Long.toString(process.pid()))).start();
    String report =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    Files.delete(script);
    return report;
  }

  /** How many requests a report tells of. */
  static long requests(String report) {
    Matcher matcher = REQUESTS.matcher(report);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }
}
