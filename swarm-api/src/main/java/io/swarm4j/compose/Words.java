package io.swarm4j.compose;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Splits a command line into words as a shell does, without expanding anything. */
final class Words {
  private Words() {}

  /**
   * Single quotes keep everything; a backslash keeps the next character, outside quotes and inside
   * double ones; a {@code #} at the start of a word begins a comment.
   *
   * @throws IllegalArgumentException if a quote is not closed
   */
  static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    @Nullable StringBuilder word = null;
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote == 0 && word == null && c == '#') {
        int end = line.indexOf('\n', i);
        i = end < 0 ? line.length() : end;
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (word != null) {
          words.add(word.toString());
          word = null;
        }
      } else {
        word = word == null ? new StringBuilder() : word;
        if (c == quote) {
          quote = 0;
        } else if (quote == 0 && (c == '"' || c == '\'')) {
          quote = c;
        } else if (c == '\\' && quote != '\'') {
          i++;
          if (i == line.length()) {
            throw new IllegalArgumentException("the backslash at the end keeps nothing");
          }
          word.append(line.charAt(i));
        } else {
          word.append(c);
        }
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("the quote " + quote + " is not closed");
    }
    if (word != null) {
      words.add(word.toString());
    }
    return words;
  }
}
