package io.swarm4j.examples;

import io.swarm4j.Swarm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where several managers keep their state if the user named no folder: one that is deleted again.
 */
record DataFolder(@Nullable Path temporary) implements AutoCloseable {

  static DataFolder of(SwarmOptions options) throws IOException {
    boolean needed = options.managers() > 1 && options.data() == null;
    return new DataFolder(needed ? Files.createTempDirectory("swarm4j-") : null);
  }

  Swarm.Builder applyTo(Swarm.Builder builder) {
    return temporary == null ? builder : builder.dataDirectory(temporary);
  }

  @Override
  public void close() throws IOException {
    if (temporary == null) {
      return;
    }
    List<Path> all;
    try (Stream<Path> files = Files.walk(temporary)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path file : all) {
      Files.deleteIfExists(file);
    }
  }
}
