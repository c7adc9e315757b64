package io.swarm4j.docker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.AuthConfig;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.transport.DockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to one Docker Engine, which speak the newest API version that both sides know: the
 * library does not negotiate it. Thread-safe; what it gives blocks.
 */
final class EngineConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EngineConnection.class);
  private static final RemoteApiVersion NEWEST = RemoteApiVersion.create(1, 44);
  private static final RemoteApiVersion OLDEST = RemoteApiVersion.create(1, 40);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);

  private final EngineAddress address;
  private final DockerClientConfig config;
  private final DockerHttpClient http;
  private final DockerClient calls;
  private final DockerClient streams;

  private EngineConnection(
      EngineAddress address,
      DockerClientConfig config,
      DockerHttpClient http,
      DockerClient calls,
      DockerClient streams) {
    this.address = address;
    this.config = config;
    this.http = http;
    this.calls = calls;
    this.streams = streams;
  }

  /**
   * Connects.
   *
   * @param limit how long an answer may take
   * @throws UnavailableException if nobody answers there, or only an engine that is too old
   */
  static EngineConnection open(EngineAddress address, Duration limit) {
    DockerClientConfig plain = config(address, RemoteApiVersion.unknown());
    DockerHttpClient http = http(plain, limit);
    try {
      RemoteApiVersion version = negotiate(http, address);
      DockerClientConfig config = config(address, version);
      return new EngineConnection(
          address,
          config,
          http,
          DockerClientImpl.getInstance(config, http),
          DockerClientImpl.getInstance(config, http(config, null)));
    } catch (RuntimeException failure) {
      closeQuietly(http);
      throw failure;
    }
  }

  private static RemoteApiVersion negotiate(DockerHttpClient http, EngineAddress address) {
    String spoken;
    try {
      spoken = ping(http);
    } catch (RuntimeException failure) {
      throw new UnavailableException(
          "no Docker Engine answers at "
              + address
              + " ("
              + EngineFailures.text(failure)
              + "): start it, or name the right address",
          failure);
    }
    RemoteApiVersion theirs = RemoteApiVersion.parseConfigWithDefault(spoken);
    if (theirs == RemoteApiVersion.unknown() || !theirs.isGreaterOrEqual(OLDEST)) {
      throw new UnavailableException(
          "the engine at "
              + address
              + " speaks version '"
              + spoken
              + "' of the Engine API; "
              + OLDEST.getVersion()
              + " (Docker 19.03) or newer is needed");
    }
    return theirs.isGreater(NEWEST) ? NEWEST : theirs;
  }

  private static DockerClientConfig config(EngineAddress address, RemoteApiVersion version) {
    DefaultDockerClientConfig.Builder builder =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(address.uri().toString())
            .withApiVersion(version)
            .withDockerTlsVerify(address.certificates() != null);
    if (address.certificates() != null) {
      builder.withDockerCertPath(address.certificates().toString());
    }
    return builder.build();
  }

  private static DockerHttpClient http(DockerClientConfig config, @Nullable Duration limit) {
    ZerodepDockerHttpClient.Builder builder =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(config.getDockerHost())
            .sslConfig(config.getSSLConfig())
            .connectionTimeout(CONNECT_LIMIT);
    return (limit == null ? builder : builder.responseTimeout(limit)).build();
  }

  /** Asks for a sign of life; the API version that the engine speaks. */
  private static String ping(DockerHttpClient http) {
    Request request = Request.builder().method(Request.Method.GET).path("/_ping").build();
    try (Response response = http.execute(request)) {
      if (response.getStatusCode() != 200) {
        throw new IllegalStateException("it answers with status " + response.getStatusCode());
      }
      String spoken = response.getHeader("Api-Version");
      return spoken == null ? "" : spoken;
    }
  }

  /**
   * Asks for a sign of life.
   *
   * @throws RuntimeException if there is none
   */
  void ping() {
    ping(http);
  }

  EngineAddress address() {
    return address;
  }

  /** The version in paths, such as {@code v1.41}. */
  String version() {
    return config.getApiVersion().asWebPathPart();
  }

  /** The login that the docker command line has stored for an image; null if there is none. */
  @Nullable AuthConfig storedLogin(String image) {
    return config.effectiveAuthConfig(image);
  }

  /**
   * Asks what the library has no words for.
   *
   * @throws RuntimeException if there is no answer
   */
  Answer get(String path, Map<String, String> headers) {
    Request request =
        Request.builder()
            .method(Request.Method.GET)
            .path("/" + version() + path)
            .putAllHeaders(headers)
            .build();
    try (Response response = http.execute(request)) {
      return new Answer(response.getStatusCode(), JSON.readTree(response.getBody()));
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** An answer of the engine. */
  record Answer(int status, JsonNode json) {}

  /** For calls that end soon; their time is limited. */
  DockerClient calls() {
    return calls;
  }

  /** For calls that go on as long as there is something to tell. */
  DockerClient streams() {
    return streams;
  }

  @Override
  public void close() {
    closeQuietly(calls);
    closeQuietly(streams);
  }

  private static void closeQuietly(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception failure) {
      LOG.debug("a connection to the engine did not close in good order", failure);
    }
  }

  /** Closes a stream that may have ended already. */
  static void endStream(java.io.Closeable stream) {
    try {
      stream.close();
    } catch (IOException ended) {
      LOG.trace("a stream had ended before", ended);
    }
  }
}
