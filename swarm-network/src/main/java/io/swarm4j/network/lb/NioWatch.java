package io.swarm4j.network.lb;

import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.nio.NioIoEvent;
import io.netty.channel.nio.NioIoHandle;
import io.netty.channel.nio.NioIoOps;
import java.io.Closeable;
import java.nio.channels.SelectableChannel;

/** A watch by a selector of the JDK. */
final class NioWatch extends Watch implements NioIoHandle {
  private final SelectableChannel channel;

  NioWatch(SelectableChannel channel, Watcher watcher) {
    super(watcher);
    this.channel = channel;
  }

  @Override
  IoOps ops(int interest) {
    return NioIoOps.valueOf(interest);
  }

  @Override
  void end(Loop loop, Closeable socket) {
    cancel();
    loop.closeLater(socket);
  }

  @Override
  public SelectableChannel selectableChannel() {
    return channel;
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    tell(((NioIoEvent) event).ops().value());
  }
}
