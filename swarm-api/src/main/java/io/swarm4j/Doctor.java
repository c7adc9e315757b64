package io.swarm4j;

import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Compares the listeners, endpoints, maps, devices and name servers of every data plane with what
 * the state of the swarm intends, and names each difference. Thread-safe.
 */
public interface Doctor {

  /** Looks, and changes nothing. One entry per data plane, by place. */
  List<Diagnosis> check();

  /** Twin of {@link #check}. */
  CompletionStage<List<Diagnosis>> checkAsync();

  /**
   * Looks, and puts in place what is missing or wrong; what others hold, such as a port that a
   * foreign program listens on, differs still when it is checked again.
   *
   * @return what differed before
   */
  List<Diagnosis> repair();

  /** Twin of {@link #repair}. */
  CompletionStage<List<Diagnosis>> repairAsync();
}
