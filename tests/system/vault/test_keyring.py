"""gnome-keyring as it is set up here, met by secret-tool."""

import pytest

from .keyring import Bus, Keyring


def store(world, keyring, value):
    return world.run(
        "secret-tool", "store", "--label=test", "name", "test",
        stdin=value, env=keyring.env,
    )


def look(world, keyring):
    return world.run("secret-tool", "lookup", "name", "test", env=keyring.env)


@pytest.fixture
def start(world):
    started = []

    def make(kind, **more):
        started.append(kind(world.top, world.env, **more))
        return started[-1]

    yield make
    for made in started:
        made.close()


def test_unlocked_it_keeps_and_gives(world, start):
    keyring = start(Keyring)
    assert store(world, keyring, "held").status == 0
    assert look(world, keyring).out == "held"
    assert keyring.items() == 1


def test_locked_it_gives_nothing(world, start):
    keyring = start(Keyring)
    store(world, keyring, "held")
    keyring.lock()
    assert look(world, keyring).out == ""
    assert keyring.items() == 1


def test_a_bus_without_it(world, start):
    bus = start(Bus)
    assert not bus.is_there()
    assert look(world, bus).status != 0


def test_killed_it_is_gone(world, start):
    keyring = start(Keyring)
    keyring.kill()
    assert not keyring.is_there()
