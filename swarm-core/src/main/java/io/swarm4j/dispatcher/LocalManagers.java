package io.swarm4j.dispatcher;

import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import java.util.function.Consumer;

/** The direct way to a dispatcher in the same JVM. */
public record LocalManagers(Dispatcher dispatcher) implements Managers {

  @Override
  public Link connect(Consumer<ToNode> receiver, Runnable closed) {
    Dispatcher.Peer peer = dispatcher.accept(receiver);
    return new Link() {
      @Override
      public void send(ToManager message) {
        peer.hear(message);
      }

      @Override
      public void close() {
        peer.closed();
      }
    };
  }
}
