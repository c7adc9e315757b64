package io.swarm4j.process;

import io.swarm4j.agent.HealthCallback;
import io.swarm4j.agent.Runtime;
import io.swarm4j.model.ContainerSpec;
import io.swarm4j.testing.HttpProgram;
import io.swarm4j.testing.RuntimeContract;
import io.swarm4j.testing.ShellPrograms;
import io.swarm4j.testing.TestProgram;
import io.swarm4j.time.Time;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The process runtime does what every runtime must do. */
class ProcessRuntimeContractTest extends RuntimeContract {

  @Override
  protected Runtime open(Time time, Path dir, Map<String, HealthCallback> callbacks) {
    ProcessRuntime.Builder builder =
        ProcessRuntime.builder(time, dir).logRotation(LOG_BYTES / 2, 2);
    callbacks.forEach(builder::callback);
    return builder.build();
  }

  @Override
  protected ContainerSpec program(TestProgram program, String... args) {
    return ContainerSpec.of(ProcessImages.DIRECT)
        .withCommand(
            program == TestProgram.SERVER
                ? JavaPrograms.command(HttpProgram.class)
                : ShellPrograms.command(program))
        .withArgs(List.of(args));
  }

  @Override
  protected List<String> leftovers(Path directory) throws Exception {
    List<String> left = new ArrayList<>(Leftovers.processes(directory));
    left.addAll(Leftovers.files(directory));
    return left;
  }
}
