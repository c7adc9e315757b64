package io.swarm4j;

import io.swarm4j.model.Placement.Platform;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Finds out which image a tag stands for at the moment, so that all tasks of a spec run the same
 * one however late they are pulled. Thread-safe, and must not block its caller.
 */
@FunctionalInterface
public interface ImageResolver {

  /** Knows no image: specs keep the tags that they are given. */
  ImageResolver NONE =
      (image, authorization) -> CompletableFuture.completedFuture(Optional.empty());

  /**
   * Asks for an image.
   *
   * @param image reference such as {@code registry:5000/team/app:1.2}
   * @param authorization login for the registry in the form of the Engine API's header {@code
   *     X-Registry-Auth}; null for what the resolver has itself
   * @return empty if this resolver asks nobody. Fails with {@link
   *     io.swarm4j.model.NotFoundException} if the registry has no such image, {@link
   *     io.swarm4j.model.PermissionDeniedException} if it refuses the login, and {@link
   *     io.swarm4j.model.UnavailableException} if it gives no answer
   */
  CompletionStage<Optional<ResolvedImage>> resolve(String image, @Nullable String authorization);

  /**
   * What a registry has under a tag.
   *
   * @param digest of the manifest, such as {@code sha256:…}; the same for the same content
   * @param mediaType kind of the manifest
   * @param size of the manifest, in bytes
   * @param platforms what the image was built for
   */
  record ResolvedImage(String digest, String mediaType, long size, List<Platform> platforms) {
    public ResolvedImage {
      platforms = List.copyOf(platforms);
    }
  }
}
