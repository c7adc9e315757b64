package io.swarm4j.network.lb;

import io.netty.channel.IoEvent;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.Closeable;

/** A watch by epoll, level-triggered. */
final class EpollWatch extends Watch implements EpollIoHandle {
  private static final EpollIoOps IN_AND_OUT = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT);
  private static final int FOR_IN = READ | ACCEPT;
  private static final int FOR_OUT = WRITE | CONNECT;

  private final FileDescriptor socket;

  EpollWatch(FileDescriptor socket, Watcher watcher) {
    super(watcher);
    this.socket = socket;
  }

  /** Failures are always told: who asks for nothing hears of them once, not in each turn. */
  @Override
  IoOps ops(int interest) {
    boolean in = (interest & FOR_IN) != 0;
    boolean out = (interest & FOR_OUT) != 0;
    if (in) {
      return out ? IN_AND_OUT : EpollIoOps.EPOLLIN;
    }
    return out ? EpollIoOps.EPOLLOUT : EpollIoOps.EPOLLET;
  }

  /** A closed socket leaves epoll by itself, which spares a system call. */
  @Override
  void end(Loop loop, Closeable closeable) {
    loop.closeLater(
        () -> {
          closeable.close();
          cancel();
        });
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public void handle(IoRegistration registration, IoEvent event) {
    EpollIoOps told = ((EpollIoEvent) event).ops();
    int ready = 0;
    if ((told.value() & ~IN_AND_OUT.value()) != 0) {
      ready = interest();
    } else {
      ready |= told.contains(EpollIoOps.EPOLLIN) ? interest() & FOR_IN : 0;
      ready |= told.contains(EpollIoOps.EPOLLOUT) ? interest() & FOR_OUT : 0;
    }
    if (ready != 0) {
      tell(ready);
    }
  }
}
