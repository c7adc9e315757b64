package io.swarm4j.stream;

/** A reading under way. Thread-safe. */
public interface LogSubscription extends AutoCloseable {

  /** Lets that many more lines come. */
  void request(long lines);

  /** Ends the reading; the receiver is not called any more once this has taken effect. */
  @Override
  void close();
}
