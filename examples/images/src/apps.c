/*
 * The sample applications and their tools: one static program, which is a different one under each
 * of its names, or as "app NAME". The port is PORT, else 3000.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "http.h"

#define UPSTREAM_SECONDS 5
#define SLOW_SECONDS 10
#define FORTUNE "/usr/games/fortune"

static char task[256];

static const char *variable(const char *name, const char *otherwise) {
  const char *value = getenv(name);
  return value && *value ? value : otherwise;
}

static int port(void) { return atoi(variable("PORT", "3000")); }

static const char *after(const struct request *request, const char *prefix) {
  return request->path + strlen(prefix);
}

/* Pages that every site has. */

static void inspect(const struct request *request, struct reply *reply) {
  say_json(reply,
           "{\"host\":\"%s\",\"task\":\"%s\",\"local\":\"%s\",\"remote\":\"%s\","
           "\"bytesRead\":%ld,\"bytesWritten\":%ld}",
           task, task, request->local, request->remote, request->bytes_read,
           request->bytes_written);
}

/* Ends the process as an uncaught exception would. */
static void critical(const struct request *request, struct reply *reply) {
  char code[16];
  parameter(request, "code", code, sizeof code);
  reply->exit_code = *code ? atoi(code) & 255 : 1;
  fprintf(stderr, "critical failure, asked for by %s\n", request->remote);
  say(reply, 500, "critical failure: the app is shutting down with code %d", reply->exit_code);
}

#define EVERYWHERE {"/inspect", inspect}, {"/critical", critical}, {NULL, NULL}

/* customer: the tier behind. */

static const char *const names[] = {"Ada", "Barbara", "Charles", "Dorothy", "Edsger", "Fran"};

static void customer(const struct request *request, struct reply *reply) {
  const char *id = after(request, "/customer/");
  size_t digits = strspn(id, "0123456789");
  if (digits == 0 || digits > 9 || id[digits]) {
    say(reply, 400, "customer '%s': a number of at most 9 digits is wanted", id);
    return;
  }
  say_json(reply, "{\"id\":%s,\"name\":\"%s\",\"servedBy\":\"%s\"}", id,
           names[atol(id) % (long)(sizeof names / sizeof *names)], task);
}

static void customer_root(const struct request *request, struct reply *reply) {
  (void)request;
  say(reply, 200, "customer API - %s", task);
}

static int run_customer(void) {
  static const struct route routes[] = {
      {"/", customer_root}, {"/customer/", customer}, EVERYWHERE};
  return serve(port(), routes);
}

/* balance: the tier in front, which asks the one behind. */

static void balance(const struct request *request, struct reply *reply) {
  char url[1024], body[4096];
  const char *id = after(request, "/balance/");
  snprintf(url, sizeof url, "http://%s/customer/%s",
           variable("MYWEB_CUSTOMER_API", "localhost:3000"), id);
  int status = get(url, UPSTREAM_SECONDS, body, sizeof body);
  body[strcspn(body, "\n")] = 0;
  if (status < 0) {
    fprintf(stderr, "%s: %s\n", url, body);
    say(reply, 502, "connection failure: %s: %s", url, body);
  } else if (status != 200) {
    say(reply, 502, "%s answered %d: %s", url, status, body);
  } else {
    say_json(reply, "{\"balance\":%d,\"customer\":%s,\"servedBy\":\"%s\"}", 37 * atoi(id) % 1000,
             body, task);
  }
}

static void balance_root(const struct request *request, struct reply *reply) {
  (void)request;
  say(reply, 200, "balance API - %s", task);
}

static int run_balance(void) {
  static const struct route routes[] = {{"/", balance_root}, {"/balance/", balance}, EVERYWHERE};
  printf("CUSTOMER_API = http://%s\n", variable("MYWEB_CUSTOMER_API", "localhost:3000"));
  return serve(port(), routes);
}

/* payroll: the same in several versions. */

static void payroll(const struct request *request, struct reply *reply) {
  (void)request;
  say(reply, 200, "payroll version %s - %s", variable("VERSION", "3"), task);
}

static int run_payroll(void) {
  static const struct route routes[] = {{"/", payroll}, EVERYWHERE};
  printf("payroll, version %s\n", variable("VERSION", "3"));
  return serve(port(), routes);
}

/* calc: corrupted for good by a division by zero. */

static atomic_int corrupted;

static void is_everything_ok(const struct request *request, struct reply *reply) {
  (void)request;
  if (corrupted) {
    say(reply, 500, "corrupted");
  } else {
    say(reply, 200, "everything is OK");
  }
}

static int number(const struct request *request, const char *name, long *value,
                  struct reply *reply) {
  char text[32], *end;
  parameter(request, name, text, sizeof text);
  *value = strtol(text, &end, 10);
  if (*text && !*end) return 1;
  say(reply, 400, "%s '%s': a whole number is wanted", name, text);
  return 0;
}

static void divide(const struct request *request, struct reply *reply) {
  long numerator, denominator;
  if (!number(request, "numerator", &numerator, reply) ||
      !number(request, "denominator", &denominator, reply)) {
    return;
  }
  if (denominator == 0) corrupted = 1;
  if (corrupted) {
    say(reply, 500, "corrupted");
  } else {
    say(reply, 200, "%ld", denominator == -1 ? -numerator : numerator / denominator);
  }
}

static int run_calc(void) {
  static const struct route routes[] = {
      {"/calc/iseverythingok", is_everything_ok}, {"/calc/divide", divide}, EVERYWHERE};
  sleep((unsigned)atoi(variable("START_DELAY", "0")));
  return serve(port(), routes);
}

/* cowsay: a page that needs another program. */

static void cowsay(const struct request *request, struct reply *reply) {
  (void)request;
  char quote[512] = "";
  FILE *fortune = access(FORTUNE, X_OK) == 0 ? popen(FORTUNE, "r") : NULL;
  if (fortune && fgets(quote, sizeof quote, fortune)) {
    quote[strcspn(quote, "\n")] = 0;
    say(reply, 200, " < %s >\n   \\  ^__^\n    \\ (oo)\\_______\n      (__)\\       )\\/\\", quote);
  } else {
    say(reply, 500, "exception: cannot run %s: %s", FORTUNE, strerror(errno));
  }
  if (fortune) pclose(fortune);
}

static int run_cowsay(void) {
  static const struct route routes[] = {{"/", cowsay}, EVERYWHERE};
  return serve(port(), routes);
}

/* needsecret: does not start without a password. */

static char password[256];

static void login(const struct request *request, struct reply *reply) {
  char given[256];
  parameter(request, "password", given, sizeof given);
  if (strcmp(given, password) == 0) {
    say(reply, 200, "welcome");
  } else {
    say(reply, 401, "wrong password");
  }
}

static int run_needsecret(void) {
  static const struct route routes[] = {{"/login", login}, EVERYWHERE};
  const char *path = getenv("PASSWORD_FILE");
  FILE *file = path ? fopen(path, "r") : NULL;
  if (path && !file) {
    fprintf(stderr, "PASSWORD_FILE %s: %s\n", path, strerror(errno));
    return 1;
  }
  if (file) {
    if (!fgets(password, sizeof password, file)) password[0] = 0;
    password[strcspn(password, "\r\n")] = 0;
    fclose(file);
  } else {
    snprintf(password, sizeof password, "%s", variable("PASSWORD", ""));
  }
  if (!*password && !getenv("ALLOW_EMPTY")) {
    fprintf(stderr,
            "no password: set one of PASSWORD, PASSWORD_FILE=/run/secrets/..., ALLOW_EMPTY\n");
    return 1;
  }
  return serve(port(), routes);
}

/* stress: as much work as one wants. */

static void stress(const struct request *request, struct reply *reply) {
  char text[16];
  struct timespec begin, now;
  unsigned long rounds = 0;
  parameter(request, "ms", text, sizeof text);
  long wanted = *text ? atol(text) : 10;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
  do {
    for (int i = 0; i < 1000; i++) rounds = rounds * 31 + (unsigned long)i;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  } while ((now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000 < wanted);
  say(reply, 200, "%ld ms of CPU time - %lx - %s", wanted, rounds, task);
}

static int run_stress(void) {
  static const struct route routes[] = {{"/stress", stress}, EVERYWHERE};
  return serve(port(), routes);
}

/* welcome: a web server's first page. */

static void welcome(const struct request *request, struct reply *reply) {
  (void)request;
  say(reply, 200, "<html><h1>Welcome to %s</h1></html>", variable("TITLE", "swarm4j"));
  reply->type = "text/html";
}

static int run_welcome(void) {
  static const struct route routes[] = {{"/", welcome}, EVERYWHERE};
  return serve(port(), routes);
}

/* slowstop: takes its time to end. */

static int run_slowstop(void) {
  sigset_t stop;
  int signal;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  sigprocmask(SIG_BLOCK, &stop, NULL);
  printf("ready\n");
  sigwait(&stop, &signal);
  printf("told to stop; that takes %d s\n", SLOW_SECONDS);
  sleep(SLOW_SECONDS);
  printf("stopped\n");
  return 0;
}

/* probed: what health probes may come across; never answers /slow. */

static void ok(const struct request *request, struct reply *reply) {
  (void)request;
  say(reply, 200, "ok");
}

static void slow(const struct request *request, struct reply *reply) {
  (void)request;
  sleep(3600);
  say(reply, 200, "slow");
}

static void broken(const struct request *request, struct reply *reply) {
  (void)request;
  say(reply, 500, "broken");
}

static int run_probed(void) {
  static const struct route routes[] = {
      {"/ok", ok}, {"/slow", slow}, {"/broken", broken}, EVERYWHERE};
  return serve(port(), routes);
}

/* Tools. */

static int curl(int count, char **words) {
  static char body[1 << 20];
  int fail = 0, seconds = 30;
  for (int i = 1; i < count - 1; i++) {
    fail |= words[i][0] == '-' && words[i][1] != '-' && strchr(words[i], 'f') != NULL;
    if (strcmp(words[i], "-m") == 0) seconds = atoi(words[i + 1]);
  }
  if (count < 2) {
    fprintf(stderr, "curl: no address was given\n");
    return 2;
  }
  int status = get(words[count - 1], seconds, body, sizeof body);
  if (status < 0) {
    fprintf(stderr, "curl: (%d) %s\n", status == -2 ? 3 : 7, body);
    return status == -2 ? 3 : 7;
  }
  if (fail && status >= 400) {
    fprintf(stderr, "curl: (22) the answer's status is %d\n", status);
    return 22;
  }
  fputs(body, stdout);
  return 0;
}

/* Prints the IPv4 addresses of a name, one a line. */
static int dig(int count, char **words) {
  if (count < 2) {
    fprintf(stderr, "usage: dig [+short] NAME\n");
    return 1;
  }
  struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
  struct addrinfo *found = NULL;
  int failure = getaddrinfo(words[count - 1], NULL, &hints, &found);
  if (failure) {
    fprintf(stderr, "%s: %s\n", words[count - 1], gai_strerror(failure));
    return 9;
  }
  for (struct addrinfo *each = found; each; each = each->ai_next) {
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &((struct sockaddr_in *)each->ai_addr)->sin_addr, text, sizeof text);
    puts(text);
  }
  freeaddrinfo(found);
  return 0;
}

static const struct {
  const char *name;
  int (*run)(void);
} apps[] = {
    {"customer", run_customer},     {"balance", run_balance},   {"payroll", run_payroll},
    {"calc", run_calc},             {"cowsay", run_cowsay},     {"needsecret", run_needsecret},
    {"slowstop", run_slowstop},     {"stress", run_stress},     {"welcome", run_welcome},
    {"probed", run_probed},
};

int main(int count, char **words) {
  const char *slash = strrchr(words[0], '/');
  const char *name = slash ? slash + 1 : words[0];
  if (strcmp(name, "app") == 0 && count > 1) {
    name = *++words;
    count--;
  }
  if (strcmp(name, "curl") == 0) return curl(count, words);
  if (strcmp(name, "dig") == 0) return dig(count, words);
  setvbuf(stdout, NULL, _IOLBF, 0);
  gethostname(task, sizeof task - 1);
  for (size_t i = 0; i < sizeof apps / sizeof *apps; i++) {
    if (strcmp(apps[i].name, name) == 0) return apps[i].run();
  }
  fprintf(stderr, "no application %s; there are", name);
  for (size_t i = 0; i < sizeof apps / sizeof *apps; i++) fprintf(stderr, " %s", apps[i].name);
  fprintf(stderr, "\n");
  return 2;
}
