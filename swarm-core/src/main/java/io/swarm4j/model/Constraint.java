package io.swarm4j.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A condition on a node, such as {@code node.role==manager}.
 *
 * <p>Grammar and comparison are the reference's: {@code ==} is looked for before {@code !=}, blanks
 * around both sides are dropped, values are compared as whole strings without regard to case, an
 * absent label equals the empty string, and a key that is not known never matches.
 *
 * @param key attribute of the node
 * @param operator how it is compared
 * @param value what it is compared with
 */
public record Constraint(String key, Operator operator, String value) {
  private static final String NODE_LABELS = "node.labels.";
  private static final String ENGINE_LABELS = "engine.labels.";
  private static final Pattern KEY = Pattern.compile("(?i)[a-z_][a-z0-9\\-_.]+");
  private static final Pattern VALUE = Pattern.compile("(?i)[a-z0-9:\\-_\\s.*()?+\\[\\]\\\\^$|/]+");

  /** How attribute and value are compared. */
  public enum Operator {
    EQUAL("=="),
    NOT_EQUAL("!=");

    private final String text;

    Operator(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  public Constraint {
    Check.of("Constraint")
        .that(KEY.matcher(key).matches(), "key", key, "a key such as node.role or node.labels.zone")
        .that(
            VALUE.matcher(value).matches(),
            "value",
            value,
            "letters, digits, blanks and :-_.*()?+[]\\^$|/")
        .orThrow();
  }

  /**
   * Reads one expression.
   *
   * @throws InvalidSpecException if it has no operator, or key or value are malformed
   */
  public static Constraint parse(String expression) {
    for (Operator operator : Operator.values()) {
      int at = expression.indexOf(operator.text);
      if (at >= 0) {
        return new Constraint(
            expression.substring(0, at).trim(),
            operator,
            expression.substring(at + operator.text.length()).trim());
      }
    }
    throw new InvalidSpecException(
        List.of(
            new Fault(
                Fault.Code.INVALID,
                "Constraint",
                expression,
                "one operator from ==, !=, as in node.role==manager")));
  }

  /** Reads several expressions and reports the faults of all of them together. */
  public static List<Constraint> parseAll(List<String> expressions) {
    List<Constraint> parsed = new ArrayList<>();
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < expressions.size(); i++) {
      try {
        parsed.add(parse(expressions.get(i)));
      } catch (InvalidSpecException refused) {
        int index = i;
        refused.faults().forEach(fault -> faults.add(fault.under("constraints[" + index + "]")));
      }
    }
    if (!faults.isEmpty()) {
      throw new InvalidSpecException(faults);
    }
    return List.copyOf(parsed);
  }

  /** Whether a node satisfies the constraint. */
  public boolean matches(Node node) {
    String lowerKey = key.toLowerCase(Locale.ROOT);
    return switch (lowerKey) {
      case "node.id" -> compare(node.id().toString());
      case "node.hostname" -> compare(node.description().hostname());
      case "node.ip" -> matchesAddress(node.status().address());
      case "node.role" -> compare(node.role().name());
      case "node.platform.os" -> compare(node.description().platform().os());
      case "node.platform.arch" -> compare(node.description().platform().architecture());
      default -> {
        if (lowerKey.startsWith(NODE_LABELS)) {
          yield compare(node.spec().labels().getOrDefault(key.substring(NODE_LABELS.length()), ""));
        } else if (lowerKey.startsWith(ENGINE_LABELS)) {
          String label = key.substring(ENGINE_LABELS.length());
          yield compare(node.description().engineLabels().getOrDefault(label, ""));
        }
        yield false;
      }
    };
  }

  private boolean compare(String actual) {
    return actual.equalsIgnoreCase(value) == (operator == Operator.EQUAL);
  }

  private boolean matchesAddress(String address) {
    try {
      Ip wanted = value.contains("/") ? null : Ip.parse(value);
      Subnet range = value.contains("/") ? Subnet.parse(value) : null;
      Ip actual = address.isEmpty() ? null : Ip.parse(address);
      boolean inside =
          range == null ? actual != null && actual.equals(wanted) : range.contains(actual);
      return inside == (operator == Operator.EQUAL);
    } catch (InvalidSpecException notAnAddress) {
      return false;
    }
  }

  @Override
  public String toString() {
    return key + operator + value;
  }
}
