package io.swarm4j.store.seal;

import io.swarm4j.model.StoreObject;
import io.swarm4j.store.CorruptDataException;
import io.swarm4j.store.View;
import io.swarm4j.store.codec.EncodeBuffer;
import io.swarm4j.store.codec.RecordCodec;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A state as bytes: sealed blocks of about 256 KiB, each bound to its number, the last one marked
 * as such, so that none can be missing, repeated or out of place.
 *
 * <pre>
 * magic       8 bytes
 * per block   length 4 bytes, sealed block
 *   its clear text: objects, each after its length; the first block begins with the revision
 * </pre>
 */
public final class SealedState {
  private static final long MAGIC = 0x53574D344A534E31L; // "SWM4JSN1"
  private static final int BLOCK = 256 << 10;
  private static final int LONGEST_BLOCK = 1 << 30;

  private final RecordCodec codec = RecordCodec.create();
  private final Seal seal;

  public SealedState(Seal seal) {
    this.seal = seal;
  }

  /** Writes a state, in memory that does not depend on its size; does not close the stream. */
  public void write(View state, OutputStream stream) throws IOException {
    DataOutputStream out = new DataOutputStream(stream);
    out.writeLong(MAGIC);
    ByteArrayOutputStream block = new ByteArrayOutputStream(BLOCK + (BLOCK >> 2));
    DataOutputStream clear = new DataOutputStream(block);
    EncodeBuffer buffer = new EncodeBuffer();
    clear.writeLong(state.revision());
    int number = 0;
    for (StoreObject object : state.objects()) {
      buffer.reset();
      codec.encode(StoreObject.class, object, buffer);
      clear.writeInt(buffer.size());
      ByteBuffer bytes = buffer.asByteBuffer();
      clear.write(bytes.array(), bytes.arrayOffset(), bytes.remaining());
      if (block.size() >= BLOCK) {
        writeBlock(out, block, number++, false);
      }
    }
    writeBlock(out, block, number, true);
    out.flush();
  }

  private void writeBlock(
      DataOutputStream out, ByteArrayOutputStream block, int number, boolean last)
      throws IOException {
    byte[] sealed = seal.seal(block.toByteArray(), context(number, last));
    out.writeInt(last ? -sealed.length : sealed.length);
    out.write(sealed);
    block.reset();
  }

  private static byte[] context(int number, boolean last) {
    return ByteBuffer.allocate(6).put((byte) 'S').putInt(number).put((byte) (last ? 1 : 0)).array();
  }

  /**
   * Reads a state; does not close the stream.
   *
   * @throws CorruptDataException if it is not whole, naming the place
   */
  public View read(InputStream stream) throws IOException {
    List<StoreObject> objects = new ArrayList<>();
    long revision = 0;
    long at = 0;
    DataInputStream in = new DataInputStream(new BufferedInputStream(stream, BLOCK));
    try {
      if (in.readLong() != MAGIC) {
        throw new CorruptDataException("it does not begin as a snapshot");
      }
      at = Long.BYTES;
      boolean last = false;
      for (int number = 0; !last; number++) {
        int length = in.readInt();
        last = length < 0;
        ByteBuffer clear = readBlock(in, Math.abs(length), context(number, last));
        if (number == 0) {
          revision = clear.getLong();
        }
        while (clear.hasRemaining()) {
          int size = clear.getInt();
          objects.add(codec.decode(StoreObject.class, clear.slice().limit(size)));
          clear.position(clear.position() + size);
        }
        at += Integer.BYTES + Math.abs(length);
      }
    } catch (EOFException early) {
      throw damaged(at, new CorruptDataException("it ends too early", early));
    } catch (CorruptDataException damage) {
      throw damaged(at, damage);
    }
    return View.of(revision, objects);
  }

  private ByteBuffer readBlock(DataInputStream in, int length, byte[] context) throws IOException {
    if (length < Seal.OVERHEAD || length > LONGEST_BLOCK) {
      throw new CorruptDataException("a block of " + length + " bytes is none");
    }
    byte[] sealed = in.readNBytes(length);
    if (sealed.length < length) {
      throw new EOFException();
    }
    return ByteBuffer.wrap(seal.open(ByteBuffer.wrap(sealed), context));
  }

  private static CorruptDataException damaged(long at, CorruptDataException cause) {
    return new CorruptDataException(
        String.format("damaged in the block at byte %d: %s", at, cause.getMessage()), cause);
  }
}
