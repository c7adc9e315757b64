package io.swarm4j.examples.scenario;

import io.swarm4j.Swarm;
import io.swarm4j.examples.apps.SampleImages;
import io.swarm4j.testing.DockerCli;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lab of its own for each scenario. */
@Timeout(180)
abstract class ScenarioTest {
  @TempDir Path folder;
  Lab lab;

  @BeforeEach
  void start() {
    DockerCli.requireInstalled();
    lab = new Lab(folder, DockerCli.installed().get(0), this::machines);
  }

  /** A manager and two workers, whose tasks are Java code. */
  Swarm.Builder machines(Swarm.Builder builder) {
    return builder.workers(2).images(SampleImages.all()).images(LabImages.all());
  }

  @AfterEach
  void stop() {
    if (lab != null) {
      lab.close();
    }
  }
}
