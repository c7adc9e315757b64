package io.swarm4j.agent;

import io.swarm4j.model.ChangePolicy;
import io.swarm4j.model.FileTarget;
import io.swarm4j.model.Payload;
import io.swarm4j.model.PayloadVersion;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that a runtime needs to know of a task; templates are filled in.
 *
 * @param task the task
 * @param service the spec that it runs, with templates filled in, too
 * @param name name as users see it, such as {@code web.4}
 * @param env environment with templates filled in
 * @param hostname host name inside the task
 * @param files secrets and configs that it may read
 * @param names looks up services by name
 * @param nodeAddress address of the node it runs on
 */
public record TaskContext(
    Task task,
    ServiceSpec service,
    String name,
    Map<String, String> env,
    String hostname,
    List<TaskFile> files,
    NameResolver names,
    String nodeAddress) {

  /**
   * A secret or config as a file.
   *
   * @param templated whether the content is still to be filled in
   * @param source which version it is; null if that is not known
   * @param onChange what a new version does
   */
  public record TaskFile(
      Kind kind,
      FileTarget target,
      Payload content,
      boolean templated,
      @Nullable PayloadVersion source,
      ChangePolicy onChange) {

    /** A file of unknown source that never changes. */
    public TaskFile(Kind kind, FileTarget target, Payload content) {
      this(kind, target, content, false, null, ChangePolicy.NONE);
    }

    /** Whether this is another version of that file. */
    public boolean isInPlaceOf(TaskFile other) {
      return kind == other.kind && target.equals(other.target);
    }

    /** The same with its content filled in. */
    public TaskFile filledIn(Payload newContent) {
      return new TaskFile(kind, target, newContent, false, source, onChange);
    }

    /** What the file is, which decides where it stands and how it is kept. */
    public enum Kind {
      SECRET,
      CONFIG
    }
  }
}
