package io.swarm4j.model;

import java.util.ArrayList;
import java.util.List;
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

  @Override
  public String toString() {
    return key + operator + value;
  }
}
