package io.swarm4j.examples.apps;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmTask;
import java.io.IOException;
import java.time.Duration;

/**
 * The tier in front: reports balances of customers, whom it asks another service about. {@code GET
 * /balance/1}.
 */
final class Balance implements JvmImage {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  @Override
  public void run(JvmTask task) throws Exception {
    String customers = task.env("MYWEB_CUSTOMER_API").orElse("localhost:" + Site.PORT);
    task.out().println("customers come from http://" + customers);
    new Site(task, "balance API")
        .page("/balance/", request -> balance(task, customers, request.after("/balance/")))
        .serve();
  }

  private static Reply balance(JvmTask task, String customers, String id) {
    String url = "http://" + customers + "/customer/" + id;
    try {
      Reply customer = Curl.get(task, url, TIMEOUT);
      if (!customer.isOk()) {
        return Reply.text(502, url + " answered " + customer.status() + ": " + customer.body());
      }
      return Reply.json(
          """
          {"balance":%d,"customer":%s,"servedBy":"%s"}\
          """
              .formatted(id.hashCode() % 1000, customer.body().strip(), task.name()));
    } catch (IOException failure) {
      task.err().println(url + ": " + failure);
      return Reply.text(502, "connection failure: " + url + ": " + failure.getMessage());
    }
  }
}
