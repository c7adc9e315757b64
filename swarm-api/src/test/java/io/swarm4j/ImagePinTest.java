package io.swarm4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.ImageResolver.ResolvedImage;
import io.swarm4j.agent.jvm.JvmTask;
import io.swarm4j.compose.ComposeFile;
import io.swarm4j.compose.ComposeOptions;
import io.swarm4j.compose.Stack;
import io.swarm4j.model.Placement.Platform;
import io.swarm4j.model.Service;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.model.UnavailableException;
import io.swarm4j.testing.Feature;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tags become digests when specs are stored. */
@Timeout(60)
class ImagePinTest {
  private static final String OLD = "sha256:" + "a".repeat(64);
  private static final String NEW = "sha256:" + "b".repeat(64);

  private volatile String digest = OLD;
  private volatile boolean down;

  private final Swarm swarm =
      Swarm.builder()
          .network(false)
          .image("team/app:1", JvmTask::awaitStop)
          .imageResolver((image, authorization) -> answer())
          .start();
  private final Services services = swarm.services();

  private CompletionStage<Optional<ResolvedImage>> answer() {
    return down
        ? CompletableFuture.failedFuture(new UnavailableException("the registry is down"))
        : CompletableFuture.completedFuture(
            Optional.of(new ResolvedImage(digest, "manifest", 1, platforms())));
  }

  private List<Platform> platforms() {
    return swarm.view().nodes().stream().map(node -> node.description().platform()).toList();
  }

  @AfterEach
  void close() {
    swarm.close();
  }

  private static ServiceSpec web() {
    return ServiceSpec.of("web", "team/app:1").withReplicas(2);
  }

  private String image() {
    return services.get("web").spec().task().container().image();
  }

  @Test
  @Feature("U01")
  void aTagIsStoredWithTheDigestThatItStandsFor() {
    services.create(web());

    assertThat(image()).isEqualTo("team/app:1@" + OLD);
    assertThat(services.image("web")).isEqualTo(new ImagePin("team/app:1", OLD, OLD));
    assertThat(services.get("web").spec().task().placement().platforms()).isEqualTo(platforms());
    assertThat(services.await("web", Duration.ofSeconds(30)).isConverged()).isTrue();
  }

  @Test
  @Feature("U01")
  void aTagThatHasMovedShowsAndChangesNothingUntilItIsAskedForAgain() {
    services.create(web());
    digest = NEW;

    assertThat(services.image("web").hasMoved()).isTrue();
    services.scale("web", 3);
    assertThat(image()).endsWith(OLD);

    services.update("web", present -> web());

    assertThat(image()).endsWith(NEW);
    assertThat(services.image("web").hasMoved()).isFalse();
  }

  @Test
  void theSameSpecOnceMoreChangesNothing() {
    Service first = services.create(web());

    Service again = services.update("web", present -> web());

    assertThat(again.meta().version()).isEqualTo(first.meta().version());
  }

  @Test
  void aRegistryThatIsDownLosesNoDigestAndRefusesNoService() {
    down = true;
    services.create(web());
    assertThat(image()).isEqualTo("team/app:1");
    down = false;
    services.update("web", present -> web());
    assertThat(image()).endsWith(OLD);
    long version = services.get("web").meta().version();
    down = true;

    services.update("web", present -> web());

    assertThat(services.get("web").meta().version()).isEqualTo(version);
  }

  @Test
  @Feature("U02")
  void aDigestThatTheClientHasResolvedIsStoredWithoutAsking() {
    down = true;
    services.create(ServiceSpec.of("web", "team/app:1@" + NEW));

    assertThat(image()).isEqualTo("team/app:1@" + NEW);
  }

  @Test
  void whatIsStoredAsGivenKeepsItsTag() {
    services.asGiven().create(web());

    assertThat(image()).isEqualTo("team/app:1");
    assertThat(services.image("web").digest()).isNull();
  }

  @Test
  void aStackIsPinnedAndTheSameFileTouchesNothing() {
    Stack stack =
        ComposeFile.read(
            "shop.yml", "services: {web: {image: 'team/app:1'}}", ComposeOptions.of("shop"));
    swarm.stacks().deploy(stack);

    assertThat(services.get("shop_web").spec().task().container().image()).endsWith(OLD);
    assertThat(swarm.stacks().deploy(stack).unchanged()).contains("service shop_web");
    digest = NEW;
    assertThat(swarm.stacks().deploy(stack).updated()).containsExactly("service shop_web");
  }
}
