package io.swarm4j.model;

/** Identity of a task. */
public record TaskId(long hi, long lo) implements Id {

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
    return Long.hashCode(lo); // ids are uniformly random: any 32 bits of them are a good hash
  }

  @Override
  public String toString() {
    return IdText.format(hi, lo);
  }
}
