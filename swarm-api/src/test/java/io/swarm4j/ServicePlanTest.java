package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.ServicePlan.Action;
import io.swarm4j.ServicePlan.Kind;
import io.swarm4j.ServicePlan.Step;
import io.swarm4j.model.ConflictException;
import io.swarm4j.model.FieldChange;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Placement;
import io.swarm4j.model.SecretReference;
import io.swarm4j.model.ServiceMode;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.SlotKey;
import io.swarm4j.model.Task;
import io.swarm4j.model.UpdatePolicy;
import io.swarm4j.model.UpdatePolicy.UpdateOrder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServicePlanTest {
  private static final ServiceSpec WEB = ServiceSpec.of("web", "web:1").withReplicas(6);

  private final SimSwarm sim = SimSwarm.workers(4);
  private final Services services = sim.services();

  @AfterEach
  void close() {
    sim.close();
  }

  @Test
  void aNewServiceIsPlannedOntoTheNodesThatItThenGets() {
    services.create(ServiceSpec.of("other", "other").withReplicas(5));
    sim.converged("other");
    long before = sim.swarm.view().revision();

    ServicePlan plan = services.plan(WEB);

    assertThat(sim.swarm.view().revision()).isEqualTo(before);
    assertThat(plan.kind()).isEqualTo(Kind.CREATE);
    assertThat(plan.changes()).isEmpty();
    assertThat(plan.steps()).hasSize(6).allMatch(step -> step.action() == Action.START);
    assertThat(plan.outcome().isConverged()).isTrue();
    services.apply(plan);
    sim.converged("web");
    Map<SlotKey, Object> planned = new TreeMap<>();
    plan.steps().forEach(step -> planned.put(step.slot(), step.node()));
    Map<SlotKey, Object> real = new TreeMap<>();
    sim.running("web").forEach(task -> real.put(task.slot(), task.nodeId()));
    assertThat(real).isEqualTo(planned);
  }

  @Test
  void aChangeShowsItsFieldsItsStepsAndHowFewTasksRunMeanwhile() {
    started(WEB.withUpdate(UpdatePolicy.DEFAULT.with(it -> it.parallelism(2).delay(seconds(10)))));
    ServiceSpec present = services.get("web").spec();
    ServiceSpec next = image(present, "web:2").withReplicas(7);

    ServicePlan plan = services.plan(next);

    assertThat(plan.kind()).isEqualTo(Kind.UPDATE);
    assertThat(plan.changes())
        .containsExactlyInAnyOrder(
            new FieldChange(
                "mode",
                new ServiceMode.Replicated(6).toString(),
                new ServiceMode.Replicated(7).toString()),
            new FieldChange("task.container.image", "web:1", "web:2"));
    assertThat(plan.steps(Action.STOP)).hasSize(6);
    assertThat(plan.steps(Action.START)).hasSize(7);
    assertThat(plan.fewestRunning()).isEqualTo(5); // the seventh comes as two of six go
    assertThat(plan.duration()).isBetween(seconds(20), seconds(31));
    assertThat(plan.outcome().isConverged()).isTrue();
    assertThat(plan.remark()).isEqualTo("update completed");
    assertThat(services.get("web").spec()).isEqualTo(present);

    services.apply(plan);
    sim.converged("web");
    assertThat(services.get("web").spec()).isEqualTo(next);
  }

  @Test
  void whereTheNewTaskStartsFirstNoneIsMissedMeanwhile() {
    started(WEB.withUpdate(UpdatePolicy.DEFAULT.with(it -> it.order(UpdateOrder.START_FIRST))));

    ServicePlan plan = services.plan(image(services.get("web").spec(), "web:2"));

    assertThat(plan.fewestRunning()).isEqualTo(6);
    List<Step> steps = plan.steps();
    for (int i = 0; i < steps.size(); i += 2) {
      assertThat(steps.get(i).action()).isEqualTo(Action.START);
      assertThat(steps.get(i + 1).action()).isEqualTo(Action.STOP);
      assertThat(steps.get(i + 1).slot()).isEqualTo(steps.get(i).slot());
    }
  }

  @Test
  void aPlanThatNoNodeCanCarryOutSaysWhy() {
    started(WEB);
    ServiceSpec present = services.get("web").spec();

    ServicePlan create = services.plan(onSsd(ServiceSpec.of("api", "api").withReplicas(2)));
    ServicePlan update = services.plan(onSsd(image(present, "web:2")));

    assertThat(create.steps()).isEmpty();
    assertThat(create.outcome())
        .isInstanceOfSatisfying(
            Convergence.TimedOut.class,
            stuck -> {
              assertThat(stuck.running()).isZero();
              assertThat(stuck.wanted()).isEqualTo(2);
              assertThat(stuck.problems())
                  .hasSize(2)
                  .allMatch(problem -> problem.text().contains("scheduling constraints"));
            });
    assertThat(update.steps()).isEmpty();
    assertThat(update.fewestRunning()).isEqualTo(6);
    assertThat(update.outcome().isConverged()).isFalse();
    assertThat(update.remark()).contains("no active node satisfies the placement");
  }

  @Test
  void anEqualSpecDoesNothing() {
    started(WEB);

    ServicePlan plan = services.plan(services.get("web").spec());

    assertThat(plan.kind()).isEqualTo(Kind.NOTHING);
    assertThat(plan.changes()).isEmpty();
    assertThat(plan.steps()).isEmpty();
    assertThat(plan.fewestRunning()).isEqualTo(6);
    assertThat(plan.duration()).isZero();
  }

  @Test
  void aFaultySpecIsRefusedAsIfItWereToBeStored() {
    ServiceSpec faulty =
        WEB.withTask(
            WEB.task()
                .withContainer(
                    WEB.task().container().withSecrets(List.of(SecretReference.of("absent")))));

    assertThatThrownBy(() -> services.plan(faulty))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("secret not found: absent");
  }

  @Test
  void aPlanIsOnlyAppliedToWhatItWasMadeFor() {
    ServicePlan create = services.plan(WEB);
    started(WEB);
    assertThatThrownBy(() -> services.apply(create)).isInstanceOf(ConflictException.class);

    ServicePlan update = services.plan(image(services.get("web").spec(), "web:2"));
    services.scale("web", 7);
    assertThatThrownBy(() -> services.apply(update))
        .isInstanceOf(ConflictException.class)
        .hasMessageContaining("out of sequence");
  }

  @Test
  void whatIsUnderWayGoesOnInAPlanAsItWould() {
    started(WEB.withUpdate(UpdatePolicy.DEFAULT.with(it -> it.delay(seconds(60)))));
    services.update("web", spec -> image(spec, "web:2"));
    sim.pass(seconds(1));

    ServicePlan plan = services.plan(image(services.get("web").spec(), "web:3"));

    assertThat(plan.outcome().isConverged()).isTrue();
    assertThat(plan.steps(Action.START)).hasSize(6);
    assertThat(sim.running("web"))
        .extracting(Task::specVersion)
        .containsOnly(1L, 2L); // nothing of it has happened
  }

  private void started(ServiceSpec spec) {
    services.create(spec);
    sim.converged(spec.name());
    sim.pass(Duration.ofMillis(1));
  }

  private static ServiceSpec image(ServiceSpec spec, String image) {
    return spec.withTask(
        spec.task().withContainer(spec.task().container().with(it -> it.image(image))));
  }

  private static ServiceSpec onSsd(ServiceSpec spec) {
    return spec.withTask(spec.task().withPlacement(Placement.constrained("node.labels.disk==ssd")));
  }

  private static Duration seconds(int number) {
    return Duration.ofSeconds(number);
  }
}
