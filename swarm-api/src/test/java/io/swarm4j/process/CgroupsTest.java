package io.swarm4j.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On folders that look like control groups: what is written where. */
class CgroupsTest {
  private static final ResourceRequirements LIMITS =
      new ResourceRequirements(Resources.of(1.5, 64L << 20), null, 100);

  @TempDir Path dir;
  private Path root;
  private Path self;

  @BeforeEach
  void layOut() throws Exception {
    root = Files.createDirectory(dir.resolve("cgroup"));
    self = dir.resolve("self");
  }

  @Test
  void secondVersionHasOneFolderForAllLimits() throws Exception {
    Path own = Files.createDirectories(root.resolve("user/me"));
    Files.writeString(root.resolve("cgroup.controllers"), "cpu memory pids");
    Files.writeString(own.resolve("cgroup.subtree_control"), "cpu memory pids");
    Files.writeString(self, "0::/user/me\n");

    Cgroups cgroups = Cgroups.detect(root, self);
    TaskCgroup group = cgroups.create("task", LIMITS).orElseThrow();

    assertThat(cgroups.version()).isEqualTo(Cgroups.Version.V2);
    assertThat(cgroups.canEnforce(LIMITS)).isTrue();
    assertThat(group.folders()).containsExactly(own.resolve("task"));
    assertThat(own.resolve("task/memory.max")).hasContent(Long.toString(64L << 20));
    assertThat(own.resolve("task/cpu.max")).hasContent("150000 100000");
    assertThat(own.resolve("task/pids.max")).hasContent("100");
    assertThat(group.ranOutOfMemory()).isFalse();
    Files.writeString(own.resolve("task/memory.events"), "oom 2\noom_kill 1\n");
    assertThat(group.ranOutOfMemory()).isTrue();
  }

  @Test
  void firstVersionHasOneFolderPerController() throws Exception {
    Path memory = Files.createDirectories(root.resolve("memory/me"));
    Path cpu = Files.createDirectories(root.resolve("cpu"));
    Files.writeString(self, "3:memory:/me\n2:cpu,cpuacct:/not/visible/here\n1:name=systemd:/\n");

    Cgroups cgroups = Cgroups.detect(root, self);
    TaskCgroup group = cgroups.create("task", LIMITS).orElseThrow();

    assertThat(cgroups.version()).isEqualTo(Cgroups.Version.V1);
    assertThat(cgroups.canEnforce(LIMITS)).as("there is no controller of processes").isFalse();
    assertThat(group.folders()).containsExactly(memory.resolve("task"), cpu.resolve("task"));
    assertThat(memory.resolve("task/memory.limit_in_bytes")).hasContent(Long.toString(64L << 20));
    assertThat(cpu.resolve("task/cpu.cfs_quota_us")).hasContent("150000");
    Files.writeString(
        memory.resolve("task/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n");
    assertThat(group.ranOutOfMemory()).isFalse();
  }

  @Test
  void taskWithoutLimitsGetsNoGroup() throws Exception {
    Files.createDirectories(root.resolve("memory"));
    Files.writeString(self, "3:memory:/\n");

    assertThat(Cgroups.detect(root, self).create("task", ResourceRequirements.NONE)).isEmpty();
  }

  @Test
  void machineWithoutControlGroupsEnforcesNothing() throws Exception {
    Cgroups cgroups = Cgroups.detect(root, dir.resolve("absent"));

    assertThat(cgroups.version()).isEqualTo(Cgroups.Version.NONE);
    assertThat(cgroups.canEnforce(LIMITS)).isFalse();
    assertThat(cgroups.canEnforce(ResourceRequirements.NONE)).isTrue();
    assertThat(cgroups.create("task", LIMITS)).isEmpty();
  }
}
