package io.swarm4j.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.swarm4j.NodeOptions;
import io.swarm4j.Swarm;
import io.swarm4j.engine.EngineApi;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.Node.NodeRole;
import io.swarm4j.model.Placement;
import io.swarm4j.model.ResourceRequirements;
import io.swarm4j.model.Resources;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.testing.Feature;
import io.swarm4j.testing.Surroundings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The page in a browser without a window. */
@Timeout(180)
class DashboardTest {
  @TempDir private Path folder;
  private Swarm swarm;
  private EngineApi api;
  private Browser browser;

  @BeforeEach
  void start() {
    Surroundings.require(Browser.isInstalled(), "chromium and chromedriver on the search path");
    swarm =
        Swarm.builder()
            .managers(1)
            .workers(2)
            .network(false)
            .node(
                new NodeOptions(
                    "x1", NodeRole.WORKER, Map.of("label", "<img src=x onerror=alert(1)>")))
            .image("app", task -> task.awaitStop())
            .start();
    api =
        EngineApi.of(swarm, "m1")
            .openTcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .start();
    browser = Browser.start(folder);
    browser.open(api.hosts().get(0).replace("tcp:", "http:") + "/dashboard");
  }

  @AfterEach
  void stop() {
    if (browser != null) {
      browser.close();
    }
    if (api != null) {
      api.close();
      swarm.close();
    }
  }

  private void await(String expression) {
    browser.await("return " + expression);
  }

  private void run(String name, int replicas) {
    swarm.services().create(ServiceSpec.of(name, "app").withReplicas(replicas));
    swarm.services().await(name, Duration.ofSeconds(60));
  }

  @Test
  @Feature({"Q01", "Q02"})
  void showsTheSwarmLive() {
    await("document.querySelectorAll('#nodes > li').length === 4");
    run("web", 5);
    await("document.querySelectorAll('#nodes button[data-tone=good]').length === 5");
    await("document.querySelector('#services tr td:nth-child(3)').textContent === '5/5'");
    browser.screenshot("dashboard.png");
    swarm.services().scale("web", 2);
    await("document.querySelectorAll('#nodes button[data-tone=good]').length === 2");
    swarm.nodes().availability("w1", Availability.DRAIN);
    await("!!document.querySelector('.node[data-availability=drain]')");
    swarm.nodes().halt("w2");
    swarm.nodes().remove("w2", true);
    await("![...document.querySelectorAll('#nodes h3')].some(h => h.textContent === 'w2')");
    await("document.querySelector('#events').textContent.includes('node w2 was removed')");
    swarm.services().remove("web");
    await("document.querySelectorAll('#services tr').length === 0");
  }

  @Test
  void worksBehindAPathPrefix() throws Exception {
    try (PrefixProxy proxy =
        new PrefixProxy("/ops/swarm", URI.create(api.hosts().get(0).replace("tcp:", "http:")))) {
      browser.open(proxy.address() + "/dashboard");
      await("document.querySelectorAll('#nodes > li').length === 4");
      run("web", 1);
      await("document.querySelectorAll('#nodes button[data-tone=good]').length === 1");
      browser.run("document.querySelector('#nodes button').click()");
      await("document.querySelector('#task-timeline').textContent.includes('running')");
    }
  }

  @Test
  void reservedResourcesShowPerNode() {
    ServiceSpec spec = ServiceSpec.of("web", "app");
    swarm
        .services()
        .create(
            spec.withTask(
                spec.task()
                    .withPlacement(Placement.constrained("node.hostname==w1"))
                    .withResources(
                        new ResourceRequirements(null, Resources.of(0.5, 1L << 29), 0))));
    await("document.querySelector('#nodes').textContent.includes('0.5 of ')");
    await("[...document.querySelectorAll('meter')].some(meter => meter.value === 0.5)");
    browser.screenshot("reserved.png");
  }

  @Test
  void whatUsersNamedIsTextAndNothingElse() {
    await("document.querySelector('#nodes').textContent.includes('<img src=x onerror=alert(1)>')");
    JsonNode images = browser.run("return document.querySelectorAll('img').length");
    assertThat(images.asInt()).isZero();
  }

  @Test
  void aTaskTellsItsStoryToTheKeyboard() {
    run("web", 1);
    await("document.querySelectorAll('#nodes button').length === 1");
    browser.run("document.querySelector('#nodes button').focus(); document.activeElement.click()");
    await("document.querySelector('dialog').open");
    await("document.querySelector('#task-timeline').textContent.includes('running')");
    assertThat(browser.run("return document.querySelector('#task-title').textContent").asText())
        .isEqualTo("Task web.1");
    assertThat(browser.run("return document.activeElement.getAttribute('aria-label')").asText())
        .isEqualTo("Close");
    browser.screenshot("task.png");
  }

  @Test
  void aTaskThatWaitsSaysWhy() {
    ServiceSpec spec = ServiceSpec.of("lost", "app");
    swarm
        .services()
        .create(
            spec.withTask(
                spec.task().withPlacement(Placement.constrained("node.hostname==nowhere"))));
    await("!document.querySelector('#waiting-section').hidden");
    await("document.querySelector('#waiting').textContent.includes('no suitable node')");
  }
}
