package io.swarm4j.docker;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import io.swarm4j.agent.TaskFailure;
import io.swarm4j.model.Reason;
import java.io.IOException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What goes wrong with an engine, told apart. */
final class EngineFailures {
  private static final Pattern MESSAGE =
      Pattern.compile("\"message\"\\s*:\\s*\"((?:[^\"\\\\]|\\\\.)*)\"");

  private static final int NOT_IMPLEMENTED = 501;

  private EngineFailures() {}

  /** Whether the engine could not be reached or did not answer, so that its answer is unknown. */
  static boolean isOutage(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof DockerException) {
        return false;
      }
      if (isCutShort(each)) {
        return true;
      }
      if (each instanceof IOException && !(each instanceof JsonProcessingException)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isCutShort(Throwable answer) {
    return answer instanceof JsonEOFException
        || (answer instanceof MismatchedInputException empty
            && empty.getOriginalMessage().startsWith("No content"));
  }

  /** Whether the engine says that it failed itself, so that a repetition may succeed. */
  static boolean isEnginesOwn(Throwable failure) {
    return failure instanceof DockerException refused && refused.getHttpStatus() >= 500;
  }

  /** Whether a call that has to succeed in the end is to be made again. */
  static boolean mayPass(Throwable failure) {
    return isOutage(failure) || isEnginesOwn(failure);
  }

  /** Whether it failed itself, but for what it says that it never does. */
  static boolean isPassing(Throwable failure) {
    return isEnginesOwn(failure) && ((DockerException) failure).getHttpStatus() != NOT_IMPLEMENTED;
  }

  static boolean isNotFound(Throwable failure) {
    return failure instanceof NotFoundException;
  }

  /** The engine's own words, without the frame around them. */
  static String text(Throwable failure) {
    Throwable root = failure;
    while (!(root instanceof DockerException)
        && root.getCause() != null
        && root.getCause() != root) {
      root = root.getCause();
    }
    String text = Objects.requireNonNullElse(root.getMessage(), root.toString());
    if (root instanceof DockerException refused) {
      text = text.replaceFirst("^Status " + refused.getHttpStatus() + ": ", "").strip();
      Matcher message = MESSAGE.matcher(text);
      if (message.find()) {
        text = message.group(1).replace("\\\"", "\"").replace("\\n", "\n").replace("\\\\", "\\");
      }
    }
    return text;
  }

  /** A failure of a task that the engine refused to create or start. */
  static TaskFailure startFailed(Throwable failure) {
    if (failure instanceof TaskFailure known) {
      return known;
    }
    String text = text(failure);
    return new TaskFailure(new Reason.StartFailed(text), text, failure);
  }
}
