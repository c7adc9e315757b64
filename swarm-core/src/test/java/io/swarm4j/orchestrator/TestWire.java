package io.swarm4j.orchestrator;

import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.dispatcher.LocalManagers;
import io.swarm4j.model.UnavailableException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node's cable to whichever manager leads; once cut, it swallows everything both ways. */
final class TestWire implements Managers {
  private final Supplier<@Nullable TestManager> leader;
  boolean cut;

  TestWire(Supplier<@Nullable TestManager> leader) {
    this.leader = leader;
  }

  @Override
  public Link connect(Consumer<ToNode> receiver, Runnable closed) {
    TestManager manager = leader.get();
    if (cut || manager == null) {
      throw new UnavailableException("no manager in reach");
    }
    Link inner =
        new LocalManagers(manager.dispatcher)
            .connect(
                message -> {
                  if (!cut) {
                    receiver.accept(message);
                  }
                },
                closed);
    return new Link() {
      @Override
      public void send(ToManager message) {
        if (!cut) {
          inner.send(message);
        }
      }

      @Override
      public void close() {
        if (!cut) {
          inner.close();
        }
      }
    };
  }
}
