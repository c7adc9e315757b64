package io.swarm4j.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.model.Payload;
import io.swarm4j.testing.Feature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Feature("C09")
class JoinTokenTest {
  private static final JoinToken TOKEN =
      new JoinToken(new Payload(new byte[32]), JoinToken.newSecret());

  @Test
  void textGivesBackTheToken() {
    assertThat(JoinToken.parse(TOKEN.text())).isEqualTo(TOKEN);
    assertThat(TOKEN.text()).matches("SWMTKN-1-0{50}-[0-9a-z]{25}");
  }

  @Test
  void theLargestValuesFit() {
    byte[] digest = new byte[32];
    byte[] secret = new byte[16];
    java.util.Arrays.fill(digest, (byte) 0xff);
    java.util.Arrays.fill(secret, (byte) 0xff);
    JoinToken token = new JoinToken(new Payload(digest), new Payload(secret));

    assertThat(JoinToken.parse(token.text())).isEqualTo(token);
  }

  @Test
  void toStringHidesTheSecret() {
    String secret = TOKEN.text().substring(TOKEN.text().lastIndexOf('-') + 1);

    assertThat(TOKEN.toString()).doesNotContain(secret);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "SWMTKN-1-short-short",
        "SWMTKN-2-00000000000000000000000000000000000000000000000000-0000000000000000000000000",
        "SWMTKN-1-zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz-0000000000000000000000000",
        "SWMTKN-1-00000000000000000000000000000000000000000000000000-zzzzzzzzzzzzzzzzzzzzzzzzz"
      })
  void aMalformedTokenIsRefusedWithoutBeingRepeated(String text) {
    assertThatThrownBy(() -> JoinToken.parse(text))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("invalid join token")
        .satisfies(
            refused -> {
              if (!text.isEmpty()) {
                assertThat(refused.getMessage()).doesNotContain(text);
              }
            });
  }
}
