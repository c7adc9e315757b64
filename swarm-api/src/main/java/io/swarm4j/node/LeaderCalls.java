package io.swarm4j.node;

import io.grpc.MethodDescriptor;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.node.ManagerClient.Refusal;
import io.swarm4j.time.Chance;
import io.swarm4j.time.Loop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Makes calls that only the leader takes: follows from manager to manager to whoever leads, and
 * tries again with growing pauses while nobody does. Thread-safe; does not block.
 */
final class LeaderCalls {
  private static final Duration ONE_TRY = Duration.ofSeconds(5);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  /** Short, since a lost leader is replaced within about a second and writes wait for the next. */
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(100);

  private static final double JITTER = 0.5;

  private final ManagerClient client;
  private final KnownManagers managers;
  private final Loop loop;
  private final Chance chance;

  /** Calls through {@code client}; pauses are kept on {@code loop}. */
  LeaderCalls(ManagerClient client, KnownManagers managers, Loop loop, Chance chance) {
    this.client = client;
    this.managers = managers;
    this.loop = loop;
    this.chance = chance;
  }

  /**
   * Makes a call.
   *
   * @param limit how long to look for a leader
   * @return the leader's answer, which looks no further once it is cancelled; fails with the {@link
   *     io.swarm4j.model.SwarmException} that it refused with, or with {@link UnavailableException}
   *     if none was found in time
   */
  <Q, A> CompletionStage<A> call(MethodDescriptor<Q, A> method, Q request, Duration limit) {
    Attempt<Q, A> attempt = new Attempt<>(method, request, loop.now().plus(limit));
    loop.execute(attempt::round);
    return attempt.answer;
  }

  /** One call on its way through the managers. Loop only. */
  private final class Attempt<Q, A> {
    private final MethodDescriptor<Q, A> method;
    private final Q request;
    private final Instant deadline;
    private final CompletableFuture<A> answer = new CompletableFuture<>();
    private final ArrayDeque<HostPort> next = new ArrayDeque<>();
    private final Set<HostPort> tried = new LinkedHashSet<>();
    private Duration pause = FIRST_PAUSE;
    private @Nullable Refusal last;

    Attempt(MethodDescriptor<Q, A> method, Q request, Instant deadline) {
      this.method = method;
      this.request = request;
      this.deadline = deadline;
    }

    void round() {
      next.clear();
      tried.clear();
      next.addAll(managers.all());
      step();
    }

    private void step() {
      if (answer.isDone()) {
        return; // nobody waits for it any more
      }
      HostPort target = next.poll();
      while (target != null && !tried.add(target)) {
        target = next.poll();
      }
      if (target == null) {
        pauseOrGiveUp();
        return;
      }
      HostPort asked = target;
      client
          .call(asked, method, request, ONE_TRY)
          .whenComplete((value, failure) -> loop.execute(() -> answered(asked, value, failure)));
    }

    private void answered(HostPort asked, @Nullable A value, @Nullable Throwable failure) {
      if (value != null) {
        managers.leads(asked.toString());
        answer.complete(value);
      } else if (Statuses.unwrap(java.util.Objects.requireNonNull(failure))
          instanceof Refusal refusal) {
        last = refusal;
        if (!refusal.isPassing()) {
          answer.completeExceptionally(refusal.toException());
          return;
        }
        String leader = refusal.leader();
        if (leader != null) {
          next.addFirst(HostPort.parse(leader));
        }
        step();
      } else {
        answer.completeExceptionally(failure);
      }
    }

    private void pauseOrGiveUp() {
      boolean hopeless = last != null && last.isStranger();
      if (hopeless || !loop.now().plus(pause).isBefore(deadline)) {
        answer.completeExceptionally(
            last == null ? new UnavailableException("no manager is known") : last.toException());
        return;
      }
      loop.schedule(chance.jitter(pause, JITTER), this::round);
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }
  }
}
