package io.swarm4j.network.endpoint;

import io.swarm4j.model.Check;
import io.swarm4j.model.InvalidSpecException;
import io.swarm4j.network.lb.Algorithm;
import io.swarm4j.network.lb.FrontendOptions;
import io.swarm4j.network.lb.ProxyProtocol;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a service wants its connections balanced, which its labels say; so it can be told through
 * every door: the API, compose files and the docker CLI.
 *
 * @param algorithm {@code swarm4j.lb.algorithm}: {@code round-robin}, {@code least-connections} or
 *     {@code source-hash}
 * @param proxyProtocol {@code swarm4j.lb.proxy-protocol}: {@code none}, {@code v1} or {@code v2}
 * @param options {@code swarm4j.lb.same-node-first}, {@code .stickiness}, {@code .max-connections},
 *     {@code .max-per-backend}, {@code .idle-timeout}, {@code .slow-start} and {@code
 *     .proxy-protocol-in}, with {@code true} or {@code false}, numbers, and times such as {@code
 *     500ms}, {@code 30s}, {@code 15m} or {@code 2h}
 * @param drain {@code swarm4j.lb.drain}: how long open connections of a withdrawn task may take to
 *     end before it gets its stop signal
 */
public record ServiceBalancing(
    Algorithm algorithm, ProxyProtocol proxyProtocol, FrontendOptions options, Duration drain) {
  private static final Duration DEFAULT_DRAIN = Duration.ofSeconds(2);

  /** What is done without any label. */
  public static final ServiceBalancing DEFAULT =
      new ServiceBalancing(
          Algorithm.ROUND_ROBIN, ProxyProtocol.NONE, FrontendOptions.NONE, DEFAULT_DRAIN);

  private static final String PREFIX = "swarm4j.lb.";
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  /**
   * Reads labels.
   *
   * @throws InvalidSpecException with every label that begins with {@code swarm4j.lb.} and is not
   *     known, or has a value that it cannot have
   */
  public static ServiceBalancing of(Map<String, String> labels) {
    if (labels.keySet().stream().noneMatch(label -> label.startsWith(PREFIX))) {
      return DEFAULT;
    }
    Reader reader = new Reader(labels);
    ServiceBalancing read =
        new ServiceBalancing(
            reader.choice("algorithm", Algorithm.class, Algorithm.ROUND_ROBIN),
            reader.choice("proxy-protocol", ProxyProtocol.class, ProxyProtocol.NONE),
            new FrontendOptions(
                reader.flag("same-node-first"),
                reader.time("stickiness"),
                reader.number("max-connections"),
                reader.number("max-per-backend"),
                reader.time("idle-timeout"),
                reader.time("slow-start"),
                reader.flag("proxy-protocol-in")),
            reader.time("drain", DEFAULT_DRAIN));
    reader.end();
    return read;
  }

  /** As {@link #of}, but what cannot be read counts as {@link #DEFAULT}. */
  public static ServiceBalancing orDefault(Map<String, String> labels) {
    try {
      return of(labels);
    } catch (InvalidSpecException storedByAnEarlierVersion) {
      return DEFAULT;
    }
  }

  /** Reads labels one by one, and collects faults. */
  private static final class Reader {
    private final Map<String, String> labels;
    private final Check check = Check.of("ServiceSpec");
    private final Set<String> known = new TreeSet<>();

    Reader(Map<String, String> labels) {
      this.labels = labels;
    }

    private <T> T read(String name, T otherwise, String accepted, Function<String, T> parse) {
      known.add(PREFIX + name);
      String text = labels.get(PREFIX + name);
      if (text == null) {
        return otherwise;
      }
      try {
        return parse.apply(text.strip());
      } catch (IllegalArgumentException e) {
        check.that(false, "labels." + PREFIX + name, text, accepted);
        return otherwise;
      }
    }

    <E extends Enum<E>> E choice(String name, Class<E> type, E otherwise) {
      StringBuilder accepted = new StringBuilder();
      for (E constant : type.getEnumConstants()) {
        accepted.append(accepted.isEmpty() ? "" : ", ").append(text(constant));
      }
      return read(
          name,
          otherwise,
          "one of " + accepted,
          text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')));
    }

    private static String text(Enum<?> constant) {
      return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean flag(String name) {
      return read(
          name,
          false,
          "true or false",
          text -> {
            if (!text.equals("true") && !text.equals("false")) {
              throw new IllegalArgumentException(text);
            }
            return text.equals("true");
          });
    }

    int number(String name) {
      return read(
          name, 0, "a number from 0", text -> Integer.parseUnsignedInt(text) & Integer.MAX_VALUE);
    }

    Duration time(String name) {
      return time(name, Duration.ZERO);
    }

    Duration time(String name, Duration otherwise) {
      return read(
          name,
          otherwise,
          "a time such as 500ms, 30s, 15m or 2h",
          text -> {
            Matcher matcher = TIME.matcher(text);
            if (!matcher.matches()) {
              throw new IllegalArgumentException(text);
            }
            long value = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
              case "ms" -> Duration.ofMillis(value);
              case "s" -> Duration.ofSeconds(value);
              case "m" -> Duration.ofMinutes(value);
              default -> Duration.ofHours(value);
            };
          });
    }

    void end() {
      for (String label : labels.keySet()) {
        check.that(
            !label.startsWith(PREFIX) || known.contains(label),
            "labels." + label,
            labels.get(label),
            "no such label; there are " + known);
      }
      check.orThrow();
    }
  }
}
