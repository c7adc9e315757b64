package io.swarm4j.engine.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.swarm4j.model.Task;
import io.swarm4j.model.TaskStatus;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Identities of what has none of its own: they follow from the name. */
public final class Digests {
  private Digests() {}

  /**
   * The id of a task's container as clients see it: 64 digits, other than the task's own id even
   * where the runtime has no ids of its own, so that either names one thing only.
   */
  public static String containerId(Task task) {
    TaskStatus.ContainerStatus container = task.status().container();
    if (container == null) {
      return "";
    }
    return container.id().equals(task.id().toString())
        ? digest("container " + container.id())
        : container.id();
  }

  /** Whether {@link #containerId} starts with a text; computes it only where it may. */
  public static boolean containerIdStartsWith(Task task, String text) {
    TaskStatus.ContainerStatus container = task.status().container();
    if (container == null) {
      return false;
    }
    return container.id().equals(task.id().toString())
        ? isHex(text) && containerId(task).startsWith(text)
        : container.id().startsWith(text);
  }

  private static boolean isHex(String text) {
    return text.chars().allMatch(HexFormat::isHexDigit);
  }

  /** The id of an image, {@code sha256:} and 64 digits. */
  public static String imageId(String reference) {
    return "sha256:" + digest(reference);
  }

  private static String digest(String text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every Java platform has SHA-256", impossible);
    }
  }
}
