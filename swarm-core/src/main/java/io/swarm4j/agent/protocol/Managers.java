package io.swarm4j.agent.protocol;

import java.util.function.Consumer;

/** Where a node finds a manager to talk to. */
public interface Managers {

  /**
   * Connects to a manager that can take sessions.
   *
   * @param receiver gets what the manager says, in order, on any thread; what is lost or overtaken
   *     costs a new session
   * @param closed called once if the connection breaks, on any thread
   * @return what to talk into
   * @throws io.swarm4j.model.UnavailableException if none can be reached now
   */
  Link connect(Consumer<ToNode> receiver, Runnable closed);

  /** A connection to a manager. Thread-safe. */
  interface Link extends AutoCloseable {

    /** Says something; it may be lost if the connection breaks. Does not block. */
    void send(ToManager message);

    @Override
    void close();
  }
}
