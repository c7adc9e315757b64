package io.swarm4j.examples.bench;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedInputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.CodedOutputStream;
import org.apache.ratis.thirdparty.com.google.protobuf.WireFormat;
import org.apache.ratis.thirdparty.io.grpc.CallOptions;
import org.apache.ratis.thirdparty.io.grpc.ManagedChannel;
import org.apache.ratis.thirdparty.io.grpc.MethodDescriptor;
import org.apache.ratis.thirdparty.io.grpc.StatusRuntimeException;
import org.apache.ratis.thirdparty.io.grpc.netty.NettyChannelBuilder;
import org.apache.ratis.thirdparty.io.grpc.stub.ClientCalls;
import org.apache.ratis.thirdparty.io.grpc.stub.StreamObserver;

/** The two calls of etcd's API that a measurement needs, with their messages as bytes. */
final class EtcdClient implements AutoCloseable {
  private static final MethodDescriptor<byte[], byte[]> PUT = method("etcdserverpb.KV/Put");
  private static final MethodDescriptor<byte[], byte[]> STATUS =
      method("etcdserverpb.Maintenance/Status");

  private final ManagedChannel channel;

  EtcdClient(String address) {
    channel = NettyChannelBuilder.forTarget(address).usePlaintext().build();
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(name)
        .setRequestMarshaller(new Bytes())
        .setResponseMarshaller(new Bytes())
        .build();
  }

  CompletableFuture<Void> put(byte[] key, byte[] value) {
    ByteArrayOutputStream request = new ByteArrayOutputStream(value.length + 32);
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(request);
      out.writeByteArray(1, key);
      out.writeByteArray(2, value);
      out.flush();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    CompletableFuture<Void> done = new CompletableFuture<>();
    ClientCalls.asyncUnaryCall(
        channel.newCall(PUT, CallOptions.DEFAULT),
        request.toByteArray(),
        new StreamObserver<>() {
          @Override
          public void onNext(byte[] reply) {
            done.complete(null);
          }

          @Override
          public void onError(Throwable failed) {
            done.completeExceptionally(failed);
          }

          @Override
          public void onCompleted() {
            // onNext came before
          }
        });
    return done;
  }

  /** Whether this member says that it leads: its own id is that of the leader. */
  boolean leads() {
    try {
      byte[] reply =
          ClientCalls.blockingUnaryCall(
              channel,
              STATUS,
              CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS),
              new byte[0]);
      long member = number(bytes(reply, 1), 2);
      return member != 0 && member == number(reply, 4);
    } catch (StatusRuntimeException notYet) {
      return false;
    }
  }

  private static byte[] bytes(byte[] message, int field) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(message);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == field) {
          return in.readByteArray();
        }
        in.skipField(tag);
      }
      return new byte[0];
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  private static long number(byte[] message, int field) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(message);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == field) {
          return in.readUInt64();
        }
        in.skipField(tag);
      }
      return 0;
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      }
    }
  }
}
