/* A small HTTP/1.1 server and client, as much of it as the sample applications need. */
#ifndef HTTP_H
#define HTTP_H

#include <stddef.h>

struct request {
  char path[2048];
  char query[2048];
  char local[64];
  char remote[64];
  long bytes_read;
  long bytes_written;
};

struct reply {
  int status;
  const char *type;
  char body[16384];
  int exit_code; /* ends the process once the reply is sent; -1: does not */
};

typedef void page(const struct request *request, struct reply *reply);

/* A path that ends in a slash stands for all that follow it, too. */
struct route {
  const char *path;
  page *answer;
};

void say(struct reply *reply, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void say_json(struct reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The value of a query parameter, "" if it is absent. */
void parameter(const struct request *request, const char *name, char *value, size_t size);

/* Serves until SIGTERM or SIGINT; what is being answered then is answered. */
int serve(int port, const struct route *routes);

/*
 * Gets http://host:port/path. Returns the status with the body, -1 with an error text if there is
 * no answer, -2 if the address is malformed.
 */
int get(const char *url, int seconds, char *body, size_t size);

#endif
