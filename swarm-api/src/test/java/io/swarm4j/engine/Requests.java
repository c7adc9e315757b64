package io.swarm4j.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Requests of a plain HTTP client to an endpoint on TCP. */
final class Requests {
  private final String base;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(30))
          .build();

  /** To a host in the form of {@code DOCKER_HOST}. */
  Requests(String host) {
    base = host.replaceFirst("^tcp:", "http:");
  }

  /** An answer: its status and its body. */
  record Answer(int status, JsonNode json, HttpResponse<byte[]> raw) {
    String message() {
      return json.path("message").asText();
    }
  }

  Answer get(String path) {
    return send("GET", path, "");
  }

  Answer post(String path, String json) {
    return send("POST", path, json);
  }

  Answer post(String path, byte[] body) {
    return send("POST", path, body, "Content-Type", "application/json");
  }

  Answer send(String method, String path, String json, String... headers) {
    return send(method, path, json.getBytes(StandardCharsets.UTF_8), headers);
  }

  private Answer send(String method, String path, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(Duration.ofSeconds(60))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    if (body.length > 0) {
      request.header("Content-Type", "application/json");
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    try {
      HttpResponse<byte[]> response =
          client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      JsonNode tree =
          response.headers().firstValue("Content-Type").orElse("").startsWith("application/json")
              ? ApiFixture.MAPPER.readTree(response.body())
              : ApiFixture.MAPPER.nullNode();
      return new Answer(response.statusCode(), tree, response);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
