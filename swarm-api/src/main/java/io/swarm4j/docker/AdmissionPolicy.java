package io.swarm4j.docker;

import io.swarm4j.agent.TaskContext;
import java.util.List;

/** Decides which tasks may have rights beyond those of ordinary containers on a node. */
@FunctionalInterface
public interface AdmissionPolicy {

  /** What speaks against running a task here; empty admits it. Must not block. */
  List<String> objections(TaskContext task);

  /** Admits capabilities, as the reference does, but neither privileged mode nor host devices. */
  AdmissionPolicy STANDARD = new StandardAdmission();

  /** Admits everything: whoever may create services has all rights on the node. */
  AdmissionPolicy ALL = task -> List.of();
}
