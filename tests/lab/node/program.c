/* The one program in the tests' image: a server and small tools, static, so that the image needs nothing else. */
#include <arpa/inet.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void stop(int number) { printf("stopping\n"); fflush(stdout); _exit(0); }

/* serve PORT TEXT: answers every request with TEXT */
static int serve(int port, const char *text) {
  int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (void *)&address, sizeof address) || listen(listener, 64)) { perror("listen"); return 3; }
  printf("serving on %d\n", port); fflush(stdout);
  for (;;) {
    char request[4096], head[256];
    int client = accept(listener, 0, 0);
    if (read(client, request, sizeof request) > 0) {
      int length = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", strlen(text));
      if (write(client, head, length) < 0 || write(client, text, strlen(text)) < 0) perror("write");
    }
    close(client);
  }
}

/* shout PORT: sends every datagram back in capitals */
static int shout(int port) {
  int server = socket(AF_INET, SOCK_DGRAM, 0), got;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)}, from;
  socklen_t length = sizeof from;
  char text[4096];
  if (bind(server, (void *)&address, sizeof address)) { perror("bind"); return 3; }
  while ((got = recvfrom(server, text, sizeof text, 0, (void *)&from, &length)) >= 0) {
    for (int at = 0; at < got; at++) if (text[at] >= 'a' && text[at] <= 'z') text[at] -= 32;
    if (sendto(server, text, got, 0, (void *)&from, length) < 0) perror("sendto");
  }
  return 4;
}

/* say ADDRESS PORT TEXT: what comes back for a datagram */
static int say(const char *address, int port, const char *text) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct timeval patience = {5, 0};
  int client = socket(AF_INET, SOCK_DGRAM, 0), got;
  char answer[4096];
  inet_pton(AF_INET, address, &to.sin_addr);
  setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (connect(client, (void *)&to, sizeof to)) { perror("connect"); return 4; }
  if (send(client, text, strlen(text), 0) < 0 || (got = recv(client, answer, sizeof answer, 0)) < 0) { perror("recv"); return 5; }
  printf("%.*s\n", got, answer);
  return 0;
}

/* fetch ADDRESS PORT: what a server there answers, without the head */
static int fetch(const char *address, int port) {
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  int server = socket(AF_INET, SOCK_STREAM, 0), length = 0, got;
  char answer[65536];
  inet_pton(AF_INET, address, &to.sin_addr);
  if (connect(server, (void *)&to, sizeof to)) { perror("connect"); return 4; }
  if (write(server, "GET / HTTP/1.0\r\n\r\n", 18) < 0) return 5;
  while ((got = read(server, answer + length, sizeof answer - 1 - length)) > 0) length += got;
  answer[length] = 0;
  char *body = strstr(answer, "\r\n\r\n");
  printf("%s\n", body ? body + 4 : answer);
  return 0;
}

static int show(const char *path) {
  char text[4096]; size_t got; FILE *file = fopen(path, "r");
  if (!file) { perror(path); return 1; }
  while ((got = fread(text, 1, sizeof text, file)) > 0) fwrite(text, 1, got, stdout);
  return 0;
}

static int put(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  if (!file) { perror(path); return 1; }
  fputs(text, file);
  return fclose(file) != 0;
}

int main(int count, char **words) {
  extern char **environ;
  signal(SIGTERM, stop);
  const char *tool = count > 1 ? words[1] : "serve";
  if (!strcmp(tool, "serve")) return serve(count > 2 ? atoi(words[2]) : 8080, count > 3 ? words[3] : "hello");
  if (!strcmp(tool, "fetch")) return fetch(words[2], atoi(words[3]));
  if (!strcmp(tool, "shout")) return shout(atoi(words[2]));
  if (!strcmp(tool, "say")) return say(words[2], atoi(words[3]), words[4]);
  if (!strcmp(tool, "exit")) return atoi(words[2]);
  if (!strcmp(tool, "sleep")) for (;;) pause();
  if (!strcmp(tool, "show")) return show(words[2]);
  if (!strcmp(tool, "put")) return put(words[2], words[3]);
  if (!strcmp(tool, "id")) return printf("%d %d\n", getuid(), getgid()) < 0;
  if (!strcmp(tool, "eat")) for (long size = 0;; size += 1 << 20) memset(malloc(1 << 20), 1, 1 << 20);
  if (!strcmp(tool, "spin")) { for (volatile long n = 0; clock() < atoi(words[2]) * (CLOCKS_PER_SEC / 1000); n++); return 0; }
  if (!strcmp(tool, "echo")) { for (int at = 2; at < count; at++) printf("%s\n", words[at]); return 0; }
  if (!strcmp(tool, "copy")) { char line[4096]; while (fgets(line, sizeof line, stdin)) { fputs(line, stdout); fflush(stdout); } return 0; }
  if (!strcmp(tool, "env")) { for (char **each = environ; *each; each++) puts(*each); return 0; }
  fprintf(stderr, "unknown tool %s\n", tool);
  return 2;
}
