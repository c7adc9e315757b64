package io.swarm4j.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldChangeTest {
  private static final ContainerSpec WEB =
      ContainerSpec.of("web:1")
          .withEnv(Map.of("MODE", "dev", "LEVEL", "1"))
          .withArgs(List.of("-v", "serve"));

  @Test
  void equalSpecsDifferInNothing() {
    assertThat(FieldChange.between(WEB, WEB.with(it -> it.image("web:1")))).isEmpty();
  }

  @Test
  void fieldsAreNamedByTheirPathDownToTheEntryOfAMapAndTheElementOfAList() {
    ContainerSpec next =
        WEB.withImage("web:2")
            .withEnv(Map.of("MODE", "prod", "COLOR", "red"))
            .withArgs(List.of("-v", "run", "now"))
            .withUser("app");

    assertThat(FieldChange.between(WEB, next))
        .containsExactlyInAnyOrder(
            new FieldChange("image", "web:1", "web:2"),
            new FieldChange("args[1]", "serve", "run"),
            new FieldChange("args[2]", null, "now"),
            new FieldChange("env.MODE", "dev", "prod"),
            new FieldChange("env.LEVEL", "1", null),
            new FieldChange("env.COLOR", null, "red"),
            new FieldChange("user", null, "app"));
  }

  @Test
  void aValueOfAnotherKindIsOneChange() {
    ServiceSpec one = ServiceSpec.of("web", "web:1");
    ServiceSpec other = one.withMode(new ServiceMode.Global());

    assertThat(FieldChange.between(one, other))
        .containsExactly(new FieldChange("mode", one.mode().toString(), other.mode().toString()));
  }

  @Test
  void aRecordWithinIsComparedByItsParts() {
    ServiceSpec one = ServiceSpec.of("web", "web:1");
    ServiceSpec other =
        one.withTask(one.task().withContainer(one.task().container().withImage("web:2")));

    assertThat(FieldChange.between(one, other))
        .extracting(FieldChange::toString)
        .containsExactly("task.container.image: web:1 -> web:2");
  }
}
