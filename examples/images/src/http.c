#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define HEAD_BYTES 8192
#define IDLE_SECONDS 30
#define LAST_ANSWERS_MILLIS 5000

struct connection {
  int fd;
  const struct route *routes;
};

static atomic_int stopping;
static atomic_int answering;
static int wake[2];

void say(struct reply *reply, int status, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  reply->status = status;
  reply->type = "text/plain";
  vsnprintf(reply->body, sizeof reply->body - 1, format, arguments);
  strcat(reply->body, "\n");
  va_end(arguments);
}

void say_json(struct reply *reply, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  reply->status = 200;
  reply->type = "application/json";
  vsnprintf(reply->body, sizeof reply->body - 1, format, arguments);
  strcat(reply->body, "\n");
  va_end(arguments);
}

void parameter(const struct request *request, const char *name, char *value, size_t size) {
  size_t length = strlen(name);
  value[0] = 0;
  for (const char *at = request->query; *at; at += strcspn(at, "&"), at += *at == '&') {
    if (strncmp(at, name, length) == 0 && at[length] == '=') {
      snprintf(value, size, "%.*s", (int)strcspn(at + length + 1, "&"), at + length + 1);
      return;
    }
  }
}

static void write_all(int fd, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = send(fd, bytes, count, MSG_NOSIGNAL);
    if (written <= 0) return;
    bytes += written;
    count -= (size_t)written;
  }
}

static void name_end(int fd, int remote, char *text, size_t size) {
  struct sockaddr_in address;
  socklen_t length = sizeof address;
  char ip[INET_ADDRSTRLEN] = "?";
  int failed = remote ? getpeername(fd, (struct sockaddr *)&address, &length)
                      : getsockname(fd, (struct sockaddr *)&address, &length);
  if (!failed) inet_ntop(AF_INET, &address.sin_addr, ip, sizeof ip);
  snprintf(text, size, "%s:%d", ip, failed ? 0 : ntohs(address.sin_port));
}

/* Reads the head of a request; its size, 0 at the end of the connection. */
static size_t read_head(int fd, char *head) {
  size_t size = 0;
  while (size < HEAD_BYTES - 1) {
    ssize_t got = recv(fd, head + size, 1, 0);
    if (got <= 0) return 0;
    size++;
    head[size] = 0;
    if (size >= 4 && strcmp(head + size - 4, "\r\n\r\n") == 0) return size;
    if (size >= 2 && strcmp(head + size - 2, "\n\n") == 0) return size;
  }
  return 0;
}

static page *find(const struct route *routes, const char *path) {
  for (const struct route *each = routes; each->path; each++) {
    if (strcmp(each->path, path) == 0) return each->answer;
  }
  for (const struct route *each = routes; each->path; each++) {
    size_t length = strlen(each->path);
    if (length > 1 && each->path[length - 1] == '/' && strncmp(each->path, path, length) == 0) {
      return each->answer;
    }
  }
  return NULL;
}

static void answer(const struct route *routes, char *head, struct request *request,
                   struct reply *reply) {
  char method[16], target[2048], version[16];
  if (sscanf(head, "%15s %2047s %15s", method, target, version) != 3 || target[0] != '/') {
    say(reply, 400, "not a request: %.80s", head);
    return;
  }
  char *question = strchr(target, '?');
  if (question) *question = 0;
  snprintf(request->path, sizeof request->path, "%s", target);
  snprintf(request->query, sizeof request->query, "%s", question ? question + 1 : "");
  page *found = find(routes, request->path);
  if (strcmp(method, "GET") != 0) {
    say(reply, 405, "%s is not supported; use GET", method);
  } else if (!found) {
    fprintf(stderr, "404 %s\n", request->path);
    say(reply, 404, "no page %s", request->path);
  } else {
    found(request, reply);
  }
}

static void *converse(void *argument) {
  struct connection connection = *(struct connection *)argument;
  free(argument);
  char head[HEAD_BYTES];
  struct request *request = calloc(1, sizeof *request);
  struct reply *reply = calloc(1, sizeof *reply);
  name_end(connection.fd, 0, request->local, sizeof request->local);
  name_end(connection.fd, 1, request->remote, sizeof request->remote);
  int more = 1;
  while (more) {
    size_t size = read_head(connection.fd, head);
    if (size == 0) break;
    answering++;
    request->bytes_read += (long)size;
    more = strcasestr(head, "\nconnection: close") == NULL && strstr(head, "HTTP/1.1") != NULL &&
           !stopping;
    reply->exit_code = -1;
    answer(connection.routes, head, request, reply);
    char top[256];
    int length = snprintf(top, sizeof top,
                          "HTTP/1.1 %d %s\r\nContent-Type: %s; charset=utf-8\r\n"
                          "Content-Length: %zu\r\nConnection: %s\r\n\r\n",
                          reply->status, reply->status / 100 == 2 ? "OK" : "Failed", reply->type,
                          strlen(reply->body), more ? "keep-alive" : "close");
    char *message = malloc((size_t)length + strlen(reply->body) + 1);
    memcpy(message, top, (size_t)length);
    strcpy(message + length, reply->body);
    write_all(connection.fd, message, strlen(message));
    request->bytes_written += (long)strlen(message);
    free(message);
    answering--;
    if (reply->exit_code >= 0) exit(reply->exit_code);
  }
  shutdown(connection.fd, SHUT_RDWR);
  close(connection.fd);
  free(request);
  free(reply);
  return NULL;
}

static void on_stop(int signal) {
  (void)signal;
  stopping = 1;
  if (write(wake[1], "x", 1) < 0) _exit(1);
}

static int listen_on(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
  int yes = 1;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 512)) {
    fprintf(stderr, "port %d: %s\n", port, strerror(errno));
    exit(1);
  }
  return fd;
}

static void take(int listener, const struct route *routes) {
  int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) return;
  struct timeval idle = {.tv_sec = IDLE_SECONDS};
  int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &idle, sizeof idle);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  struct connection *connection = malloc(sizeof *connection);
  *connection = (struct connection){fd, routes};
  pthread_t thread;
  if (pthread_create(&thread, NULL, converse, connection)) {
    free(connection);
    close(fd);
  } else {
    pthread_detach(thread);
  }
}

int serve(int port, const struct route *routes) {
  if (pipe(wake)) return 1;
  struct sigaction action = {.sa_handler = on_stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  int listener = listen_on(port);
  printf("ready\n");
  struct pollfd waits[] = {{listener, POLLIN, 0}, {wake[0], POLLIN, 0}};
  while (!stopping) {
    if (poll(waits, 2, -1) > 0 && (waits[0].revents & POLLIN)) take(listener, routes);
  }
  close(listener);
  for (int waited = 0; answering > 0 && waited < LAST_ANSWERS_MILLIS; waited += 5) usleep(5000);
  return 0;
}

static int dial(const char *host, const char *port, int seconds, char *error, size_t size) {
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int failure = getaddrinfo(host, port, &hints, &found);
  if (failure) {
    snprintf(error, size, "%s: %s", host, gai_strerror(failure));
    return -1;
  }
  int fd = -1;
  for (struct addrinfo *each = found; each && fd < 0; each = each->ai_next) {
    struct timeval limit = {.tv_sec = seconds};
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(fd, each->ai_addr, each->ai_addrlen)) {
      snprintf(error, size, "%s:%s: %s", host, port, strerror(errno));
      close(fd);
      fd = -1;
    }
  }
  freeaddrinfo(found);
  return fd;
}

int get(const char *url, int seconds, char *body, size_t size) {
  char host[256], port[8] = "80", path[1024] = "/", target[1400];
  const char *rest = strncmp(url, "http://", 7) == 0 ? url + 7 : NULL;
  if (!rest || sscanf(rest, "%255[^:/]", host) != 1) {
    snprintf(body, size, "%.200s is not of the form http://host:port/path", url);
    return -2;
  }
  rest += strlen(host);
  if (*rest == ':' && sscanf(rest + 1, "%7[0-9]", port) == 1) rest += 1 + strlen(port);
  if (*rest == '/') snprintf(path, sizeof path, "%s", rest);
  int fd = dial(host, port, seconds, body, size);
  if (fd < 0) return -1;
  int length = snprintf(target, sizeof target,
                        "GET %s HTTP/1.1\r\nHost: %s:%s\r\nConnection: close\r\n\r\n", path, host,
                        port);
  write_all(fd, target, (size_t)length);
  char head[HEAD_BYTES];
  int status = -1;
  if (read_head(fd, head) == 0 || sscanf(head, "HTTP/%*s %d", &status) != 1) {
    snprintf(body, size, "%s:%s: no answer", host, port);
    close(fd);
    return -1;
  }
  size_t count = 0;
  ssize_t got;
  while (count < size - 1 && (got = recv(fd, body + count, size - 1 - count, 0)) > 0) {
    count += (size_t)got;
  }
  body[count] = 0;
  close(fd);
  return status;
}
