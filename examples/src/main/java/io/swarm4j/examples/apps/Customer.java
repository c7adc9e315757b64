package io.swarm4j.examples.apps;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmTask;

/** The tier behind: knows customers. {@code GET /customer/1}. */
final class Customer implements JvmImage {
  private static final String[] NAMES = {"Ada", "Barbara", "Charles", "Dorothy", "Edsger", "Fran"};

  @Override
  public void run(JvmTask task) throws Exception {
    new Site(task, "customer API")
        .page("/customer/", request -> customer(task, request.after("/customer/")))
        .serve();
  }

  private static Reply customer(JvmTask task, String id) {
    if (!id.matches("[0-9]{1,9}")) {
      return Reply.text(400, "customer '" + id + "': a number of at most 9 digits is wanted");
    }
    return Reply.json(
        """
        {"id":%s,"name":"%s","servedBy":"%s"}\
        """
            .formatted(id, NAMES[Integer.parseInt(id) % NAMES.length], task.name()));
  }
}
