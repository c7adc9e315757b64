package io.swarm4j;

/**
 * What a command did.
 *
 * @param exitCode its exit code
 * @param output what it wrote to standard output, read as UTF-8
 * @param errors what it wrote to standard error, read as UTF-8
 */
public record ExecResult(int exitCode, String output, String errors) {}
