package io.swarm4j.docker;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectContainerResponse.ContainerState;
import com.github.dockerjava.api.command.InspectImageResponse;
import io.swarm4j.agent.Container.Exit;
import io.swarm4j.agent.HostFacts;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.Reason;
import io.swarm4j.model.Reason.ForeignPlatform;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells why containers have ended or did not start. Blocks.
 *
 * <p>An image of another platform is run all the same, since the machine may emulate it. Only if
 * the kernel refused the program, in words that the container's log has, is the platform the
 * reason; an exit code alone may be the program's own.
 */
final class ContainerEnds {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerEnds.class);
  private static final String REFUSED_BY_KERNEL = "exec format error";

  /** A program that ran longer was not refused, and what it wrote is about others. */
  private static final Duration AT_ONCE = Duration.ofSeconds(30);

  private final EngineContainers containers;
  private final EngineImages images;
  private final Supplier<Platform> node;

  ContainerEnds(EngineContainers containers, EngineImages images, Supplier<Platform> node) {
    this.containers = containers;
    this.images = images;
    this.node = node;
  }

  /**
   * How a container has ended.
   *
   * @param image of which it was made, if that is known already
   */
  Exit of(InspectContainerResponse found, @Nullable InspectImageResponse image) {
    ContainerState state = found.getState();
    int code = Objects.requireNonNullElse(state.getExitCodeLong(), 0L).intValue();
    if (Boolean.TRUE.equals(state.getOOMKilled())) {
      return new Exit(code, true, "out of memory");
    }
    String error = Objects.requireNonNullElse(state.getError(), "");
    Optional<ForeignPlatform> foreign =
        code == 0 ? Optional.empty() : foreign(image == null ? imageOf(found) : image);
    if (foreign.isEmpty()) {
      return new Exit(code, false, error);
    }
    String message = with(error, foreign.get());
    return wasAtOnce(state) && (isRefusal(error) || isRefusal(lastWords(found.getId())))
        ? new Exit(code, false, message, foreign.get())
        : new Exit(code, false, message);
  }

  /** Why a container was not started, if the engine refused to. */
  TaskFailure startFailed(RuntimeException failure, @Nullable InspectImageResponse image) {
    String text = EngineFailures.text(failure);
    if (failure instanceof TaskFailure || !isRefusal(text)) {
      return EngineFailures.startFailed(failure);
    }
    return foreign(image)
        .map(foreign -> new TaskFailure(foreign, with(text, foreign), failure))
        .orElseGet(() -> EngineFailures.startFailed(failure));
  }

  private static String with(String error, ForeignPlatform foreign) {
    return error.isEmpty() ? foreign.text() : error + " (" + foreign.text() + ")";
  }

  private static boolean isRefusal(String words) {
    return words.toLowerCase(Locale.ROOT).contains(REFUSED_BY_KERNEL);
  }

  private Optional<ForeignPlatform> foreign(@Nullable InspectImageResponse image) {
    if (image == null) {
      return Optional.empty();
    }
    Platform built =
        new Platform(
            Objects.requireNonNullElse(image.getOs(), ""),
            HostFacts.architecture(Objects.requireNonNullElse(image.getArch(), "")));
    Platform here = node.get();
    return built.equals(here)
        ? Optional.empty()
        : Optional.of(new Reason.ForeignPlatform(built, here));
  }

  private static boolean wasAtOnce(ContainerState state) {
    try {
      Instant started = Instant.parse(Objects.requireNonNullElse(state.getStartedAt(), ""));
      Instant finished = Instant.parse(Objects.requireNonNullElse(state.getFinishedAt(), ""));
      return Duration.between(started, finished).compareTo(AT_ONCE) < 0;
    } catch (DateTimeException unknown) {
      return false;
    }
  }

  /** Of a container that an earlier life has made. */
  private @Nullable InspectImageResponse imageOf(InspectContainerResponse found) {
    try {
      return images.find(found.getImageId()).orElse(null);
    } catch (RuntimeException failure) {
      LOG.debug("container={} keeps its image to itself", found.getName(), failure);
      return null;
    }
  }

  /** Empty where the log is kept elsewhere, or the engine does not give it. */
  private String lastWords(String container) {
    try {
      return containers.lastWords(container);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      return "";
    } catch (RuntimeException failure) {
      LOG.debug("container={} has no log to be read", container, failure);
      return "";
    }
  }
}
