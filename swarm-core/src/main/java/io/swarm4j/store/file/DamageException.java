package io.swarm4j.store.file;

import io.swarm4j.store.CorruptDataException;

/** A damaged place in a file, before it is known what follows from it. */
final class DamageException extends CorruptDataException {
  private static final long serialVersionUID = 1L;

  DamageException(String message) {
    super(message);
  }

  DamageException(String file, long offset, String found) {
    this(file + " is damaged at byte " + offset + ": " + found);
  }
}
