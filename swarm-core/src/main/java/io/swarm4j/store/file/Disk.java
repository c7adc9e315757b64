package io.swarm4j.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One directory of a file system, as far as the log needs it; files are known by their names.
 *
 * <p>The seam at which tests take the place of the disk. Changes to the directory itself are only
 * sure to last after {@link #sync}, contents only after {@link DiskFile#force}.
 */
interface Disk {

  /** Keeps all others out until it is closed. */
  Closeable lock() throws IOException;

  /** Names of all files, sorted. */
  List<String> list() throws IOException;

  /** Makes an empty file, in place of one that may be there. */
  DiskFile create(String name) throws IOException;

  /** Opens a file that is there. */
  DiskFile open(String name) throws IOException;

  /** Gives a file another name, in place of one that may be there, in one step. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file if it is there. */
  void delete(String name) throws IOException;

  /** Makes the changes to the directory last. */
  void sync() throws IOException;

  /** How messages call a file. */
  String describe(String name);

  /** An open file. */
  interface DiskFile extends Closeable {

    long size() throws IOException;

    /** Reads until the buffer is full or the file ends. */
    void read(ByteBuffer into, long position) throws IOException;

    /** Writes the whole buffer. */
    void write(ByteBuffer from, long position) throws IOException;

    void truncate(long size) throws IOException;

    /** Makes what was written last; with metadata, all about the file, else what reading needs. */
    void force(boolean metadata) throws IOException;

    @Override
    void close() throws IOException;
  }
}
