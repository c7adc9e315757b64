package io.swarm4j.internal;

import io.swarm4j.model.FileTarget;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Folders and files that nobody else may look into. */
public final class Folders {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  private Folders() {}

  /** Makes the folder, and those above it, so that only this user can enter it. */
  public static Path createPrivate(Path folder) throws IOException {
    if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      Files.setPosixFilePermissions(folder, PRIVATE);
      return folder;
    }
    Path parent = folder.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    return Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(PRIVATE));
  }

  /**
   * Writes a file that has owner and permission bits as soon as it has content.
   *
   * @throws IOException also if it shall belong to somebody else, which only root can bring about
   */
  public static void write(Path file, byte[] content, FileTarget target) throws IOException {
    Path parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(file, content);
    Files.setPosixFilePermissions(file, permissions(target.mode()));
    own(file, "unix:uid", target.uid());
    own(file, "unix:gid", target.gid());
  }

  /** Replaces the content of a file in place; owner and permission bits stay. */
  public static void rewrite(Path file, byte[] content) throws IOException {
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(file);
    Set<PosixFilePermission> writable = EnumSet.copyOf(before);
    writable.add(PosixFilePermission.OWNER_WRITE);
    Files.setPosixFilePermissions(file, writable);
    try {
      Files.write(file, content);
    } finally {
      Files.setPosixFilePermissions(file, before);
    }
  }

  /** Gives a file away; id 0 stands for whoever runs this JVM, as all tasks do. */
  private static void own(Path file, String attribute, String id) throws IOException {
    int present = (int) Files.getAttribute(file, attribute);
    if (id.equals("0") || id.equals(Integer.toString(present))) {
      return;
    }
    try {
      Files.setAttribute(file, attribute, Integer.parseInt(id));
    } catch (FileSystemException | NumberFormatException refused) {
      throw new IOException(
          "a secret or config cannot be given to "
              + attribute.substring("unix:".length())
              + " "
              + id
              + ": that takes a number, and a JVM that runs as root; this one runs as "
              + present,
          refused);
    }
  }

  private static Set<PosixFilePermission> permissions(int mode) {
    Set<PosixFilePermission> set = EnumSet.noneOf(PosixFilePermission.class);
    PosixFilePermission[] fromHighest = PosixFilePermission.values();
    for (int bit = 0; bit < fromHighest.length; bit++) {
      if ((mode & 0400 >> bit) != 0) {
        set.add(fromHighest[bit]);
      }
    }
    return set;
  }

  /** Deletes the folder with all that is in it; does not follow links. */
  public static void delete(Path folder) throws IOException {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path each, @Nullable IOException failure)
              throws IOException {
            Files.deleteIfExists(each);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
