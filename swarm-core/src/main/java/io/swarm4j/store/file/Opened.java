package io.swarm4j.store.file;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found when a log was opened.
 *
 * @param snapshotIndex index of the snapshot that was read, 0 if there was none
 * @param lastIndex index of the last record, or of the snapshot if none follows it
 * @param lastTerm its term, 0 if there is no record at all
 * @param tornTail what an interrupted write had left behind the last record, and was cut off; null
 *     if nothing
 * @param movedAside paths of damaged files that were kept under these names; empty unless salvage
 *     was asked for
 */
public record Opened(
    long snapshotIndex,
    long lastIndex,
    long lastTerm,
    @Nullable TornTail tornTail,
    List<String> movedAside) {

  public Opened {
    movedAside = List.copyOf(movedAside);
  }

  /**
   * The beginning of something that was never acknowledged.
   *
   * @param file the segment's path
   * @param offset where it began, in bytes
   */
  public record TornTail(String file, long offset) {}
}
