package io.swarm4j.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the health of a task is found out.
 *
 * @param probe what is done
 * @param interval time between probes; null stands for 30 s
 * @param timeout a probe that takes longer has failed; null stands for 30 s
 * @param retries failures in a row that make a task unhealthy; 0 stands for 3
 * @param startPeriod failures during this time after the start do not count; null stands for none
 * @param startInterval time between probes during the start period; null stands for 5 s
 */
@RecordBuilder
public record HealthCheck(
    Probe probe,
    @Nullable Duration interval,
    @Nullable Duration timeout,
    int retries,
    @Nullable Duration startPeriod,
    @Nullable Duration startInterval)
    implements HealthCheckBuilder.With {

  /** Overrides the image's check by none. */
  public static final HealthCheck DISABLED =
      new HealthCheck(new Probe.Disabled(), null, null, 0, null, null);

  private static final Duration SHORTEST = Duration.ofMillis(1);

  public HealthCheck {
    Check check = Check.of("HealthCheck").present(probe, "probe");
    check.that(retries >= 0, "retries", retries, "0 (default 3) or more");
    shortest(check, interval, "interval");
    shortest(check, timeout, "timeout");
    shortest(check, startPeriod, "startPeriod");
    shortest(check, startInterval, "startInterval");
    check.orThrow();
  }

  private static void shortest(Check check, @Nullable Duration value, String component) {
    check.duration(value, component);
    check.that(
        value == null || value.isZero() || value.isNegative() || value.compareTo(SHORTEST) >= 0,
        component,
        value,
        "0 (default) or at least 1ms");
  }

  /** What a probe does. */
  public sealed interface Probe {
    /** No probe at all. */
    record Disabled() implements Probe {}

    /** A command inside the task; exit code 0 is healthy. */
    record Exec(List<String> command) implements Probe {
      public Exec {
        command = Copies.list(command);
        Check.of("Probe.Exec")
            .that(!command.isEmpty(), Fault.Code.MISSING, "command", command, "a command")
            .orThrow();
      }
    }

    /** A command line for the task's shell; exit code 0 is healthy. */
    record Shell(String line) implements Probe {
      public Shell {
        Check.of("Probe.Shell")
            .that(
                line != null && !line.isBlank(), Fault.Code.MISSING, "line", line, "a command line")
            .orThrow();
      }
    }

    /** A GET request; an answer from 200 to 399 is healthy. */
    record Http(int port, String path) implements Probe {
      public Http {
        Check.of("Probe.Http")
            .that(port >= 1 && port <= 65535, "port", port, "1 to 65535")
            .that(path != null && path.startsWith("/"), "path", path, "a path that starts with /")
            .orThrow();
      }
    }

    /** A connection; one that is accepted is healthy. */
    record Tcp(int port) implements Probe {
      public Tcp {
        Check.of("Probe.Tcp")
            .that(port >= 1 && port <= 65535, "port", port, "1 to 65535")
            .orThrow();
      }
    }

    /** A check that the embedding program registered under a name. */
    record Callback(String name) implements Probe {
      public Callback {
        Check.of("Probe.Callback")
            .that(
                name != null && !name.isBlank(),
                Fault.Code.MISSING,
                "name",
                name,
                "a registered name")
            .orThrow();
      }
    }
  }
}
