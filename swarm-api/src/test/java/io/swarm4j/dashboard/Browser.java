package io.swarm4j.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Chromium without a window, through WebDriver. */
final class Browser implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MOST_STARTS = 5;

  private final Process driver;
  private final URI base;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String session;

  private Browser(Process driver, int port, Path folder) {
    this.driver = driver;
    this.base = URI.create("http://127.0.0.1:" + port + "/");
    ObjectNode request = MAPPER.createObjectNode();
    var arguments =
        request.withObject("/capabilities/alwaysMatch/goog:chromeOptions").putArray("args");
    for (String argument :
        new String[] {
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--window-size=1280,900",
          "--user-data-dir=" + folder.resolve("profile")
        }) {
      arguments.add(argument);
    }
    session = send("POST", "session", request).at("/sessionId").asText();
  }

  static boolean isInstalled() {
    return isOnPath("chromium") && isOnPath("chromedriver");
  }

  private static boolean isOnPath(String program) {
    for (String folder : System.getenv("PATH").split(java.io.File.pathSeparator)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    return false;
  }

  /** The driver takes one free port of IPv6 for IPv4, too, and ends if that is not free there. */
  static Browser start(Path folder) {
    List<String> said = new ArrayList<>();
    try {
      for (int i = 0; i < MOST_STARTS; i++) {
        Process driver =
            new ProcessBuilder("chromedriver", "--port=0").redirectErrorStream(true).start();
        BufferedReader lines = new BufferedReader(new InputStreamReader(driver.getInputStream()));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          said.add(line);
          if (line.contains("started successfully on port ")) {
            String port = line.replaceFirst(".* on port (\\d+).*", "$1");
            return new Browser(driver, Integer.parseInt(port), folder);
          }
        }
      }
      throw new IllegalStateException("chromedriver did not start: " + said);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  void open(String address) {
    send("POST", "session/" + session + "/url", MAPPER.createObjectNode().put("url", address));
  }

  /** Runs a script; its value. */
  JsonNode run(String script) {
    ObjectNode request = MAPPER.createObjectNode().put("script", script);
    request.putArray("args");
    return send("POST", "session/" + session + "/execute/sync", request);
  }

  /** Waits until a script returns true. */
  void await(String script) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!run(script).asBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            "never true: " + script + "; page: " + run("return document.body.innerText").asText());
      }
    }
  }

  /** Takes a picture of the page, into the build folder. */
  void screenshot(String name) {
    byte[] png =
        Base64.getDecoder()
            .decode(send("GET", "session/" + session + "/screenshot", null).asText());
    try {
      Path target = Path.of(System.getProperty("swarm4j.build.directory", "target"), "screenshots");
      Files.createDirectories(target);
      Files.write(target.resolve(name), png);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  private JsonNode send(String method, String path, JsonNode body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(PATIENCE)
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body.toString()));
    try {
      HttpResponse<byte[]> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      JsonNode value = MAPPER.readTree(answer.body()).get("value");
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(path + ": " + value);
      }
      return value;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stop);
    }
  }

  @Override
  public void close() {
    try {
      send("DELETE", "session/" + session, null);
    } finally {
      driver.destroy();
      try {
        if (!driver.waitFor(10, TimeUnit.SECONDS)) {
          driver.destroyForcibly();
        }
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
