"""What a service may do in place of a right answer.

A fault is called with the request and a function that makes the right answer;
it returns an Answer, or None for a connection that is closed without one.
"""

import threading

WAIT = 100


class Answer:
    def __init__(self, status, body=b"", content_type="text/plain", **headers):
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = {"Content-Type": content_type}
        for name, value in headers.items():
            self.headers[name.replace("_", "-")] = str(value)
        self.cut = None


def error(code, message="", status=400, **headers):
    """In the shape of the service that is called."""

    def fault(request, proceed):
        answer = request.error(code, message, status)
        for name, value in headers.items():
            answer.headers[name.replace("_", "-")] = str(value)
        return answer

    return fault


def throttled(**headers):
    def fault(request, proceed):
        code = "Throttling" if request.service == "sts" else "ThrottlingException"
        return error(code, "Rate exceeded", 400, **headers)(request, proceed)

    return fault


def unavailable(status=503):
    return error("ServiceUnavailable", "Service is unavailable", status)


def internal():
    return error("InternalFailure", "An internal error has occurred", 500)


def raw(status, body, content_type="text/plain", **headers):
    return lambda request, proceed: Answer(status, body, content_type, **headers)


def changed(change):
    """The right answer with its body changed by a function of bytes."""

    def fault(request, proceed):
        answer = proceed()
        answer.body = change(answer.body)
        return answer

    return fault


def cut(keep=0.5):
    """The right answer announced in full, and a part of it sent."""

    def fault(request, proceed):
        answer = proceed()
        answer.cut = int(len(answer.body) * keep)
        return answer

    return fault


def closed():
    return lambda request, proceed: None


def lost():
    """It is done, and nobody hears of it."""

    def fault(request, proceed):
        proceed()
        return None

    return fault


def oversized(size=32 << 20):
    return changed(lambda body: body + b" " * size)


def redirected(to):
    return raw(307, "", Location=to)


class Gate:
    """Holds every caller until it is opened; arrived: one is there."""

    def __init__(self, then=None):
        self.arrived = threading.Semaphore(0)
        self.way = threading.Event()
        self.then = then

    def __call__(self, request, proceed):
        self.arrived.release()
        self.way.wait(WAIT)
        return self.then(request, proceed) if self.then else proceed()

    def wait(self, n=1):
        for _ in range(n):
            assert self.arrived.acquire(timeout=WAIT), "nobody called"

    def open(self):
        self.way.set()
