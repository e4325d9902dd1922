#ifndef SEK_TESTS_UNIT_DESKTOP_H
#define SEK_TESTS_UNIT_DESKTOP_H

#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "vault/keyring.h"

/*
 * Each case has a bus and a gnome-keyring of its own. What talks to them runs
 * in a child, for GLib knows one session bus in a process.
 */
static pid_t bus, daemon_;
static struct sek_err err;
static struct sek_keyring *ring;

FIXTURE_UNUSED static pid_t
run(const char *shell)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/bin/sh", "sh", "-c", shell, (char *)NULL);
		_exit(127);
	}
	return pid;
}

FIXTURE_UNUSED static void
end(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	*pid = 0;
}

FIXTURE_UNUSED static void
start_bus(void)
{
	char *address = sek_printf("unix:path=%s/bus", fixture_dir);

	sh("printf '<busconfig><type>session</type><listen>%s</listen>"
	   "<auth>EXTERNAL</auth><policy context=\"default\">"
	   "<allow send_destination=\"*\" eavesdrop=\"true\"/>"
	   "<allow eavesdrop=\"true\"/><allow own=\"*\"/>"
	   "</policy></busconfig>' >bus.conf",
	    address);
	bus = run("exec dbus-daemon --nofork --config-file=bus.conf "
		  ">bus.log 2>&1");
	setenv("DBUS_SESSION_BUS_ADDRESS", address, 1);
	free(address);
	while (access("bus", F_OK))
		usleep(10000);
}

FIXTURE_UNUSED static void
start_daemon(const char *how)
{
	char *shell = sek_printf("%s gnome-keyring-daemon --foreground "
				 "--components=secrets %s >daemon.log 2>&1",
	    *how ? "printf word >word; exec <word; exec" : "exec", how);

	daemon_ = run(shell);
	free(shell);
	sh("n=0; until dbus-send --session --print-reply "
	   "--dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner "
	   "string:org.freedesktop.secrets 2>&1 | grep -q true; do "
	   "n=$((n + 1)); test $n -lt 1500 || cat *.log; test $n -lt 1500; "
	   "sleep 0.02; done");
}

FIXTURE_UNUSED static int
setup(void **state)
{
	char *data;

	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	unsetenv("DBUS_SESSION_BUS_ADDRESS");
	if (fixture_enter(state))
		return -1;
	data = sek_printf("%s/run", fixture_dir);
	setenv("XDG_RUNTIME_DIR", data, 1);
	free(data);
	data = sek_printf("%s/data", fixture_dir);
	setenv("XDG_DATA_HOME", data, 1);
	free(data);
	return mkdir("run", 0700) || mkdir("data", 0700);
}

FIXTURE_UNUSED static int
setup_unlocked(void **state)
{
	if (setup(state))
		return -1;
	start_bus();
	start_daemon("--unlock");
	return 0;
}

FIXTURE_UNUSED static int
teardown(void **state)
{
	if (daemon_ > 0)
		kill(daemon_, SIGCONT);
	end(&daemon_);
	end(&bus);
	return fixture_leave(state);
}

#define must(x)                                                                \
	do {                                                                   \
		if (!(x))                                                      \
			return __LINE__;                                       \
	} while (0)

/* The case's own part, with nothing said to the terminal by anyone. */
FIXTURE_UNUSED static void
in_child(int (*part)(void))
{
	int status = 0, line = 0, fds[2];
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int said = open("said", O_RDWR | O_CREAT | O_APPEND, 0600);

		dup2(said, 1);
		dup2(said, 2);
		line = part();
		sek_keyring_close(ring);
		if (line)
			fprintf(stderr, "%s\n", err.text);
		(void)!write(fds[1], &line, sizeof(line));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(read(fds[0], &line, sizeof(line)), sizeof(line));
	close(fds[0]);
	close(fds[1]);
	if (line) {
		sh("cat said daemon.log bus.log || :");
		fail_msg("line %d is not true", line);
	}
	sh("test ! -s said");
}

#endif
