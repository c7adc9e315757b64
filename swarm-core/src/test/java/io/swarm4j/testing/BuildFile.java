package io.swarm4j.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Supplier;

/** A file of lines to which the JVMs of one build add, several at a time. */
public final class BuildFile {

  private BuildFile() {}

  /** Adds lines, all of them together; without lines, no file is made. */
  public static void append(Path file, Collection<String> lines) {
    if (!lines.isEmpty()) {
      write(file, () -> String.join("\n", lines) + "\n", APPEND);
    }
  }

  /** Replaces the text by one that is made while no other JVM does the same. */
  public static void replace(Path file, Supplier<String> text) {
    write(file, text, WRITE);
  }

  private static void write(Path file, Supplier<String> text, OpenOption how) {
    try {
      Files.createDirectories(file.getParent());
      try (FileChannel channel = FileChannel.open(file, CREATE, how);
          FileLock lock = channel.lock()) {
        ByteBuffer bytes = UTF_8.encode(text.get());
        int length = bytes.remaining();
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        if (how == WRITE) {
          channel.truncate(length);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }
}
