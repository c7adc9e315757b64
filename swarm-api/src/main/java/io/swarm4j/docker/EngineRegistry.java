package io.swarm4j.docker;

import com.fasterxml.jackson.databind.JsonNode;
import io.swarm4j.ImageResolver;
import io.swarm4j.agent.BlockingWork;
import io.swarm4j.agent.HostFacts;
import io.swarm4j.docker.EngineConnection.Answer;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.PermissionDeniedException;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.time.Loop;
import io.swarm4j.time.Time;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Registries as a Docker Engine reaches them, with its mirrors, certificates and insecure
 * registries. An image that only the engine itself has is in no registry: it keeps its tag.
 * Thread-safe.
 */
public final class EngineRegistry implements ImageResolver, AutoCloseable {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
  private static final Pattern DENIED = Pattern.compile("(?i)unauthorized|denied|basic auth");
  private static final Pattern UNKNOWN = Pattern.compile("(?i)manifest unknown|not found");

  private final EngineConnection engine;
  private final RegistryLogins logins;
  private final Loop loop;
  private final BlockingWork work;

  private EngineRegistry(Time time, EngineConnection engine, RegistryCredentials credentials) {
    this.engine = engine;
    this.logins = new RegistryLogins(credentials, engine);
    this.loop = time.newLoop("swarm-registry");
    this.work = new BlockingWork(time, "swarm-registry-work", loop);
  }

  /**
   * Connects to an engine.
   *
   * @throws UnavailableException if it does not answer
   */
  public static EngineRegistry open(
      Time time, EngineAddress address, RegistryCredentials credentials) {
    return new EngineRegistry(time, EngineConnection.open(address, ANSWER_LIMIT), credentials);
  }

  @Override
  public CompletionStage<Optional<ResolvedImage>> resolve(
      String image, @Nullable String authorization) {
    return work.call(() -> Optional.of(ask(image, authorization)));
  }

  private ResolvedImage ask(String image, @Nullable String authorization) {
    String login = authorization == null ? logins.header(image) : authorization;
    Map<String, String> headers = login == null ? Map.of() : Map.of("X-Registry-Auth", login);
    Answer answer;
    try {
      answer = engine.get("/distribution/" + image + "/json", headers);
    } catch (RuntimeException failure) {
      throw new UnavailableException(
          "the engine at " + engine.address() + " does not answer: " + EngineFailures.text(failure),
          failure);
    }
    if (answer.status() != 200) {
      throw refused(image, answer);
    }
    JsonNode descriptor = answer.json().path("Descriptor");
    return new ResolvedImage(
        descriptor.path("digest").asText(),
        descriptor.path("mediaType").asText(),
        descriptor.path("size").asLong(),
        platforms(answer.json().path("Platforms")));
  }

  private static SwarmException refused(String image, Answer answer) {
    String text = answer.json().path("message").asText();
    String said = "image " + image + ": " + text;
    if (answer.status() == 401 || answer.status() == 403 || DENIED.matcher(text).find()) {
      return new PermissionDeniedException(said);
    }
    return answer.status() == 404 || UNKNOWN.matcher(text).find()
        ? new NotFoundException(said)
        : new UnavailableException(said);
  }

  private static List<Platform> platforms(JsonNode list) {
    List<Platform> platforms = new ArrayList<>();
    for (JsonNode each : list) {
      String os = each.path("os").asText();
      if (!os.isEmpty() && !os.equals("unknown")) { // attestations are not for any machine
        platforms.add(new Platform(os, HostFacts.architecture(each.path("architecture").asText())));
      }
    }
    return platforms;
  }

  @Override
  public void close() {
    work.close();
    loop.close();
    engine.close();
  }
}
