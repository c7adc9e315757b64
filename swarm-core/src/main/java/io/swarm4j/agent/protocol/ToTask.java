package io.swarm4j.agent.protocol;

import io.swarm4j.agent.TerminalSize;

/**
 * What a manager says in a stream; {@link Open} comes first.
 *
 * <p>Both directions carry no more than the other side has granted. {@link Open} and {@link Credit}
 * grant output in bytes, with {@link FromTask#LINE_COST} on top for each log line. {@link
 * FromTask.InputCredit} grants input on top of the {@link #FIRST_INPUT_CREDIT} that every stream
 * begins with. The last message of a grant may exceed what is left of it.
 */
public sealed interface ToTask {

  /** Bytes of input that may be sent before the first {@link FromTask.InputCredit}. */
  int FIRST_INPUT_CREDIT = 64 * 1024;

  /** Begins a stream. */
  record Open(TaskRequest request, long credit) implements ToTask {}

  /** That much more output may be sent. */
  record Credit(long bytes) implements ToTask {}

  /** Input. */
  record Input(byte[] bytes) implements ToTask {}

  /** There is no more input. */
  record InputEnd() implements ToTask {}

  /** The terminal's new size. */
  record Resize(TerminalSize size) implements ToTask {}

  /** Nobody listens any more: a reading ends, a command is killed, an attached task runs on. */
  record Cancel() implements ToTask {}
}
