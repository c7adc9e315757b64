package io.swarm4j.raft;

import io.swarm4j.time.Loop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a follower's connections to the other followers open.
 *
 * <p>Ratis opens them when it asks for votes: an election that has to shake hands first runs into
 * that of the next candidate, and neither is elected. A connection that is found broken is opened
 * anew: gRPC by itself waits longer and longer between its tries, and meanwhile no vote gets
 * through to a member that has started again.
 */
final class OpenConnections implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenConnections.class);
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final Wires wires;
  private final Loop loop;

  /** The connections of a member. Any thread. */
  interface Wires {

    /** The members that this one may have to ask for their votes; none if it leads. */
    List<String> voters();

    /** Sends something of no effect to a member; completes when it answers. */
    CompletionStage<?> touch(String member);

    /** Drops the connection to a member, for a new one with the next call. May block. */
    void drop(String member, Throwable why);
  }

  /**
   * Begins at once.
   *
   * @param loop ends with this
   */
  OpenConnections(Wires wires, Loop loop) {
    this.wires = wires;
    this.loop = loop;
    loop.execute(this::touchAll);
  }

  private void touchAll() {
    loop.schedule(PERIOD, this::touchAll);
    wires.voters().forEach(this::touch);
  }

  private void touch(String member) {
    wires
        .touch(member)
        .whenComplete(
            (answer, failure) -> {
              if (failure != null) {
                loop.execute(() -> drop(member, failure));
              }
            });
  }

  private void drop(String member, Throwable failure) {
    LOG.debug("member {} is not in reach: {}", member, failure.toString());
    wires.drop(member, failure);
  }

  @Override
  public void close() {
    loop.close();
  }
}
