package io.swarm4j.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InterpolationTest {
  private static final Map<String, String> VARIABLES = Map.of("SET", "v", "EMPTY", "", "_a1", "u");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          plain                 | plain
          $SET                  | v
          ${SET}                | v
          a$SET.b$_a1-c         | av.bu-c
          $$SET                 | $SET
          $$$SET                | $v
          ${UNSET}x             | x
          ${SET:-d}             | v
          ${EMPTY:-d}           | d
          ${UNSET:-d e}         | d e
          ${SET-d}              | v
          x${EMPTY-d}           | x
          ${UNSET-d}            | d
          x${UNSET:-}           | x
          ${SET:+r}             | r
          x${EMPTY:+r}          | x
          x${UNSET:+r}          | x
          ${SET+r}              | r
          ${EMPTY+r}            | r
          x${UNSET+r}           | x
          ${SET:?must be set}   | v
          x${EMPTY?must be set} | x
          ${UNSET:-${SET}}      | v
          ${UNSET:-a${EMPTY:-${SET}b}c} | avbc
          ${SET:-${UNSET:?not evaluated}} | v
          ${SET:-$$}            | v
          ${UNSET:-$$x}         | $x
          """)
  void formsAreReplaced(String text, String expected) {
    assertThat(apply(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$",
        "a$",
        "$1",
        "${",
        "${}",
        "${A",
        "${a b}",
        "${SET:}",
        "${SET:=x}",
        "${1}",
        "$ {A}",
        "${UNSET:-${}",
        "${SET!x}"
      })
  void malformedFormsAreRefused(String text) {
    assertThatThrownBy(() -> apply(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("malformed variable; write $NAME or ${NAME}, and $$ for a dollar sign");
  }

  @Test
  void requiredVariablesSayWhatIsMissing() {
    assertThatThrownBy(() -> apply("${UNSET:?say which}"))
        .hasMessage("variable UNSET is required: say which");
    assertThatThrownBy(() -> apply("${EMPTY:?}")).hasMessage("variable EMPTY is required; set it");
    assertThatThrownBy(() -> apply("${UNSET?}")).hasMessage("variable UNSET is required; set it");
  }

  @Test
  void nestingIsBounded() {
    assertThatThrownBy(() -> apply("${A:-".repeat(100_000)))
        .hasMessage("variables are nested deeper than 16 levels");
  }

  @Test
  void variablesThatAreNotSetAreToldUnlessThereIsADefault() {
    List<String> unset = new ArrayList<>();

    Interpolation.apply("$A ${B} ${C:-x} ${SET:-$D} ${E:+$F}", VARIABLES, unset::add);

    assertThat(unset).containsExactly("A", "B");
  }

  @Test
  void variablesThatAreNotSetAreWarningsWithTheirPlace() {
    Stack stack =
        Yml.read("services:\n  web:\n    image: i:1$TAG\n    user: ${SET}$TAG\n", VARIABLES);

    assertThat(stack.services().get(0).task().container().user()).isEqualTo("v");
    assertThat(stack.warnings())
        .extracting(Warning::toString)
        .containsExactly(
            "c.yml:3:12: services.web.image: variable TAG is not set; the empty string stands for"
                + " it",
            "c.yml:4:11: services.web.user: variable TAG is not set; the empty string stands for"
                + " it");
  }

  @Test
  void numbersAndBooleansMayComeFromVariables() {
    assertThat(
            Yml.read(
                    "services: {web: {image: i, read_only: $RO, deploy: {replicas: '${N}'}}}",
                    Map.of("RO", "true", "N", "7"))
                .services()
                .get(0))
        .satisfies(
            web -> {
              assertThat(web.task().container().readOnly()).isTrue();
              assertThat(web.mode().toString()).contains("7");
            });
  }

  @Test
  void refusedValueIsShownAsItIsWritten() {
    assertThat(Yml.webFaults("deploy: {replicas: '${N:-many}'}, user: 'a$'"))
        .containsExactly(
            "c.yml:1:47: services.web.deploy.replicas: 'many' (written as '${N:-many}') is no whole"
                + " number from 0 to 2147483647",
            "c.yml:1:68: services.web.user: 'a$': malformed variable; write $NAME or ${NAME}, and"
                + " $$ for a dollar sign");
    assertThat(Yml.faults("services: {web: {image: '${IMAGE}'}}"))
        .containsExactly(
            "c.yml:1:25: services.web.image: a value is missing (written as '${IMAGE}'); write an"
                + " image reference such as nginx or registry:5000/team/app:1.2");
  }

  private static String apply(String text) {
    return Interpolation.apply(text, VARIABLES, unset -> {});
  }
}
