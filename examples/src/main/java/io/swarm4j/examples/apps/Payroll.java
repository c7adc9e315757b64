package io.swarm4j.examples.apps;

import io.swarm4j.agent.jvm.JvmImage;
import io.swarm4j.agent.jvm.JvmTask;

/** An application in several versions, which tell their number at {@code /}; for roll-outs. */
record Payroll(int version) implements JvmImage {

  @Override
  public void run(JvmTask task) throws Exception {
    task.out().println("payroll, version " + version);
    new Site(task, "payroll")
        .page("/", request -> Reply.text("payroll version " + version + " - " + task.name()))
        .serve();
  }
}
