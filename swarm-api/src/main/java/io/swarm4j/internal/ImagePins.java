package io.swarm4j.internal;

import io.swarm4j.ImageResolver;
import io.swarm4j.ImageResolver.ResolvedImage;
import io.swarm4j.model.Placement;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.TaskSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The digests that tags stand for: asked for before a transaction, and written into specs within
 * it. An image that cannot be asked for keeps its tag, as in the reference, and each node pulls
 * what it finds then.
 */
final class ImagePins {
  private static final Logger LOG = LoggerFactory.getLogger(ImagePins.class);
  static final ImagePins NONE = new ImagePins(Map.of());

  private final Map<String, ResolvedImage> found;

  private ImagePins(Map<String, ResolvedImage> found) {
    this.found = found;
  }

  /** Asks for what these specs run and does not have a digest yet. Never fails. */
  static CompletionStage<ImagePins> ask(ImageResolver resolver, Collection<ServiceSpec> specs) {
    TreeSet<String> tags = new TreeSet<>();
    specs.stream().map(ImagePins::image).filter(image -> !isPinned(image)).forEach(tags::add);
    if (resolver == ImageResolver.NONE || tags.isEmpty()) {
      return CompletableFuture.completedFuture(NONE);
    }
    Map<String, ResolvedImage> found = new ConcurrentHashMap<>();
    List<CompletableFuture<?>> answers = new ArrayList<>();
    for (String tag : tags) {
      answers.add(
          resolver
              .resolve(tag, null)
              .exceptionally(failure -> unknown(tag, failure))
              .thenAccept(answer -> answer.ifPresent(image -> found.put(tag, image)))
              .toCompletableFuture());
    }
    return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
        .thenApply(all -> new ImagePins(found));
  }

  private static Optional<ResolvedImage> unknown(String tag, Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    LOG.warn(
        "image={} could not be asked of its registry, to record its digest: each node will pull it"
            + " for itself, and nodes may come to run different versions: {}",
        tag,
        cause.getMessage());
    return Optional.empty();
  }

  /**
   * The spec with the digest of its image.
   *
   * @param present the spec before; its digest stays where nobody could tell the tag's
   */
  ServiceSpec pin(ServiceSpec spec, @Nullable ServiceSpec present) {
    String image = image(spec);
    ResolvedImage known = found.get(image);
    if (known != null) {
      Placement placement = spec.task().placement();
      return with(
          spec,
          image + "@" + known.digest(),
          known.platforms().isEmpty() ? placement : placement.withPlatforms(known.platforms()));
    }
    if (present != null && image(present).startsWith(image + "@")) {
      List<Platform> platforms = present.task().placement().platforms();
      return with(spec, image(present), spec.task().placement().withPlatforms(platforms));
    }
    return spec;
  }

  private static ServiceSpec with(ServiceSpec spec, String image, Placement placement) {
    TaskSpec task = spec.task();
    return spec.withTask(
        task.withContainer(task.container().withImage(image)).withPlacement(placement));
  }

  private static String image(ServiceSpec spec) {
    return spec.task().container().image();
  }

  private static boolean isPinned(String image) {
    return image.indexOf('@') >= 0;
  }
}
