package io.swarm4j.model;

/**
 * Identity of a task.
 *
 * <p>Tasks that were made together are also placed, started and removed together, and a swarm may
 * have a million of them. So their ids say where they lie in large tables: neighbours in {@link
 * #locality} are neighbours in memory. All other bits are random.
 */
public record TaskId(long hi, long lo) implements Id {

  /** Covers the lowest bits of {@link #locality}, which count the tasks made in a row. */
  public static final int BATCH_MASK = 0xFF;

  /** The 32 bits that order tasks in large tables; about as good as a hash code. */
  public int locality() {
    return (int) lo;
  }

  /**
   * Reads the 25-character text form.
   *
   * @throws InvalidSpecException if the text is not an id
   */
  public static TaskId parse(String text) {
    return IdText.parse("TaskId", text, TaskId::new);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(lo); // random, since the upper half of it is
  }

  @Override
  public String toString() {
    return IdText.format(hi, lo);
  }
}
