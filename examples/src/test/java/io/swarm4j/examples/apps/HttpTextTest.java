package io.swarm4j.examples.apps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTextTest {

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void readsMessagesOneAfterTheOther() throws IOException {
    InputStream in =
        bytes(
            "POST /a HTTP/1.1\r\nContent-Length: 3\r\nx-Y: z\r\n\r\nabc"
                + "GET /b HTTP/1.1\r\nConnection: close\r\n\r\n");

    HttpText first = HttpText.read(in);
    HttpText second = HttpText.read(in);

    assertThat(first.firstLine()).isEqualTo("POST /a HTTP/1.1");
    assertThat(first.body()).asString().isEqualTo("abc");
    assertThat(first.headers()).containsEntry("X-y", "z");
    assertThat(first.keepsAlive()).isTrue();
    assertThat(second.firstLine()).isEqualTo("GET /b HTTP/1.1");
    assertThat(second.keepsAlive()).isFalse();
    assertThatThrownBy(() -> HttpText.read(in)).isInstanceOf(EOFException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nno header\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        "GET / HTTP/1.1\r\nContent-Length: 4\r\n\r\nabc",
        "GET / HTTP/1.1\r\nHost"
      })
  void refusesWhatIsMalformedOrBreaksOff(String text) {
    assertThatThrownBy(() -> HttpText.read(bytes(text))).isInstanceOf(ProtocolException.class);
  }

  @Test
  void refusesAHeadWithoutEnd() {
    assertThatThrownBy(() -> HttpText.read(bytes("x".repeat(10_000))))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("8192");
  }

  @Test
  void aRequestHasItsPathAndQueryDecoded() {
    InetSocketAddress any = new InetSocketAddress(0);

    Request request = Request.of("/a%20b?x=1&y=%26&z", any, any);

    assertThat(request.path()).isEqualTo("/a b");
    assertThat(request.query())
        .containsEntry("x", "1")
        .containsEntry("y", "&")
        .containsEntry("z", "");
  }
}
