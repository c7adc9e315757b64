package io.swarm4j.testing;

/** The programs that {@link RuntimeContract} asks for; each runtime brings them along. */
public enum TestProgram {
  /** Prints {@code ready}, then runs until it is asked to end, and ends. */
  SLEEPER,
  /** Prints {@code ready}, then runs on whatever it is asked. */
  STUBBORN,
  /** Prints {@code bye} and exits with the code in its first argument. */
  EXITER,
  /** Prints {@code name=value} for each variable that an argument names, and exits. */
  ENVIRONMENT,
  /** Prints {@code arg=…} for each argument, and exits. */
  ARGUMENTS,
  /** Prints its working directory, and exits. */
  DIRECTORY,
  /** Prints the secret whose target is its first argument, and exits. */
  SECRET,
  /** Prints the config whose target is its first argument, and exits. */
  CONFIG,
  /**
   * Prints {@code out 1}, then {@code err 1} on standard error, and so on up to the number in its
   * first argument, then {@code ready}, then runs until it is asked to end.
   */
  LINES,
  /** Prints all byte values but that of the line end as one line, and exits. */
  BINARY,
  /** Prints {@code line 1} and so on up to its first argument, padded to 100 bytes, and exits. */
  FLOOD,
  /**
   * Serves HTTP on the port in its first argument: {@code /ok} with 200, {@code /slow} never, all
   * else with 500; prints {@code ready} once it listens, runs until it is asked to end.
   */
  SERVER
}
