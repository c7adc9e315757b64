package io.swarm4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.swarm4j.testing.Feature;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What lists are narrowed to, and how containers are found among many. */
class FiltersTest {
  /** More than there are hexadecimal digits, so that two ids begin alike. */
  private static final int TASKS = 17;

  private static ApiFixture fixture;

  @BeforeAll
  static void start() {
    fixture = new ApiFixture();
    String mount = ",\"Mounts\":[{\"Type\":\"volume\",\"Source\":\"data\",\"Target\":\"/data\"}]";
    String network = ",\"Networks\":[{\"Target\":\"used\"}]";
    for (String name : List.of("used", "free", "kept")) {
      String body = "{\"Name\":\"%s\",\"Driver\":\"overlay\",\"Labels\":{\"l\":\"%s\"}}";
      assertThat(fixture.post("/networks/create", body.formatted(name, name)).status())
          .isEqualTo(201);
    }
    create(ApiFixture.service("many", TASKS, "", network), "many");
    create(ApiFixture.service("late", 1, mount, ""), "late");
  }

  private static void create(String service, String name) {
    var created = fixture.post("/services/create", service);
    assertThat(created.status()).as(created.message()).isEqualTo(201);
    assertThat(fixture.swarm.services().await(name, Duration.ofSeconds(60)).isConverged()).isTrue();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  private static List<String> list(String path, String filters, Function<JsonNode, JsonNode> what) {
    char separator = path.indexOf('?') < 0 ? '?' : '&';
    var answer =
        fixture.get(
            path + separator + "filters=" + URLEncoder.encode(filters, StandardCharsets.UTF_8));
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
    List<String> found = new ArrayList<>();
    answer.json().forEach(item -> found.add(what.apply(item).asText()));
    return found;
  }

  private static List<String> containers(String query, String more) {
    return list(
        "/containers/json" + query,
        "{\"scope\":[\"swarm\"]" + more + "}",
        container -> container.get("Id"));
  }

  private static String late() {
    return containers("", ",\"name\":[\"late\"]").get(0);
  }

  @Test
  @Feature("R03")
  void theLastContainersFirst() {
    assertThat(containers("", "")).hasSize(TASKS + 1);
    assertThat(containers("?limit=1", "")).containsExactly(late());
    assertThat(containers("?limit=4", "")).hasSize(4);
  }

  @Test
  @Feature("R03")
  void byAgeAndByVolume() {
    String late = late();
    assertThat(containers("", ",\"before\":[\"" + late + "\"]")).hasSize(TASKS);
    assertThat(containers("", ",\"since\":[\"" + late + "\"]")).isEmpty();
    for (String place : List.of("data", "/data")) {
      assertThat(containers("", ",\"volume\":[\"" + place + "\"]")).containsExactly(late);
    }
    assertThat(containers("", ",\"volume\":[\"other\"]")).isEmpty();
  }

  @Test
  @Feature("R01")
  void aContainerIsFoundByTheBeginningOfItsId() {
    List<String> all = containers("", "");
    for (String id : all) {
      assertThat(
              fixture
                  .get("/containers/" + id.substring(0, 12) + "/json")
                  .json()
                  .path("Id")
                  .asText())
          .isEqualTo(id);
    }
    List<String> here = list("/containers/json", "{}", container -> container.get("Id"));
    for (char digit : "0123456789abcdefx".toCharArray()) {
      long near = here.stream().filter(id -> id.charAt(0) == digit).count();
      long candidates = near > 0 ? near : all.stream().filter(id -> id.charAt(0) == digit).count();
      var answer = fixture.get("/containers/" + digit + "/json");
      assertThat(answer.status())
          .as(digit + ": " + answer.message())
          .isEqualTo(candidates == 1 ? 200 : candidates == 0 ? 404 : 400);
    }
  }

  @Test
  @Feature("R01")
  void imagesByName() {
    for (String name : List.of("app", "app:latest")) {
      assertThat(list("/images/json", "{\"reference\":[\"" + name + "\"]}", i -> i.get("Id")))
          .hasSize(1);
    }
    assertThat(list("/images/json", "{\"reference\":[\"other\"]}", i -> i.get("Id"))).isEmpty();
  }

  @Test
  @Feature("R01")
  void networksThatNobodyUsesGoUnlessTheyAreKept() {
    assertThat(list("/networks", "{\"dangling\":[\"true\"]}", n -> n.get("Name")))
        .contains("free", "kept")
        .doesNotContain("used");
    assertThat(list("/networks", "{\"dangling\":[\"false\"]}", n -> n.get("Name")))
        .contains("used")
        .doesNotContain("free", "kept");
    assertThat(prune("{\"until\":[\"1h\"]}")).isEmpty();
    assertThat(prune("{\"label!\":[\"l=kept\"]}")).containsExactly("free");
    assertThat(list("/networks", "{\"name\":[\"kept\"]}", n -> n.get("Name"))).hasSize(1);
  }

  private static List<String> prune(String filters) {
    var answer =
        fixture.post(
            "/networks/prune?filters=" + URLEncoder.encode(filters, StandardCharsets.UTF_8), "");
    List<String> names = new ArrayList<>();
    answer.json().path("NetworksDeleted").forEach(name -> names.add(name.asText()));
    return names;
  }

  @Test
  @Feature("R01")
  void filtersWithoutEffectAreRefusedByName() {
    for (String path : List.of("/containers/json", "/images/json", "/services", "/networks")) {
      var answer =
          fixture.get(
              path
                  + "?filters="
                  + URLEncoder.encode("{\"expose\":[\"80\"]}", StandardCharsets.UTF_8));
      assertThat(answer.status()).as(path).isEqualTo(400);
      assertThat(answer.message()).contains("expose");
    }
  }
}
