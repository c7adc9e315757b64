package io.swarm4j.examples.apps;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmTask;
import java.nio.charset.StandardCharsets;

/**
 * An application that does not start without a password, which comes from {@code PASSWORD}, or from
 * the secret that {@code PASSWORD_FILE} names. {@code GET /login?password=…} checks one.
 */
final class NeedSecret implements JvmImage {

  @Override
  public void run(JvmTask task) throws Exception {
    String password = password(task);
    if (password.isEmpty() && task.env("ALLOW_EMPTY").isEmpty()) {
      task.err()
          .println("no password: set one of PASSWORD, PASSWORD_FILE=/run/secrets/…, ALLOW_EMPTY");
      task.exit(1);
    }
    new Site(task, "needs a secret").page("/login", request -> login(request, password)).serve();
  }

  private static String password(JvmTask task) {
    return task.env("PASSWORD_FILE")
        .map(file -> new String(task.secret(file), StandardCharsets.UTF_8).strip())
        .orElse(task.env("PASSWORD").orElse(""));
  }

  private static Reply login(Request request, String password) {
    return request.query().getOrDefault("password", "").equals(password)
        ? Reply.text("welcome")
        : Reply.text(401, "wrong password");
  }
}
