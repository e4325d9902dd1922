"""When what is cached is served, when it is renewed, and who does it."""

import signal

import pytest

from . import faults
from .world import end, seconds_left

OUT = faults.unavailable()


@pytest.fixture
def role(aws, vault):
    """It makes one call of STS."""
    vault.credentials(ann=vault.static(aws.user("ann")))
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})


def test_what_is_fresh_is_served_without_a_call(aws, vault, role):
    first = vault.get()
    assert vault.get() == first
    assert len(aws.calls) == 1


def test_refresh_asks_anew(aws, vault, role):
    first = vault.get()
    second = vault.get("--refresh")
    assert second["AccessKeyId"] != first["AccessKeyId"]
    assert vault.get() == second


@pytest.mark.parametrize("minutes, calls", [
    (59, 1), (30, 1), (18, 1), (14, 2), (12, 2), (9, 2), (1, 2),
])
def test_what_has_less_than_15_minutes_left_is_renewed(
    aws, vault, role, minutes, calls
):
    first = vault.left(minutes * 60)
    second = vault.get()
    assert aws.count("AssumeRole") == calls
    assert (second == first) == (calls == 1)


@pytest.mark.parametrize("lifetime, left, calls", [
    (1800, 1000, 1), (1800, 500, 2), (900, 400, 1), (900, 250, 2),
])
def test_of_a_short_life_the_last_third_is_renewed(
    aws, vault, role, lifetime, left, calls
):
    aws.lifetime = lifetime
    vault.given(vault.moved(left - lifetime, "get"), left - lifetime)
    vault.get()
    assert aws.count("AssumeRole") == calls


def test_what_has_expired_is_never_served(aws, vault, role):
    first = vault.left(-1)
    assert vault.get()["AccessKeyId"] != first["AccessKeyId"]
    vault.vault("purge", ok=True)
    aws.lifetime = -10
    vault.fails(words="ended")


@pytest.mark.parametrize("fault", [
    OUT, faults.closed(), faults.error("AccessDenied", "not any more", 403),
    faults.throttled(), faults.raw(200, "garbage"), faults.oversized(),
], ids=["503", "closed", "denied", "throttled", "garbage", "oversized"])
def test_what_is_valid_is_served_if_a_renewal_fails(aws, vault, role, fault):
    first = vault.left(600)
    aws.always("AssumeRole", fault)
    result = vault.vault("get")
    assert vault.given(result) == first
    assert result.err.count("\n") == 1 and "cannot be renewed" in result.err
    aws.mend()
    before = len(aws.calls)
    assert vault.get() == first
    assert len(aws.calls) == before, "it was tried again at once"


def test_a_failed_renewal_is_tried_again_after_a_minute(aws, vault, role):
    first = vault.left(600)
    aws.fail("AssumeRole", faults.error("AccessDenied", "", 403))
    assert vault.get() == first
    assert vault.given(vault.moved(62, "get"), 62) != first


def test_a_renewal_that_brings_nothing_newer_is_not_repeated(aws, vault):
    aws.container.lasts = 540
    vault.profiles(default={"credential_source": "EcsContainer"})
    vault.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = aws.url + "/v1/credentials"
    aws.offset = -400
    aws.container.rotate()
    aws.offset = 0
    first = vault.get()
    assert 130 < seconds_left(first) <= 140
    for _ in range(3):
        assert vault.get() == first
    assert aws.count("container") == 1
    assert vault.given(vault.moved(100, "get"), 100) == first
    assert aws.count("container") == 2
    assert vault.given(vault.moved(101, "get"), 101) == first
    assert aws.count("container") == 2


def test_a_renewal_that_failed_and_nothing_valid(aws, vault, role):
    vault.left(-1)
    aws.always("AssumeRole", OUT)
    vault.fails(words=["AssumeRole", "ServiceUnavailable"])


def test_a_failure_is_remembered_for_a_while(aws, vault, role):
    aws.always("AssumeRole", faults.error("AccessDenied", "no", 403))
    vault.fails(words="AccessDenied")
    said = vault.fails(words=["AccessDenied", "not tried again until"])
    assert said.count("profile default") == 1
    assert len(aws.calls) == 1
    aws.mend()
    vault.given(vault.moved(30, "get"), 30)


def test_refresh_forgets_a_failure(aws, vault, role):
    aws.fail("AssumeRole", faults.error("AccessDenied", "no", 403))
    vault.fails()
    vault.get("--refresh")


def test_a_failure_is_of_one_plan_alone(aws, vault, role):
    aws.fail("AssumeRole", faults.error("AccessDenied", "no", 403))
    vault.fails()
    vault.profiles(default={
        "role_arn": aws.role("deploy"), "source_profile": "ann", "external_id": "ab",
    })
    vault.get()


def test_throttling_is_waited_out_and_asked_again(aws, vault, role):
    aws.fail("AssumeRole", faults.throttled(), faults.throttled())
    vault.get()
    assert aws.count("AssumeRole") == 3


def test_throttling_is_remembered_for_as_long_as_it_asks(aws, vault, role):
    aws.always("AssumeRole", faults.throttled(Retry_After=120))
    vault.fails(words=["AssumeRole", "Throttling"])
    count = len(aws.calls)
    vault.fails(words=["Throttling", "not tried again until"])
    assert len(aws.calls) == count
    vault.failed(vault.moved(100, "get"), words="not tried again until")
    assert len(aws.calls) == count
    aws.mend()
    vault.given(vault.moved(125, "get"), 125)


def test_a_wait_that_the_service_names_is_kept(aws, vault, role):
    aws.fail("AssumeRole", faults.throttled(x_amz_retry_after=300))
    vault.get()
    first, second = aws.calls
    assert second.at - first.at >= 0.29


@pytest.mark.parametrize("fault", [
    OUT, faults.internal(), faults.closed(), faults.cut(),
    faults.error("RequestTimeout", "too slow", 400), faults.unavailable(502),
    faults.unavailable(504),
], ids=["503", "500", "closed", "cut", "timeout", "502", "504"])
def test_what_passes_is_tried_again(aws, vault, role, fault):
    aws.fail("AssumeRole", fault, fault)
    vault.get()
    assert aws.count("AssumeRole") == 3


@pytest.mark.parametrize("code", [
    "AccessDenied", "InvalidClientTokenId", "ValidationError", "ExpiredToken",
    "MalformedPolicyDocument", "PackedPolicyTooLarge", "RegionDisabledException",
])
def test_what_stays_is_not_tried_again(aws, vault, role, code):
    aws.always("AssumeRole", faults.error(code, "because", 403))
    vault.fails(words=[code, "because"])
    assert aws.count("AssumeRole") == 1


@pytest.mark.parametrize("offset", [-4000, -400, 400, 4000])
def test_a_wrong_clock_is_corrected_once(aws, vault, role, offset):
    aws.offset = offset
    made = vault.get()
    assert aws.count("AssumeRole") == 2
    assert 3500 < seconds_left(made) <= 3601, "its end is not on this machine's clock"
    assert vault.get() == made


def test_a_signature_that_stays_wrong_is_not_tried_for_ever(aws, vault, role):
    vault.credentials(ann={
        **vault.static(aws.user("ann")), "aws_secret_access_key": aws.pair().secret,
    })
    vault.fails(words="SignatureDoesNotMatch")
    assert aws.count("AssumeRole") == 1
    aws.offset = 1000
    vault.fails("--refresh", words="SignatureDoesNotMatch")
    assert aws.count("AssumeRole") == 3


# ---- many at once ----


def start(vault, n, *args):
    return [vault.start(vault.program, "get", *args) for _ in range(n)]


def same(vault, programs):
    made = [vault.given(end(p)) for p in programs]
    assert len({m["AccessKeyId"] for m in made}) == 1
    return made[0]


def test_50_cold_callers_make_one_call(aws, vault, role):
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    programs = start(vault, 50)
    gate.wait()
    gate.open()
    same(vault, programs)
    assert len(aws.calls) == 1


def test_50_cold_callers_make_one_more_call_when_the_first_is_killed(aws, vault, role):
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    first = start(vault, 1)[0]
    gate.wait()
    rest = start(vault, 49)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    gate.open()
    same(vault, rest)
    assert len(aws.calls) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_ended_caller_leaves_nothing_in_the_way(aws, vault, role, number):
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    program = start(vault, 1)[0]
    gate.wait()
    program.send_signal(number)
    assert end(program).out == ""
    gate.open()
    vault.get()


def test_commands_of_all_kinds_share_one_call(aws, vault, role):
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    programs = [
        vault.start(vault.program, *args)
        for args in (("get",), ("exec", "default", "--", "env"), ("env", "default"))
    ]
    gate.wait()
    gate.open()
    for program in programs:
        result = end(program)
        assert result.status == 0 and aws.issued[-1].secret in result.out
    assert len(aws.calls) == 1


def test_50_callers_who_renew_make_one_call(aws, vault, role):
    first = vault.left(600)
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    programs = start(vault, 50)
    gate.wait()
    gate.open()
    made = {vault.given(end(p))["AccessKeyId"] for p in programs}
    assert made <= {first["AccessKeyId"], aws.issued[-1].id}
    assert aws.count("AssumeRole") == 2


def test_50_cold_callers_share_a_failure(aws, vault, role):
    gate = faults.Gate(then=faults.error("AccessDenied", "no", 403))
    aws.always("AssumeRole", gate)
    programs = start(vault, 50)
    gate.wait()
    gate.open()
    for program in programs:
        vault.failed(end(program), words="AccessDenied")
    assert len(aws.calls) == 1


def test_callers_of_different_profiles_share_what_is_common(aws, vault):
    vault.credentials(ann=vault.static(aws.user("ann")))
    names = [f"p{i}" for i in range(12)]
    vault.profiles(
        hub={"role_arn": aws.role("hub"), "source_profile": "ann"},
        **{n: {"role_arn": aws.role(n), "source_profile": "hub"} for n in names},
    )
    programs = [vault.start(vault.program, "get", n) for n in names]
    for program in programs:
        vault.given(end(program))
    assert aws.count("AssumeRole") == 1 + len(names)


def test_a_waiter_has_a_deadline(aws, vault, role):
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    holder = start(vault, 1)[0]
    gate.wait()
    vault.profiles(default={"role_arn": aws.role("deploy"), "source_profile": "ann"})
    text = vault.config.read_text().replace("timeout = 30", "timeout = 1")
    vault.write(vault.config, text)
    vault.fails(words="another process")
    gate.open()
    vault.given(end(holder))
    assert len(aws.calls) == 1


def test_a_cached_answer_does_not_wait(aws, vault, role):
    first = vault.get()
    gate = faults.Gate()
    aws.fail("AssumeRole", gate)
    holder = start(vault, 1, "--refresh")[0]
    gate.wait()
    assert vault.get() == first
    gate.open()
    assert vault.given(end(holder)) != first
