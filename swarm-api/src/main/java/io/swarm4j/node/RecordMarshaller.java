package io.swarm4j.node;

import io.grpc.KnownLength;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.swarm4j.model.SwarmException;
import io.swarm4j.store.codec.RecordCodec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

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
      return CODEC.decode(type, stream.readAllBytes());
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

  /** Bytes whose number gRPC may know without reading them. */
  private static final class Encoded extends ByteArrayInputStream implements KnownLength {
    Encoded(byte[] bytes) {
      super(bytes);
    }
  }
}
