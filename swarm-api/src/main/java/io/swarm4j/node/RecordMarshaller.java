package io.swarm4j.node;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.swarm4j.model.SwarmException;
import io.swarm4j.store.codec.RecordCodec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Carries records in the store's encoding; what cannot be read fails the call, not the process. */
final class RecordMarshaller<T> implements MethodDescriptor.Marshaller<T> {
  private static final RecordCodec CODEC = RecordCodec.create();

  private final Class<T> type;

  RecordMarshaller(Class<T> type) {
    this.type = type;
  }

  @Override
  public InputStream stream(T value) {
    return new Encoded(CODEC.encode(type, value));
  }

  @Override
  public T parse(InputStream stream) {
    try {
      return CODEC.decode(type, bytes(stream));
    } catch (IOException | SwarmException damaged) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "a message of type "
                  + type.getSimpleName()
                  + " cannot be read: "
                  + damaged.getMessage())
          .withCause(damaged)
          .asRuntimeException();
    }
  }

  /** As many bytes as there are: without their number in advance, 8 KiB are taken for a few. */
  private static byte[] bytes(InputStream stream) throws IOException {
    return stream instanceof KnownLength
        ? stream.readNBytes(stream.available())
        : stream.readAllBytes();
  }

  /** Bytes whose number gRPC may know without reading them, and which it need not copy. */
  private static final class Encoded extends ByteArrayInputStream
      implements KnownLength, Drainable {
    Encoded(byte[] bytes) {
      super(bytes);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int rest = available();
      target.write(buf, pos, rest);
      pos = count;
      return rest;
    }
  }
}
