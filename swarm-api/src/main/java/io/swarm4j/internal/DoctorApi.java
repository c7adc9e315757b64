package io.swarm4j.internal;

import io.swarm4j.Diagnosis;
import io.swarm4j.Doctor;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@link Doctor} on a swarm. */
record DoctorApi(Host host) implements Doctor {

  @Override
  public List<Diagnosis> check() {
    return host.join(checkAsync());
  }

  @Override
  public CompletionStage<List<Diagnosis>> checkAsync() {
    return host.diagnose(false);
  }

  @Override
  public List<Diagnosis> repair() {
    return host.join(repairAsync());
  }

  @Override
  public CompletionStage<List<Diagnosis>> repairAsync() {
    return host.diagnose(true);
  }
}
