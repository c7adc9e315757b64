package io.swarm4j.orchestrator;

import io.swarm4j.agent.protocol.Managers;
import io.swarm4j.agent.protocol.ToManager;
import io.swarm4j.agent.protocol.ToNode;
import io.swarm4j.dispatcher.LocalManagers;
import io.swarm4j.model.UnavailableException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A node's cable to whichever manager leads. While it is cut, nothing passes; a connection in which
 * something was lost is dead for ever, as TCP has it.
 */
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
    return new Connection(manager, receiver, closed);
  }

  private final class Connection implements Link {
    private final Link inner;
    private boolean dead;

    Connection(TestManager manager, Consumer<ToNode> receiver, Runnable closed) {
      inner =
          new LocalManagers(manager.dispatcher)
              .connect(
                  message -> {
                    if (passes()) {
                      receiver.accept(message);
                    }
                  },
                  closed);
    }

    private boolean passes() {
      dead |= cut;
      return !dead;
    }

    @Override
    public void send(ToManager message) {
      if (passes()) {
        inner.send(message);
      }
    }

    @Override
    public void close() {
      if (passes()) {
        inner.close();
      }
    }
  }
}
