package io.swarm4j.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A text with placeholders in double braces that are filled in for each task, in the notation of
 * the reference: {@code {{.Service.Name}}}, {@code {{.Task.Slot}}}, {@code {{index .Service.Labels
 * "team"}}}, {@code {{secret "password"}}}, {@code {{config "site.conf"}}}, {@code {{env "MODE"}}}.
 *
 * <p>Dashes inside the braces trim the blanks around them. Conditions, loops and pipelines are not
 * known. Immutable.
 */
public final class Template {
  /** Placeholders for what surrounds a task. */
  public static final Set<String> FIELDS =
      Set.of(
          "Service.ID",
          "Service.Name",
          "Node.ID",
          "Node.Hostname",
          "Node.Platform.OS",
          "Node.Platform.Architecture",
          "Task.ID",
          "Task.Name",
          "Task.Slot");

  private static final int LONGEST_SHOWN = 40;
  private static final String LABELS = "Service.Labels";
  private static final Set<String> FUNCTIONS = Set.of("secret", "config", "env");
  private static final String KNOWN =
      ".Service.{ID,Name,Labels.x}, .Node.{ID,Hostname,Platform.OS,Platform.Architecture},"
          + " .Task.{ID,Name,Slot}, index .Service.Labels \"x\", secret \"x\", config \"x\", env"
          + " \"x\"";

  private static final Pattern FIELD = Pattern.compile("\\.([A-Za-z][A-Za-z0-9_.-]*)");
  private static final String STRING = "(?:\"([^\"]*)\"|`([^`]*)`)";
  private static final Pattern LITERAL = Pattern.compile(STRING);
  private static final Pattern CALL = Pattern.compile("([a-z]+)\\s+" + STRING);
  private static final Pattern INDEX = Pattern.compile("index\\s+\\.Service\\.Labels\\s+" + STRING);

  private final List<Part> parts = new ArrayList<>();
  private final List<String> unknown = new ArrayList<>();

  private sealed interface Part {}

  private record Text(String text) implements Part {}

  private record Field(String name) implements Part {}

  private record Label(String key) implements Part {}

  /** A look-up by name: {@code secret}, {@code config} or {@code env}. */
  public record Call(String function, String argument) implements Part {}

  private final boolean secret;

  private Template(boolean secret) {
    this.secret = secret;
  }

  /** What placeholders stand for. */
  public interface Values {

    /** The value of one of {@link #FIELDS}. */
    String field(String name);

    /** Labels of the service. */
    Map<String, String> labels();

    /** The outcome of a look-up; null if there is nothing of that name. */
    @Nullable String call(Call call);
  }

  /** Reads a text; what is wrong with it is told by {@link #faults}. */
  public static Template of(String text) {
    return read(text, false);
  }

  /** The same for a text that must not show in faults. */
  public static Template ofSecret(String text) {
    return read(text, true);
  }

  private static Template read(String text, boolean secret) {
    Template template = new Template(secret);
    int position = 0;
    for (int open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", position)) {
      int close = close(text, open + 2);
      if (close < 0) {
        template.unknown.add(text.substring(open, Math.min(text.length(), open + LONGEST_SHOWN)));
        return template;
      }
      String before = text.substring(position, open);
      String inner = text.substring(open + 2, close);
      boolean trimBefore = inner.startsWith("- ");
      boolean trimAfter = inner.endsWith(" -");
      template.text(trimBefore ? before.stripTrailing() : before);
      template.placeholder(
          inner.substring(trimBefore ? 1 : 0, inner.length() - (trimAfter ? 1 : 0)).strip());
      position = close + 2;
      while (trimAfter
          && position < text.length()
          && Character.isWhitespace(text.charAt(position))) {
        position++;
      }
    }
    template.text(text.substring(position));
    return template;
  }

  /** Where the braces close that are open before {@code from}; those in quotes do not count. */
  private static int close(String text, int from) {
    char quote = 0;
    for (int i = from; i < text.length() - 1; i++) {
      char c = text.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '"' || c == '`') {
        quote = c;
      } else if (c == '}' && text.charAt(i + 1) == '}') {
        return i;
      }
    }
    return -1;
  }

  private void text(String text) {
    if (!text.isEmpty()) {
      parts.add(new Text(text));
    }
  }

  private void placeholder(String inner) {
    Matcher field = FIELD.matcher(inner);
    Matcher call = CALL.matcher(inner);
    Matcher index = INDEX.matcher(inner);
    Matcher literal = LITERAL.matcher(inner);
    if (field.matches() && FIELDS.contains(field.group(1))) {
      parts.add(new Field(field.group(1)));
    } else if (field.matches() && field.group(1).startsWith(LABELS + ".")) {
      parts.add(new Label(field.group(1).substring(LABELS.length() + 1)));
    } else if (index.matches()) {
      parts.add(new Label(string(index, 1)));
    } else if (call.matches() && FUNCTIONS.contains(call.group(1))) {
      parts.add(new Call(call.group(1), string(call, 2)));
    } else if (literal.matches()) {
      parts.add(new Text(string(literal, 1)));
    } else {
      unknown.add("{{" + inner + "}}");
    }
  }

  private static String string(Matcher match, int group) {
    return match.group(group) == null ? match.group(group + 1) : match.group(group);
  }

  /** Whether there are no placeholders. */
  public boolean isPlain() {
    return unknown.isEmpty() && parts.stream().allMatch(Text.class::isInstance);
  }

  /** The service's labels that it asks for. */
  public List<String> labels() {
    return parts.stream()
        .filter(Label.class::isInstance)
        .map(part -> ((Label) part).key())
        .toList();
  }

  /** The look-ups in it. */
  public List<Call> calls() {
    return parts.stream().filter(Call.class::isInstance).map(Call.class::cast).toList();
  }

  /** What is not understood, as faults of {@code component}; empty if all is well. */
  public List<Fault> faults(String component) {
    return unknown.stream()
        .map(
            placeholder ->
                new Fault(
                    Fault.Code.UNKNOWN_REFERENCE,
                    component,
                    secret ? "a placeholder that is not shown" : placeholder,
                    "placeholders that are known: " + KNOWN))
        .toList();
  }

  /**
   * Fills the placeholders in.
   *
   * @param component what the text belongs to, for the error
   * @throws InvalidSpecException if a placeholder is unknown or has no value
   */
  public String expand(String component, Values values) {
    List<Fault> faults = new ArrayList<>(faults(component));
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      String value = value(part, values);
      if (value == null) {
        faults.add(
            new Fault(
                Fault.Code.UNKNOWN_REFERENCE,
                component,
                part instanceof Label label ? "label " + label.key() : String.valueOf(part),
                "a label, secret, config or variable that this service has"));
      }
      text.append(value);
    }
    if (!faults.isEmpty()) {
      throw new InvalidSpecException(faults);
    }
    return text.toString();
  }

  private static @Nullable String value(Part part, Values values) {
    if (part instanceof Text text) {
      return text.text();
    } else if (part instanceof Field field) {
      return values.field(field.name());
    } else if (part instanceof Label label) {
      return values.labels().get(label.key());
    }
    return values.call((Call) part);
  }
}
