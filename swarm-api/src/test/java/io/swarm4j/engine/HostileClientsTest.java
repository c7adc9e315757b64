package io.swarm4j.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.swarm4j.engine.http.HttpLimits;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input is refused with an error in JSON, and nothing is stored. */
class HostileClientsTest {
  private static ApiFixture fixture;

  @BeforeAll
  static void start() {
    HttpLimits hasty =
        new HttpLimits(16 << 10, 4 << 20, Duration.ofMillis(500), Duration.ofMinutes(1), 8192);
    fixture = new ApiFixture("m1", builder -> builder.limits(hasty));
  }

  @AfterAll
  static void stop() {
    assertThat(fixture.get("/services").json()).isEmpty();
    fixture.close();
  }

  private static String exchange(String request) throws IOException {
    try (Socket socket = fixture.connect()) {
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      socket.shutdownOutput();
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "null x",
        "{\"Name\":",
        "\"text\"",
        "{\"Name\":{}}",
        "{\"Mode\":3}",
        "{\"TaskTemplate\":[]}",
        "{\"Name\":\"a\"} trailing",
        "{\"Labels\":{\"a\":1}}",
        "{\"Mode\":{\"Replicated\":{\"Replicas\":-1}}}",
        "{\"Mode\":{\"Replicated\":{\"Replicas\":1e99}}}",
        "{\"Mode\":{\"Global\":{},\"Replicated\":{}}}"
      })
  void malformedBodies(String body) {
    var answer = fixture.post("/v1.51/services/create", body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.message()).isNotEmpty();
  }

  @Test
  void deeplyNestedBodies() {
    var answer =
        fixture.post("/services/create", "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000));
    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void hugeBodiesAreRefusedBeforeTheyAreRead() throws IOException {
    String answer =
        exchange(
            "POST /services/create HTTP/1.1\r\nHost: localhost\r\nContent-Type:"
                + " application/json\r\nContent-Length: 104857600\r\n\r\n{");
    assertThat(answer).startsWith("HTTP/1.1 413").contains("request body too large");
  }

  @Test
  void hugeChunkedBodiesAreRefusedOnTheWay() throws IOException {
    try (Socket socket = fixture.connect()) {
      var out = socket.getOutputStream();
      out.write(
          ("POST /services/create HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                  + "Transfer-Encoding: chunked\r\n\r\n")
              .getBytes(US_ASCII));
      byte[] chunk = ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(US_ASCII);
      int sent = 0;
      try {
        while (sent < 2000) {
          out.write(chunk);
          sent++;
        }
      } catch (IOException hungUp) {
        // as it should: the answer may be lost with what was sent after it
      }
      assertThat(sent).isLessThan(2000);
    }
  }

  @Test
  void slowHeadersEndTheConnection() throws IOException {
    try (Socket socket = fixture.connect()) {
      socket.getOutputStream().write("GET /info HTTP/1.1\r\nHost:".getBytes(US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void slowBodiesEndTheRequest() throws IOException {
    try (Socket socket = fixture.connect()) {
      socket
          .getOutputStream()
          .write(
              ("POST /services/create HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
                  .getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 408").contains("did not arrive");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../etc/passwd",
        "/services/%2e%2e%2f%2e%2e",
        "/services/%00",
        "//services//x",
        "/services/" + "%F0%9F%92%A3",
        "/v1.51",
        "/v1.51/",
        "/services/a/b/c/d",
        "/%2F"
      })
  void hostilePaths(String path) throws IOException {
    String answer =
        exchange("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 404").contains("{\"message\":");
  }

  @Test
  void malformedEscapes() throws IOException {
    String answer =
        exchange("GET /services/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400").contains("{\"message\":");
  }

  @Test
  void notHttpAtAll() throws IOException {
    assertThat(exchange("\u0016\u0003\u0001 hello\r\n\r\n")).startsWith("HTTP/1.1 400");
    assertThat(exchange("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
  }

  @Test
  void versionsThatAreNotServed() {
    assertThat(fixture.get("/v1.10/info").message())
        .isEqualTo(
            "client version 1.10 is too old. Minimum supported API version is 1.24, please upgrade"
                + " your client to a newer version");
    assertThat(fixture.get("/v1.99/info").message())
        .isEqualTo("client version 1.99 is too new. Maximum supported API version is 1.51");
    assertThat(fixture.get("/v1.99/info").status()).isEqualTo(400);
    assertThat(fixture.get("/v1.24/info").status()).isEqualTo(200);
  }

  @Test
  void pagesOfOtherOriginsChangeNothing() {
    String body = ApiFixture.service("evil", 1, "", "");
    var fromElsewhere =
        fixture.send("POST", "/services/create", body, "Origin", "http://evil.example");
    assertThat(fromElsewhere.status()).isEqualTo(403);
    var nullOrigin = fixture.send("POST", "/services/create", body, "Origin", "null");
    assertThat(nullOrigin.status()).isEqualTo(403);
    var asAForm = fixture.send("POST", "/services/create", body, "Content-Type", "text/plain");
    assertThat(asAForm.status()).isEqualTo(400);
    assertThat(asAForm.message()).contains("must be 'application/json'");
  }

  @Test
  void namesThatSomebodyElsePointsHereAreNotServed() throws IOException {
    String answer =
        exchange("GET /info HTTP/1.1\r\nHost: evil.example:2375\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 403").contains("evil.example");
  }

  @Test
  void aThousandIdleStreamsLeaveRoomForOthers() throws IOException {
    List<Socket> idle = new ArrayList<>();
    try {
      for (int i = 0; i < 1_000; i++) {
        Socket socket = fixture.connect();
        idle.add(socket);
        socket
            .getOutputStream()
            .write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(US_ASCII));
      }
      for (Socket socket : idle) {
        assertThat(socket.getInputStream().read()).isEqualTo('H'); // it is being answered
      }
      assertThat(fixture.get("/info").status()).isEqualTo(200);
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
    assertThat(fixture.get("/nodes").status()).isEqualTo(200);
  }

  @Test
  void aClientThatSpeaksOutOfTurnLosesItsConnectionOnly() throws IOException {
    String answer =
        exchange(
            "GET /_ping HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1)
                + "GET /_ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200");
    assertThat(fixture.get("/_ping").status()).isEqualTo(200);
  }
}
