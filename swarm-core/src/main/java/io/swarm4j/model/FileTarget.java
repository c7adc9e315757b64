package io.swarm4j.model;

import java.util.Arrays;
import java.util.Set;

/**
 * The file as which a secret or config appears inside a task.
 *
 * @param name file name, or an absolute path
 * @param uid owner
 * @param gid group
 * @param mode permission bits
 */
public record FileTarget(String name, String uid, String gid, int mode) {

  /** Read-only for everybody, as the reference has it. */
  public static final int DEFAULT_MODE = 0444;

  private static final Set<String> LEAVES = Set.of(".", "..");
  private static final int MODE_BITS = 07777;

  public FileTarget {
    Check.of("FileTarget")
        .that(name != null && !name.isBlank(), Fault.Code.MISSING, "name", name, "a file name")
        .that(
            name == null
                || (!name.endsWith("/")
                    && Arrays.stream(name.split("/")).noneMatch(LEAVES::contains)),
            "name",
            name,
            "a file path without . and .. that does not leave its folder")
        .that(
            (mode & ~MODE_BITS) == 0,
            "mode",
            Integer.toOctalString(mode),
            "permission bits 0 to 7777 (octal)")
        .orThrow();
  }

  /** Owned by root, readable by all. */
  public static FileTarget of(String name) {
    return new FileTarget(name, "0", "0", DEFAULT_MODE);
  }

  /**
   * The absolute path inside the task, if the file stands in {@code folder} unless it says else.
   */
  public String pathIn(String folder) {
    return name.startsWith("/") ? name : folder + name;
  }
}
