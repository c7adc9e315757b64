package io.swarm4j.docker;

import io.swarm4j.agent.TaskContext;
import io.swarm4j.model.Privileges;
import java.util.ArrayList;
import java.util.List;

/** The policy that is in force unless another is set. */
final class StandardAdmission implements AdmissionPolicy {

  @Override
  public List<String> objections(TaskContext task) {
    Privileges wanted = task.service().task().container().privileges();
    List<String> objections = new ArrayList<>();
    if (wanted.privileged()) {
      objections.add("privileged mode is not admitted on this node");
    }
    wanted
        .devices()
        .forEach(device -> objections.add("device " + device + " is not admitted on this node"));
    return objections;
  }
}
