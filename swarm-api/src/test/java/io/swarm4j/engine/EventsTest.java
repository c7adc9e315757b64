package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.swarm4j.model.Node.Availability;
import io.swarm4j.model.ServiceSpec;
import io.swarm4j.testing.Feature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens in the swarm reaches those who listen. */
class EventsTest {
  private final List<Socket> sockets = new ArrayList<>();
  private ApiFixture fixture;

  @BeforeEach
  void start() {
    fixture = new ApiFixture();
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    fixture.close();
  }

  /** Opens a stream of events, and returns once it is open. */
  private BufferedReader listen(String filters) throws IOException {
    Socket socket = fixture.connect();
    sockets.add(socket);
    String query = URLEncoder.encode(filters, UTF_8);
    socket
        .getOutputStream()
        .write(
            ("GET /v1.51/events?filters=" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .getBytes(UTF_8));
    BufferedReader reader =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
    String line = reader.readLine();
    assertThat(line).isEqualTo("HTTP/1.1 200 OK");
    while (!line.isEmpty()) {
      line = reader.readLine();
    }
    return reader;
  }

  /** The next event: lines of chunk sizes are passed over. */
  private static JsonNode next(BufferedReader reader) throws IOException {
    String line;
    do {
      line = reader.readLine();
    } while (line != null && !line.startsWith("{"));
    return ApiFixture.MAPPER.readTree(line);
  }

  @Test
  @Feature("Q03")
  void servicesTellOfTheirLife() throws IOException {
    BufferedReader events = listen("{\"type\":{\"service\":true}}");
    fixture.swarm.services().create(ServiceSpec.of("web", "app").withReplicas(0));
    JsonNode created = next(events);
    assertThat(created.at("/Type").asText()).isEqualTo("service");
    assertThat(created.at("/Action").asText()).isEqualTo("create");
    assertThat(created.at("/Actor/Attributes/name").asText()).isEqualTo("web");
    assertThat(created.at("/scope").asText()).isEqualTo("swarm");
    fixture.swarm.services().scale("web", 2);
    JsonNode updated = next(events);
    assertThat(updated.at("/Action").asText()).isEqualTo("update");
    assertThat(updated.at("/Actor/Attributes/replicas.old").asText()).isEqualTo("0");
    assertThat(updated.at("/Actor/Attributes/replicas.new").asText()).isEqualTo("2");
    fixture.swarm.services().remove("web");
    JsonNode last = next(events);
    while (last.at("/Action").asText().equals("update")) {
      last = next(events);
    }
    assertThat(last.at("/Action").asText()).isEqualTo("remove");
  }

  @Test
  void filtersKeepOthersAway() throws IOException {
    BufferedReader events = listen("{\"node\":[\"w1\"]}");
    fixture.swarm.services().create(ServiceSpec.of("web", "app").withReplicas(0));
    fixture.swarm.nodes().availability("m1", Availability.PAUSE);
    fixture.swarm.nodes().availability("w1", Availability.DRAIN);
    JsonNode event = next(events);
    assertThat(event.at("/Actor/Attributes/name").asText()).isEqualTo("w1");
    assertThat(event.at("/Actor/Attributes/availability.new").asText()).isEqualTo("drain");
  }

  @Test
  void thePastIsToldOnRequest() {
    fixture.swarm.services().create(ServiceSpec.of("web", "app").withReplicas(0));
    String text = "";
    while (!text.contains("web")) { // the watch runs behind the store
      var now = fixture.swarm.time().now();
      var answer =
          fixture.get(
              "/events?since=1&until=%d.%09d".formatted(now.getEpochSecond(), now.getNano()));
      text = new String(answer.raw().body(), UTF_8);
    }
    assertThat(text).contains("\"Action\":\"create\"");
  }

  @Test
  void aThousandListenersAllHear() throws IOException {
    List<BufferedReader> all = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      all.add(listen("{\"type\":{\"service\":true}}"));
    }
    fixture.swarm.services().create(ServiceSpec.of("web", "app").withReplicas(0));
    for (BufferedReader each : all) {
      assertThat(next(each).at("/Actor/Attributes/name").asText()).isEqualTo("web");
    }
  }
}
