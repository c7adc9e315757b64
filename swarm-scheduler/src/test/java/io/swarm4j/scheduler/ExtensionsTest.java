package io.swarm4j.scheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.swarm4j.model.Node;
import io.swarm4j.model.Resources;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.Task;
import io.swarm4j.testing.Feature;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Filters and scorers of users, and the choice of a strategy. */
class ExtensionsTest {

  @Test
  void aFilterRefusesNodesByWhatTheyAre() {
    World world = world(onNode("licence", (spec, node) -> node.hostname().equals("w2")));
    world.nodes("w1", "w2", "w3");

    Service web = world.run(Specs.plain("web"), 3);

    assertThat(world.places(web)).containsOnly("w2");
  }

  @Test
  void aFilterRefusesNodesByWhatRunsThere() {
    World world =
        world(
            new Filter() {
              @Override
              public String name() {
                return "alone";
              }

              @Override
              public boolean hasRoom(ServiceSpec spec, NodeUsage usage) {
                return usage.tasks() == 0;
              }

              @Override
              public String explain(int nodes) {
                return "somebody else is on " + nodes;
              }
            });
    world.nodes("w1", "w2");

    Service web = world.run(Specs.plain("web"), 3);

    assertThat(world.places(web)).containsExactlyInAnyOrder("w1", "w2", "-");
    assertThat(world.tasks(web).get(2).status().err())
        .isEqualTo("no suitable node (somebody else is on 2)");
  }

  @Test
  void aFilterThatThrowsRefusesTheNodeAndHarmsNothing() {
    World world =
        world(
            onNode(
                "moody",
                (spec, node) -> {
                  if (node.hostname().equals("w1")) {
                    throw new IllegalStateException("not today");
                  }
                  return true;
                }));
    world.nodes("w1", "w2");

    Service web = world.run(Specs.plain("web"), 2);
    Service onW1 = world.run(Specs.constrained("onw1", "node.hostname==w1"), 1);

    assertThat(world.places(web)).containsOnly("w2");
    assertThat(world.err(onW1))
        .isEqualTo(
            "no suitable node (scheduling constraints not satisfied on 1 node; "
                + "filter moody failed on 1 node)");
    assertThat(world.explain(world.task(onW1)).verdicts())
        .filteredOn(verdict -> verdict.node().hostname().equals("w1"))
        .containsExactly(
            new Verdict.Refused(
                world.view.node(world.id("w1")),
                List.of(
                    new Verdict.Refusal(
                        "moody",
                        "filter moody failed: java.lang.IllegalStateException: not today"))));
  }

  @Test
  void aFailingFilterIsLoggedOnce() {
    Logger logger = (Logger) LoggerFactory.getLogger(Extensions.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try {
      World world =
          world(
              onNode(
                  "moody",
                  (spec, node) -> {
                    throw new IllegalStateException("not today");
                  }));
      world.nodes("w1", "w2", "w3");
      world.run(Specs.plain("web"), 3);
      world.run(Specs.plain("api"), 3);

      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .singleElement()
          .asString()
          .contains("filter moody failed");
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void aFilterThatCanNotSayWhetherItAppliesRefusesAllNodes() {
    World world =
        world(
            new Filter() {
              @Override
              public String name() {
                return "broken";
              }

              @Override
              public boolean appliesTo(ServiceSpec spec) {
                throw new UnsupportedOperationException();
              }
            });
    world.nodes("w1", "w2");

    Service web = world.run(Specs.plain("web"), 1);

    assertThat(world.err(web)).isEqualTo("no suitable node (filter broken failed on 2 nodes)");
  }

  @Test
  void aFilterThatChangesItsMindDoesNotKeepTheSchedulerBusy() {
    int[] asked = {0};
    World world = world(onNode("fickle", (spec, node) -> ++asked[0] % 2 == 0));
    world.nodes("w1", "w2", "w3");

    Service web = world.run(Specs.plain("web"), 4);
    world.edit("w1", node -> node.withSpec(node.spec().withLabels(Map.of("a", "b"))));

    assertThat(world.tasks(web)).hasSize(4);
  }

  @Test
  void aScorerDecidesBeforeTheStrategyDoes() {
    World world =
        new World(
            PlacementOptions.builder()
                .scorer((spec, usage) -> usage.node().hostname().equals("w3") ? 1 : 0, 2)
                .seed(1)
                .build());
    world.nodes("w1", "w2", "w3");

    Service web = world.run(Specs.plain("web"), 3);

    assertThat(world.places(web)).containsOnly("w3");
  }

  @Test
  void weightsTellWhichScorerCountsMore() {
    World world =
        new World(
            PlacementOptions.builder()
                .scorer((spec, usage) -> usage.node().hostname().equals("w1") ? 1 : 0, 1)
                .scorer((spec, usage) -> usage.node().hostname().equals("w2") ? 1 : 0, 3)
                .scorer((spec, usage) -> usage.tasksOfService(), -0.5)
                .seed(1)
                .build());
    world.nodes("w1", "w2", "w3");

    Service web = world.run(Specs.plain("web"), 5);

    assertThat(world.places(web)).containsExactly("w2", "w2", "w2", "w2", "w1");
  }

  @Test
  void aScorerThatFailsRefusesTheNode() {
    World world =
        new World(
            PlacementOptions.builder()
                .scorer(
                    new Scorer() {
                      @Override
                      public double score(ServiceSpec spec, NodeUsage usage) {
                        return usage.node().hostname().equals("w1") ? Double.NaN : 0;
                      }

                      @Override
                      public String name() {
                        return "unsure";
                      }
                    },
                    1)
                .seed(1)
                .build());
    world.nodes("w1");

    Service web = world.run(Specs.plain("web"), 1);
    assertThat(world.err(web)).isEqualTo("no suitable node (scorer unsure failed on 1 node)");

    world.node("w2");
    assertThat(world.places(web)).containsExactly("w2");
  }

  @Test
  @Feature("G21")
  void binPackFillsTheFullestNodeThatFitsFirst() {
    World world = new World(PlacementOptions.builder().strategy(Strategy.BIN_PACK).seed(1).build());
    world.node("w1", Map.of(), Resources.of(4, 0));
    world.node("w2", Map.of(), Resources.of(4, 0));
    world.node("w3", Map.of(), Resources.of(4, 0));

    Service large = world.run(Specs.reserving("large", 3, 0), 2);
    Service small = world.run(Specs.reserving("small", 1, 0), 3);

    assertThat(world.places(large)).doesNotHaveDuplicates();
    assertThat(world.places(small).subList(0, 2))
        .containsExactlyInAnyOrderElementsOf(world.places(large));
    assertThat(world.places(large)).doesNotContain(world.places(small).get(2));
  }

  @Test
  void twoFiltersOfOneNameAreRefused() {
    assertThatThrownBy(
            () ->
                PlacementOptions.builder()
                    .filter(onNode("a", (spec, node) -> true))
                    .filter(onNode("a", (spec, node) -> true))
                    .build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'a'");
  }

  @Test
  void aPlanDecidesWithoutWriting() {
    World world = new World();
    world.nodes("w1", "w2");
    Service web = world.service(Specs.plain("web"));
    List<Task> tasks = List.of(world.pending(web, 1), world.pending(web, 2));
    PlacementEngine engine =
        PlacementEngine.of(world.view, PlacementOptions.builder().seed(1).build());

    List<Decision> decisions = engine.place(tasks, world.view, world.now);

    assertThat(decisions)
        .allSatisfy(decision -> assertThat(decision).isInstanceOf(Decision.Placed.class));
    assertThat(world.view.taskCount()).isZero();
  }

  private static World world(Filter filter) {
    return new World(PlacementOptions.builder().filter(filter).seed(1).build());
  }

  private static Filter onNode(String name, BiPredicate<ServiceSpec, Node> accepts) {
    return new Filter() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public boolean accepts(ServiceSpec spec, Node node) {
        return accepts.test(spec, node);
      }
    };
  }
}
