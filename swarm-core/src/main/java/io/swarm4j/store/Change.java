package io.swarm4j.store;

import io.swarm4j.model.Id;
import io.swarm4j.model.StoreObject;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One object before and after; exactly one of the two is null for a creation or a deletion.
 *
 * @param before null if the object was created
 * @param after null if the object was deleted
 */
public record Change(@Nullable StoreObject before, @Nullable StoreObject after) {

  /** The object's identity. */
  public Id id() {
    return Objects.requireNonNull(after != null ? after : before, "a change has at least one side")
        .id();
  }

  /** The object as it is now, or as it last was. */
  public StoreObject latest() {
    return Objects.requireNonNull(after != null ? after : before, "a change has at least one side");
  }
}
