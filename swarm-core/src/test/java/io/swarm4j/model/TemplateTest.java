package io.swarm4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TemplateTest implements Template.Values {

  @Override
  public String field(String name) {
    return "<" + name + ">";
  }

  @Override
  public Map<String, String> labels() {
    return Map.of("team", "red", "com.example/x", "dotted");
  }

  @Override
  public @Nullable String call(Template.Call call) {
    return call.argument().equals("none") ? null : call.function() + "=" + call.argument();
  }

  private String expand(String text) {
    return Template.of(text).expand("env.A", this);
  }

  @Test
  void placeholdersAreFilledIn() {
    assertThat(expand("{{.Service.Name}}-{{ .Task.Slot }}"))
        .isEqualTo("<Service.Name>-<Task.Slot>");
    assertThat(expand("{{.Service.Labels.team}} {{index .Service.Labels \"com.example/x\"}}"))
        .isEqualTo("red dotted");
    assertThat(expand("{{secret \"a\"}} {{config `b`}} {{env \"C\"}}"))
        .isEqualTo("secret=a config=b env=C");
    assertThat(expand("plain } text {")).isEqualTo("plain } text {");
  }

  @Test
  void dashesTrimAndQuotesHideBraces() {
    assertThat(expand("a \n {{- .Task.Slot -}} \n b")).isEqualTo("a<Task.Slot>b");
    assertThat(expand("{{\"{{\"}}x{{`}}`}}")).isEqualTo("{{x}}");
  }

  @Test
  void everythingThatIsNotUnderstoodIsAFault() {
    Template template = Template.of("{{.Nope}} {{if .Task.Slot}}x{{end}} {{open");

    assertThat(template.faults("env.A"))
        .extracting(Fault::value)
        .containsExactly("{{.Nope}}", "{{if .Task.Slot}}", "{{end}}", "{{open");
    assertThat(template.faults("env.A")).extracting(Fault::path).containsOnly("env.A");
    assertThat(Template.ofSecret("{{hidden}} {{too").faults("data").toString())
        .doesNotContain("hidden", "too");
  }

  @Test
  void whatHasNoValueIsNamed() {
    assertThatThrownBy(() -> expand("{{.Service.Labels.absent}} {{secret \"none\"}}"))
        .isInstanceOfSatisfying(
            InvalidSpecException.class, refused -> assertThat(refused.faults()).hasSize(2))
        .hasMessageContaining("label absent");
  }

  @Test
  void hugeTextsAreReadInOneGo() {
    String huge = " ".repeat(300_000) + "{{.Task.ID}}" + "{".repeat(100_000);

    assertThat(Template.of(huge).faults("data")).hasSize(1);
  }
}
