package io.swarm4j.store;

import io.swarm4j.model.UnavailableException;
import java.util.concurrent.CompletionStage;

/**
 * What puts transactions in one order that survives: in memory, in a file, or replicated.
 *
 * <p>A log delivers the same entries in the same order to the {@link Replica} of every manager.
 * Thread-safe.
 */
public interface Log extends AutoCloseable {

  /**
   * Starts: hands the newest snapshot and all entries after it to {@code replica}, then each entry
   * as it commits.
   *
   * @throws io.swarm4j.model.SwarmException if what is stored can not be read, with what to do
   */
  void open(Replica replica);

  /**
   * Asks for an entry to be committed. Proposals of one leader commit in the order in which they
   * were made. After a failure this manager leads no more until {@link Replica#leadershipGained} is
   * called again.
   *
   * @return completes once the entry is committed and was handed to the replica; fails with {@link
   *     UnavailableException} if it was not, or if that is not known
   */
  CompletionStage<Void> propose(LogEntry entry);

  /**
   * Number of changed objects from which a transaction on top of {@code head} is full.
   *
   * <p>It bounds how long one turn may take, and what one entry may weigh where it travels.
   */
  int fullEntrySize(State head);

  /** Ends the log; what was proposed and not committed fails. Idempotent. */
  @Override
  void close();

  /** What a log feeds. The log calls one method at a time, on any thread. */
  interface Replica {

    /** Replaces the whole state. */
    void restore(View state);

    /** The next committed entry. */
    void committed(LogEntry entry);

    /**
     * The log has come into a term: an entry of an earlier one that still follows is stale, and
     * every replica refuses it. Called at the same place between entries on every replica, with a
     * snapshot, and when the log is opened, lest some replicas know of a term that others do not.
     */
    void termBegan(long term);

    /**
     * This replica leads from now on, in the given term; all committed entries were handed over,
     * and no entry of an earlier term follows.
     */
    void leadershipGained(long term);

    /** This replica no longer leads. */
    void leadershipLost();

    /**
     * The log can go on no more, say because its disk is full: nothing follows until the manager is
     * started again.
     *
     * @param why with what to do
     */
    default void failed(UnavailableException why) {}

    /** The newest committed state, for a snapshot. Any thread. */
    View state();
  }
}
