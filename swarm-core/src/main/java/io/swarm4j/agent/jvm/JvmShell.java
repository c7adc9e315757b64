package io.swarm4j.agent.jvm;

import io.swarm4j.agent.ExecStreams;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Runs command lines inside a task: the commands of its image, joined by {@code ||}, {@code &&} and
 * {@code ;}, with single and double quotes.
 *
 * <p>Enough for the health checks of compose files; it knows no variables, pipes or redirection.
 */
final class JvmShell {
  static final int NOT_FOUND = 127;

  private static final Set<String> SHELLS = Set.of("sh", "/bin/sh", "bash", "/bin/bash");
  private static final Set<String> BUILT_IN = Set.of("true", ":", "false", "exit", "echo");

  private final JvmTask task;
  private final Map<String, JvmCommand> commands;
  private final ExecStreams streams;

  JvmShell(JvmTask task, Map<String, JvmCommand> commands, ExecStreams streams) {
    this.task = task;
    this.commands = commands;
    this.streams = streams;
  }

  /** The first word of a command that neither the shell nor the image has, if there is one. */
  static Optional<String> firstUnknown(List<String> words, Set<String> commands) {
    if (words.isEmpty() || commands.contains(words.get(0))) {
      return Optional.empty();
    }
    if (SHELLS.contains(words.get(0))) {
      boolean line = words.size() == 3 && words.get(1).equals("-c");
      return line ? firstUnknown(words.get(2), commands) : Optional.of(words.get(0));
    }
    return BUILT_IN.contains(words.get(0)) ? Optional.empty() : Optional.of(words.get(0));
  }

  /** The same for each command of a line. */
  static Optional<String> firstUnknown(String line, Set<String> commands) {
    List<String> command = new ArrayList<>();
    for (Word word : words(line)) {
      if (!word.isJoint()) {
        command.add(word.text);
        continue;
      }
      Optional<String> unknown = firstUnknown(command, commands);
      if (unknown.isPresent()) {
        return unknown;
      }
      command.clear();
    }
    return Optional.empty();
  }

  /** Runs a command line; its exit code. */
  int line(String line) throws Exception {
    int code = 0;
    String joint = ";";
    List<String> words = new ArrayList<>();
    for (Word word : words(line)) {
      if (!word.isJoint()) {
        words.add(word.text);
        continue;
      }
      if (runs(joint, code)) {
        if (isExit(words)) {
          return run(words);
        }
        code = run(words);
      }
      joint = word.text;
      words.clear();
    }
    return code;
  }

  private static boolean isExit(List<String> words) {
    return !words.isEmpty() && words.get(0).equals("exit");
  }

  private static boolean runs(String joint, int code) {
    return joint.equals(";") || joint.equals("&&") == (code == 0);
  }

  /** Runs one command; its exit code. */
  int run(List<String> words) throws Exception {
    if (words.isEmpty()) {
      return 0;
    }
    String name = words.get(0);
    List<String> args = List.copyOf(words.subList(1, words.size()));
    JvmCommand command = commands.get(name);
    if (command != null) {
      return command.run(task, args, streams);
    }
    if (SHELLS.contains(name)) {
      return args.size() == 2 && args.get(0).equals("-c") ? line(args.get(1)) : unknown(name);
    }
    return switch (name) {
      case "true", ":" -> 0;
      case "false" -> 1;
      case "exit" -> args.isEmpty() ? 0 : Integer.parseInt(args.get(0));
      case "echo" -> echo(args);
      default -> unknown(name);
    };
  }

  private int echo(List<String> args) throws java.io.IOException {
    streams.stdout().write((String.join(" ", args) + "\n").getBytes(StandardCharsets.UTF_8));
    return 0;
  }

  private int unknown(String name) {
    new PrintStream(streams.stderr(), true, StandardCharsets.UTF_8)
        .println(name + ": no such command; this image has " + commands.keySet());
    return NOT_FOUND;
  }

  private record Word(String text, boolean quoted) {
    boolean isJoint() {
      return !quoted && (text.equals("||") || text.equals("&&") || text.equals(";"));
    }
  }

  /** The words of a line; a joint follows every command. */
  private static List<Word> words(String line) {
    List<Word> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean quoted = false;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        quoted = true;
      } else if (Character.isWhitespace(c) || c == ';') {
        if (word.length() > 0 || quoted) {
          words.add(new Word(word.toString(), quoted));
        }
        word.setLength(0);
        quoted = false;
        if (c == ';') {
          words.add(new Word(";", false));
        }
      } else {
        word.append(c);
      }
    }
    if (word.length() > 0 || quoted) {
      words.add(new Word(word.toString(), quoted));
    }
    words.add(new Word(";", false));
    return words;
  }
}
