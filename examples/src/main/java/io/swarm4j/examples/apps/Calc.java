package io.swarm4j.examples.apps;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmTask;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A calculator that is corrupted for good by a division by zero, and goes on running: only a health
 * check finds out. {@code GET /calc/divide?numerator=6&denominator=3}, {@code GET
 * /calc/iseverythingok}.
 */
final class Calc implements JvmImage {

  @Override
  public void run(JvmTask task) throws Exception {
    AtomicBoolean corrupted = new AtomicBoolean();
    new Site(task, "calculator")
        .page("/calc/iseverythingok", request -> health(corrupted.get()))
        .page("/calc/divide", request -> divide(request, corrupted))
        .serve();
  }

  private static Reply health(boolean corrupted) {
    return corrupted ? Reply.text(500, "corrupted") : Reply.text("everything is OK");
  }

  private static Reply divide(Request request, AtomicBoolean corrupted) {
    long numerator = number(request, "numerator");
    long denominator = number(request, "denominator");
    if (denominator == 0) {
      corrupted.set(true);
    }
    return corrupted.get()
        ? Reply.text(500, "corrupted")
        : Reply.text(String.valueOf(numerator / denominator));
  }

  private static long number(Request request, String name) {
    String text = request.query().getOrDefault(name, "");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException malformed) {
      throw new IllegalArgumentException(name + " '" + text + "': a whole number is wanted");
    }
  }
}
