#ifndef SEK_TESTS_UNIT_HTTP_SERVER_H
#define SEK_TESTS_UNIT_HTTP_SERVER_H

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"

/*
 * A server on loopback that answers each request of each connection with what a
 * test gives it, or with the request itself. It is a child that ends with the
 * test.
 */
struct server {
	pid_t child;
	int port;
};

typedef void server_answer(int fd, const struct sek_buf *request, void *arg);

static void
server_write(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t wrote = send(fd, at, n, MSG_NOSIGNAL);

		if (wrote <= 0)
			return;
		at += wrote;
		n -= (size_t)wrote;
	}
}

/* Answers 200 with the request as it came. */
__attribute__((unused)) static void
server_echo(int fd, const struct sek_buf *request, void *arg)
{
	char head[128];
	int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", request->n);

	(void)arg;
	server_write(fd, head, (size_t)n);
	server_write(fd, request->p, request->n);
}

/* Has all of it come? Without a content-length there is no body. */
static bool
server_has_all(const struct sek_buf *request)
{
	const char *end = request->p ? strstr(request->p, "\r\n\r\n") : NULL;
	const char *length = end ? strcasestr(request->p, "content-length: ")
				 : NULL;
	size_t body = length && length < end ? strtoul(length + 16, NULL, 10)
					     : 0;

	return end && request->n >= (size_t)(end + 4 - request->p) + body;
}

static bool
server_read(int fd, struct sek_buf *request)
{
	char part[4096];

	sek_buf_reset(request);
	while (!server_has_all(request)) {
		ssize_t n = read(fd, part, sizeof(part));

		if (n <= 0)
			return false;
		sek_buf_add(request, part, (size_t)n);
	}
	return true;
}

static _Noreturn void
server_run(int listener, server_answer *answer, void *arg, bool keep)
{
	struct sek_buf request = {0};

	for (;;) {
		int fd = accept(listener, NULL, NULL);

		while (fd >= 0 && server_read(fd, &request)) {
			answer(fd, &request, arg);
			if (!keep)
				break;
		}
		close(fd);
	}
}

/* keep: a connection stays for more requests. */
static struct server
server_start(server_answer *answer, void *arg, bool keep)
{
	struct sockaddr_in at = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct server s;

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	s.port = ntohs(at.sin_port);
	s.child = fork();
	assert_true(s.child >= 0);
	if (s.child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		server_run(fd, answer, arg, keep);
	}
	close(fd);
	return s;
}

static void
server_stop(struct server *s)
{
	kill(s->child, SIGKILL);
	waitpid(s->child, NULL, 0);
}
#define server_auto __attribute__((cleanup(server_stop))) struct server

#endif
