package io.swarm4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swarm4j.testing.Feature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The compatibility matrix in the documentation is true, row by row. */
class CompatibilityDocTest {
  private static final Path DOC = Path.of("..", "docs", "docker-compatibility.md");

  private static ApiFixture fixture;
  private static String network;
  private static int names;

  @BeforeAll
  static void start() {
    fixture = new ApiFixture();
    network =
        fixture
            .post("/networks/create", "{\"Name\":\"net\",\"Driver\":\"overlay\"}")
            .json()
            .get("Id")
            .asText();
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  /** One row: what it is about, its verdict, an example where there is one. */
  record Row(String subject, String verdict, String example) {
    @Override
    public String toString() {
      return subject + ": " + verdict;
    }

    /** The last part of the field's path. */
    String field() {
      return subject.substring(subject.lastIndexOf('.') + 1);
    }

    JsonNode value() throws IOException {
      return ApiFixture.MAPPER.readTree(example);
    }

    /** What an object says of this field. */
    JsonNode in(JsonNode object) {
      return get(object, subject);
    }

    /** A request that sets this field alone. */
    String body() throws IOException {
      return body(List.of(this));
    }

    /** A request that sets some fields. */
    static String body(List<Row> rows) throws IOException {
      ObjectNode object = ApiFixture.MAPPER.createObjectNode();
      for (Row row : rows) {
        set(object, row.subject(), row.value());
      }
      return object.toString();
    }
  }

  static List<Row> rows(String section) throws IOException {
    List<Row> rows = new ArrayList<>();
    boolean inside = false;
    for (String line : Files.readAllLines(DOC)) {
      if (line.startsWith("## ")) {
        inside = line.equals("## " + section);
      } else if (inside && line.startsWith("| `")) {
        String[] cells = line.split(" \\| ");
        rows.add(
            new Row(
                cells[0].substring(3, cells[0].length() - 1),
                cells[1].replace(" |", ""),
                cells.length < 3 ? "" : cells[2].replaceAll("^`|` \\|$", "")));
      }
    }
    assertThat(rows).isNotEmpty();
    return rows;
  }

  static List<Row> endpoints() throws IOException {
    return rows("Endpoints");
  }

  static List<Row> serviceFields() throws IOException {
    return rows("ServiceSpec");
  }

  static List<Row> networkFields() throws IOException {
    return rows("NetworkCreate");
  }

  static List<Row> nodeFields() throws IOException {
    return rows("NodeSpec");
  }

  static List<Row> swarmFields() throws IOException {
    return rows("SwarmSpec");
  }

  @ParameterizedTest
  @MethodSource
  void endpoints(Row row) {
    String[] words = row.subject().split(" ");
    String path = words[1].replace("{id}", "nosuch").replace("{name}", "nosuch");
    if (path.equals("/events")) {
      path += "?until=1";
    } else if (path.equals("/networks/prune")) {
      path += "?filters=%7B%22label%22%3A%5B%22nosuch%22%5D%7D"; // the other tests need theirs
    }
    var answer = fixture.send(words[0], path, words[0].equals("POST") ? "{}" : "");
    boolean served = answer.status() != 405 && !answer.message().equals("page not found");
    assertThat(served).isEqualTo(!row.verdict().matches("not served|by the node's engine"));
  }

  private static JsonNode value(Row row, String name) throws IOException {
    return ApiFixture.MAPPER.readTree(
        row.example().replace("%NAME%", name).replace("%NET%", network));
  }

  /** Sets a field in an object, making the objects on the way. */
  private static void set(ObjectNode object, String path, JsonNode value) {
    String[] parts = path.replaceFirst("\\[].*", "").split("\\.");
    ObjectNode at = object;
    for (int i = 0; i < parts.length - 1; i++) {
      at = at.withObject("/" + parts[i]);
    }
    at.set(parts[parts.length - 1], value);
  }

  private static JsonNode get(JsonNode object, String path) {
    return object.at("/" + path.replaceFirst("\\[].*", "").replace('.', '/'));
  }

  @ParameterizedTest
  @MethodSource
  @Feature({"E02", "M23"})
  void serviceFields(Row row) throws IOException {
    String name = "s" + ++names;
    ObjectNode spec = (ObjectNode) ApiFixture.MAPPER.readTree("{\"Name\":\"" + name + "\"}");
    set(spec, "TaskTemplate.ContainerSpec.Image", ApiFixture.MAPPER.readTree("\"app\""));
    if (!row.subject().startsWith("Mode")) {
      set(spec, "Mode.Replicated.Replicas", ApiFixture.MAPPER.readTree("0"));
    }
    if (row.subject().contains("Healthcheck.")) {
      set(
          spec,
          "TaskTemplate.ContainerSpec.Healthcheck.Test",
          ApiFixture.MAPPER.readTree("[\"CMD\",\"true\"]"));
    }
    JsonNode value = value(row, name);
    set(spec, row.subject(), value);
    var created = fixture.post("/services/create", spec.toString());
    if (row.verdict().equals("refused")) {
      assertRefused(row, created);
      assertThat(fixture.get("/services/" + name).status()).isEqualTo(404);
      return;
    }
    assertThat(created.status()).as(created.message()).isEqualTo(201);
    JsonNode back = fixture.get("/services/" + name).json().get("Spec");
    if (row.verdict().startsWith("ignored")) {
      assertThat(created.json().get("Warnings").toString()).contains(last(row));
    } else {
      assertThat(created.json().get("Warnings").isNull()).isTrue();
      String path = row.subject().equals("Networks") ? "TaskTemplate.Networks" : row.subject();
      if (row.verdict().equals("supported") || row.subject().equals("Networks")) {
        assertThat(get(back, path)).isEqualTo(value);
      }
    }
    fixture.send("DELETE", "/services/" + name, "");
  }

  private static String last(Row row) {
    return row.subject().substring(row.subject().lastIndexOf('.') + 1);
  }

  private static void assertRefused(Row row, Requests.Answer answer) {
    assertThat(answer.status()).isEqualTo(400);
    String field =
        row.subject()
            .replaceAll(
                "^.*(Privileges|ImageOptions|NetworkAttachmentSpec|PluginSpec|ConfigFrom|TaskDefaults).*$",
                "$1");
    assertThat(answer.message()).contains(field.substring(field.lastIndexOf('.') + 1));
  }

  @ParameterizedTest
  @MethodSource
  void networkFields(Row row) throws IOException {
    String name = "n" + ++names;
    ObjectNode spec = (ObjectNode) ApiFixture.MAPPER.readTree("{\"Name\":\"" + name + "\"}");
    JsonNode value = value(row, name);
    set(spec, row.subject(), value);
    var created = fixture.post("/networks/create", spec.toString());
    if (!row.verdict().equals("supported")) {
      assertThat(created.status()).isIn(400, 409);
      assertThat(created.message().toLowerCase(java.util.Locale.ROOT))
          .contains(row.subject().replaceFirst("\\..*", "").toLowerCase(java.util.Locale.ROOT));
      return;
    }
    assertThat(created.status()).as(created.message()).isEqualTo(201);
    assertThat(get(fixture.get("/networks/" + name).json(), row.subject())).isEqualTo(value);
    fixture.send("DELETE", "/networks/" + name, "");
  }

  @ParameterizedTest
  @MethodSource
  void nodeFields(Row row) throws IOException {
    JsonNode node = fixture.get("/nodes/w1").json();
    ObjectNode spec = (ObjectNode) node.get("Spec");
    JsonNode value = value(row, "n");
    set(spec, row.subject(), value);
    var answer =
        fixture.post(
            "/nodes/w1/update?version=" + node.at("/Version/Index").asLong(), spec.toString());
    assertThat(answer.status()).as(answer.message()).isEqualTo(200);
    assertThat(get(fixture.get("/nodes/w1").json().get("Spec"), row.subject())).isEqualTo(value);
  }

  @ParameterizedTest
  @MethodSource
  void swarmFields(Row row) throws IOException {
    JsonNode swarm = fixture.get("/swarm").json();
    ObjectNode spec = (ObjectNode) swarm.get("Spec");
    JsonNode value = value(row, "default");
    set(spec, row.subject(), value);
    var answer =
        fixture.post(
            "/swarm/update?rotateWorkerToken=false&version=" + swarm.at("/Version/Index").asLong(),
            spec.toString());
    if (row.verdict().equals("supported")) {
      assertThat(answer.status()).as(answer.message()).isEqualTo(200);
      assertThat(get(fixture.get("/swarm").json().get("Spec"), row.subject())).isEqualTo(value);
    } else {
      assertRefused(row, answer);
    }
  }
}
