package io.swarm4j.docker;

import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.command.PullImageCmd;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.AuthConfig;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.Reason;
import io.swarm4j.time.Time;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The images of one engine. Thread-safe; blocks. */
final class EngineImages {
  private static final Logger LOG = LoggerFactory.getLogger(EngineImages.class);

  private final EngineConnection engine;
  private final Time time;
  private final PullPolicy policy;
  private final RegistryLogins logins;

  EngineImages(
      EngineConnection engine, Time time, PullPolicy policy, RegistryCredentials credentials) {
    this.engine = engine;
    this.time = time;
    this.policy = policy;
    this.logins = new RegistryLogins(credentials, engine);
  }

  /**
   * Makes sure that the engine has an image.
   *
   * @param progress hears how a pull comes along
   * @param cancel gets what ends a pull that is not wanted any more
   * @throws TaskFailure if it cannot be had, in the registry's own words
   */
  InspectImageResponse ensure(
      String image, Consumer<Reason> progress, Consumer<AutoCloseable> cancel)
      throws InterruptedException {
    Optional<InspectImageResponse> present = sought(image);
    boolean fixed = present.isPresent() && image.contains("@");
    if (policy == PullPolicy.NEVER
        || fixed
        || (policy == PullPolicy.MISSING && present.isPresent())) {
      return present.orElseThrow(
          () -> failure(image, "the node does not have it, and may not pull it", null));
    }
    try {
      pull(image, progress, cancel);
    } catch (TaskFailure failed) {
      if (present.isEmpty()) {
        throw failed;
      }
      LOG.warn("image={} not pulled, the node's own is used: {}", image, failed.getMessage());
    }
    return sought(image)
        .orElseThrow(() -> failure(image, "the registry gave another image than asked for", null));
  }

  private Optional<InspectImageResponse> sought(String image) {
    try {
      return find(image);
    } catch (DockerException refused) {
      throw failure(image, EngineFailures.text(refused), refused);
    }
  }

  /** What the engine knows of an image that it has. */
  Optional<InspectImageResponse> find(String image) {
    try {
      return Optional.of(engine.calls().inspectImageCmd(image).exec());
    } catch (NotFoundException absent) {
      return Optional.empty();
    }
  }

  private void pull(String image, Consumer<Reason> progress, Consumer<AutoCloseable> cancel)
      throws InterruptedException {
    progress.accept(new Reason.Image(image, "pulling"));
    PullProgress pull = new PullProgress(image, time, progress);
    try (PullProgress running = command(image).exec(pull)) {
      cancel.accept(running);
      running.await();
    } catch (RuntimeException failure) {
      if (EngineFailures.isOutage(failure)) {
        throw failure;
      }
      throw failure(image, EngineFailures.text(failure), failure);
    }
    pull.failure()
        .ifPresent(
            text -> {
              throw failure(image, text, null);
            });
  }

  private PullImageCmd command(String image) {
    int digest = image.indexOf('@');
    int tag = image.indexOf(':', image.lastIndexOf('/') + 1);
    String name = digest > 0 ? image.substring(0, digest) : image;
    PullImageCmd command;
    if (digest > 0) {
      String repository = tag > 0 && tag < digest ? name.substring(0, tag) : name;
      command = engine.streams().pullImageCmd(repository).withTag(image.substring(digest + 1));
    } else if (tag > 0) {
      command = engine.streams().pullImageCmd(name.substring(0, tag));
      command.withTag(name.substring(tag + 1));
    } else {
      command = engine.streams().pullImageCmd(name).withTag("latest");
    }
    AuthConfig login = logins.of(image);
    return login == null ? command : command.withAuthConfig(login);
  }

  private static TaskFailure failure(
      String image, String text, @org.jspecify.annotations.Nullable Throwable cause) {
    Reason reason = new Reason.Image(image, text);
    String message = "image " + image + ": " + text;
    return cause == null
        ? new TaskFailure(reason, message)
        : new TaskFailure(reason, message, cause);
  }
}
