package io.swarm4j.junit;

import io.swarm4j.Swarm;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A run with a real swarm in this JVM. */
final class RealRun extends SwarmRun<Swarm> {

  RealRun(SwarmTest test) {
    super(test);
  }

  @Override
  public String getDisplayName(int invocation) {
    return "in this JVM";
  }

  @Override
  Swarm start() {
    Swarm.Builder builder = Swarm.builder().managers(test().managers()).workers(test().workers());
    setup().inJvm(builder);
    return builder.start();
  }

  @Override
  List<Class<?>> types() {
    return List.of(Swarm.class);
  }

  @Override
  Map<Class<?>, Supplier<Object>> parameters(Swarm running) {
    return Map.of(Swarm.class, () -> running);
  }
}
