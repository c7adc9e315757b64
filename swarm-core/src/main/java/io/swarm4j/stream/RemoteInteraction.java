package io.swarm4j.stream;

import io.swarm4j.agent.ExecStreams;
import io.swarm4j.agent.Interaction;
import io.swarm4j.agent.LogSink;
import io.swarm4j.agent.TerminalSize;
import io.swarm4j.agent.protocol.FromTask;
import io.swarm4j.agent.protocol.FromTask.Cause;
import io.swarm4j.agent.protocol.FromTask.Outcome;
import io.swarm4j.agent.protocol.FromTask.Piece;
import io.swarm4j.agent.protocol.NodeStreams;
import io.swarm4j.agent.protocol.ToTask;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.NotFoundException;
import io.swarm4j.model.SwarmException;
import io.swarm4j.model.UnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The manager's end of a command beside a task, or of a connection to a task. */
final class RemoteInteraction implements Interaction, Consumer<FromTask> {
  /** How much output may wait at the manager, in bytes. */
  static final int CREDIT = 256 * 1024;

  private static final int CHUNK = 8 * 1024;

  private final ExecStreams local;
  private final boolean hasInput;
  private final CompletableFuture<Integer> exit = new CompletableFuture<>();
  private final CompletableFuture<Integer> recorded;
  private final ConcurrentLinkedQueue<FromTask> arrived = new ConcurrentLinkedQueue<>();
  private final AtomicLong inputRoom = new AtomicLong(ToTask.FIRST_INPUT_CREDIT);
  private final SerialWork output;
  private final SerialWork input;
  private volatile NodeStreams.@Nullable Stream opened;
  private volatile boolean inputEnded;
  private long written;

  /**
   * One that has not begun.
   *
   * @param record hears how it ended, before anybody else does
   */
  RemoteInteraction(
      ExecStreams local,
      boolean hasInput,
      Executor threads,
      BiConsumer<@Nullable Integer, @Nullable Throwable> record) {
    this.recorded = exit.whenComplete(record);
    this.local = local;
    this.hasInput = hasInput;
    this.output = new SerialWork(threads, this::write);
    this.input = new SerialWork(threads, this::pump);
  }

  /** Begins; {@code open} gets who listens. */
  void begin(Function<Consumer<FromTask>, NodeStreams.Stream> open) {
    opened = open.apply(this);
    wake(output);
    if (hasInput) {
      wake(input);
    }
  }

  private void send(ToTask part) {
    NodeStreams.Stream remote = opened;
    if (remote != null) {
      remote.send(part);
    }
  }

  private void wake(SerialWork work) {
    try {
      work.wake();
    } catch (RejectedExecutionException closed) {
      exit.completeExceptionally(new UnavailableException("the swarm is closed"));
    }
  }

  @Override
  public void accept(FromTask part) {
    if (part instanceof FromTask.InputCredit more) {
      inputRoom.addAndGet(more.bytes());
      wake(input);
    } else {
      arrived.add(part);
      wake(output);
    }
  }

  private void write() {
    if (opened == null) {
      return; // comes again once credit can be given back
    }
    for (FromTask part = arrived.poll(); part != null; part = arrived.poll()) {
      if (part instanceof FromTask.Output out) {
        write(out);
      } else if (part instanceof FromTask.End end) {
        end(end.outcome());
      }
    }
  }

  private void write(FromTask.Output out) {
    try {
      for (Piece piece : out.pieces()) {
        OutputStream to = piece.stream() == LogSink.Stream.STDOUT ? local.stdout() : local.stderr();
        to.write(piece.bytes());
        written += piece.bytes().length;
      }
      local.stdout().flush();
      local.stderr().flush();
    } catch (IOException nobodyListens) {
      fail(new UnavailableException("the output cannot be written: " + nobodyListens.getMessage()));
    }
    if (written >= CREDIT / 2) {
      send(new ToTask.Credit(written));
      written = 0;
    }
  }

  private void end(Outcome outcome) {
    inputEnded = true;
    if (outcome instanceof Outcome.Exited exited) {
      exit.complete(exited.code());
    } else if (outcome instanceof Outcome.Failed failed) {
      exit.completeExceptionally(exception(failed.cause(), failed.text()));
    } else {
      exit.complete(0);
    }
  }

  static SwarmException exception(Cause cause, String text) {
    return switch (cause) {
      case NODE_UNREACHABLE, TIMED_OUT -> new UnavailableException(text);
      case NO_SUCH_TASK -> new NotFoundException(text);
      case REFUSED -> new ConflictException(text);
    };
  }

  private void pump() {
    byte[] chunk = new byte[CHUNK];
    while (!inputEnded && inputRoom.get() > 0) {
      try {
        int count = local.stdin().read(chunk, 0, (int) Math.min(CHUNK, inputRoom.get()));
        if (count < 0) {
          inputEnded = true;
          send(new ToTask.InputEnd());
        } else {
          inputRoom.addAndGet(-count);
          send(new ToTask.Input(Arrays.copyOf(chunk, count)));
        }
      } catch (IOException gone) {
        inputEnded = true;
        send(new ToTask.InputEnd());
      }
    }
  }

  private void fail(SwarmException why) {
    inputEnded = true;
    send(new ToTask.Cancel());
    exit.completeExceptionally(why);
  }

  @Override
  public CompletionStage<Integer> exit() {
    return recorded.minimalCompletionStage();
  }

  @Override
  public void resize(TerminalSize size) {
    send(new ToTask.Resize(size));
  }

  @Override
  public void close() {
    if (!exit.isDone()) {
      fail(new UnavailableException("closed by its user"));
    }
  }
}
