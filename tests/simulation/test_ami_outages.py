"""What happens when: the timetables of outages, on the virtual clock, and a login cut after every byte."""

import asyncio
import itertools

import pytest

from asterisk_py_ami import ListTimeoutError, ReconnectPolicy
from asterisk_py_ami.events import FullyBooted, Shutdown
from asterisk_py_ami.protocol.message import AmiEvent
from asterisk_py_ami.testing import FakeAmiServer
from asterisk_py_core.errors import (
    FrameTooLargeError,
    LoginRejectedError,
    LoginTimeoutError,
    OutcomeUnknownError,
    ReadTimeoutError,
)
from asterisk_py_core.reconnect import ConnectionState
from tests.simulation.one_asterisk import make_client, run_simulated, simulated_loop

D, C, K, R = (
    ConnectionState.DISCONNECTED,
    ConnectionState.CONNECTING,
    ConnectionState.CONNECTED,
    ConnectionState.RECONNECTING,
)


def now() -> float:
    return asyncio.get_running_loop().time()


def test_040_a_peer_without_a_banner_is_given_up_after_10_seconds() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        pbx.banner = b""
        client = make_client(pbx)
        with pytest.raises(LoginTimeoutError, match="did not complete the login within 10 s"):
            await client.connect()
        assert now() == pytest.approx(10.0)
        assert client.state is D

    run_simulated(main)


def test_042_a_refusal_that_takes_a_second_and_closes_is_one_attempt() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        pbx.on("Login", None)
        client = make_client(pbx, retry_first=True)
        connecting = asyncio.create_task(client.connect())
        await asyncio.sleep(1.0)
        pbx.called("Login")[0].reply(b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
        pbx.drop()
        with pytest.raises(LoginRejectedError, match="Authentication failed"):
            await connecting
        assert now() == pytest.approx(1.0)
        await asyncio.sleep(3600)
        assert (client.state, pbx.connections) == (D, 1)

    run_simulated(main)


def test_049_a_host_that_was_suspended_asks_anew_before_it_gives_up() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        async with make_client(pbx) as ami:
            pbx.freeze()
            await asyncio.sleep(6)  # A Ping is on its way.
            simulated_loop().jump(600)
            await asyncio.sleep(5)
            pbx.thaw()
            await asyncio.sleep(60)
            assert (ami.state, ami.epoch) == (K, 1)
            pbx.freeze()
            await ami.wait_for(R)
            assert now() == pytest.approx(6 + 600 + 5 + 60 + 20, abs=5.0)
            pbx.thaw()

    run_simulated(main)


def test_048_after_a_shutdown_it_waits_out_the_boot() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        async with make_client(pbx) as ami:
            events = ami.events(AmiEvent)
            await asyncio.sleep(1)
            pbx.emit(b"Event: Shutdown\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n")
            await pbx.stop()
            await ami.wait_for(R)
            await asyncio.sleep(600)
            assert ami.state in {R, C}
            # It listens before it is ready: the first login comes to nothing.
            pbx.banner = b""
            await pbx.start()
            await pbx.wait_until(lambda: pbx.connections == 2, timeout=60)
            pbx.drop()
            await ami.wait_for(R)
            pbx.banner = b"Asterisk Call Manager/11.0.0\r\n"
            await ami.wait_for(K)
            await asyncio.sleep(1)
            assert [type(event) for event in await events.recv_batch()] == [Shutdown, FullyBooted]
        tries = simulated_loop().tries
        assert all(0.1 <= later - earlier <= 31 for earlier, later in itertools.pairwise(tries[1:]))

    run_simulated(main)


def test_049_a_half_open_link_is_found_in_20_seconds_and_its_requests_with_it() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        async with make_client(pbx, policy=ReconnectPolicy.fixed(1.0)) as ami:
            pbx.on("Getvar", None)
            request = asyncio.create_task(ami.send("Getvar", timeout=600))
            await asyncio.sleep(0.5)
            (link,) = simulated_loop().links
            link.silence()
            with pytest.raises(OutcomeUnknownError, match="no byte for 20 s, not even an answer to Ping"):
                await request
            assert now() == pytest.approx(20.0)
            assert ami.state is R
            pbx.reset()
            await ami.wait_for(K)

    run_simulated(main)


@pytest.mark.parametrize("is_given_up", [False, True])
def test_050_a_blocking_action_of_25_seconds_is_waited_for(is_given_up: bool) -> None:  # noqa: FBT001
    async def main(pbx: FakeAmiServer) -> None:
        async with make_client(pbx) as ami:
            pbx.on("WaitEvent", None)
            pbx.on("Ping", None)
            action = asyncio.create_task(ami.send("WaitEvent", {"Timeout": 30}, timeout=35))
            await asyncio.sleep(1)
            if is_given_up:  # Which does not stop Asterisk.
                action.cancel()
            await asyncio.sleep(24)
            pbx.called("WaitEvent")[0].reply(b"Response: Success\r\n\r\n")
            await asyncio.wait([action])
            assert (ami.state, ami.epoch) == (K, 1)

    run_simulated(main)


def test_051_a_link_on_which_only_events_come_stays() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        async with make_client(pbx) as ami:
            pbx.on("Ping", None)
            for _ in range(100):
                await asyncio.sleep(15)
                pbx.emit_event("UserEvent")
            assert (ami.state, ami.epoch) == (K, 1)
            assert pbx.called("Ping")

    run_simulated(main)


def test_052_an_outcome_that_does_not_come_is_a_read_timeout_after_both_times() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        pbx.on("Originate", b"Response: Success\r\nMessage: Originate successfully queued\r\n\r\n")
        async with make_client(pbx, timeout=7.0) as ami:
            with pytest.raises(ReadTimeoutError, match=r"Originate: .* did not answer within 37\.5 s"):
                await ami.originate("PJSIP/200", application="Wait", timeout=30.5)
            assert now() == pytest.approx(37.5)
            await ami.ping()

    run_simulated(main)


def test_054_a_list_whose_end_does_not_come_in_time_has_what_came() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        item = b"Event: QueueMember\r\nQueue: support\r\n\r\n"
        pbx.on("QueueStatus", b"Response: Success\r\nEventList: start\r\n\r\n" + item)
        async with make_client(pbx) as ami:
            with pytest.raises(ListTimeoutError) as late:
                await ami.collect("QueueStatus", timeout=5.0)
            assert [each["Queue"] for each in late.value.partial] == ["support"]

    run_simulated(main)


def test_038_a_message_too_large_ends_the_link_and_the_client_comes_back() -> None:
    async def main(pbx: FakeAmiServer) -> None:
        async with make_client(pbx) as ami:
            states = ami.states()
            pbx.emit(b"Event: " + b"x" * 1_100_000 + b"\r\n\r\n")
            change = await states.recv()
            assert isinstance(change.cause, FrameTooLargeError)
            assert change.cause.address == f"{pbx.host}:{pbx.port}"
            await ami.wait_for(K)
            await ami.ping()

    run_simulated(main)


@pytest.mark.parametrize("login", ["md5", "plain"])
def test_061_a_login_cut_after_any_byte_is_tried_again_and_works(login: str) -> None:
    async def main(pbx: FakeAmiServer) -> bool:
        pbx.split(1)
        client = make_client(pbx, login=login, retry_first=True)
        connecting = asyncio.create_task(client.connect())
        await pbx.wait_until(lambda: pbx.connections)
        for _ in range(turns):
            await asyncio.sleep(0)
        was_done = client.state is K
        pbx.reset()
        await connecting
        await asyncio.sleep(3.0)
        assert client.state is K
        # Accepted in the very moment of the cut, it may have been connected for no time at all.
        assert client.epoch in {1 + was_done, 2}
        await client.ping()
        await client.aclose()
        return was_done

    turns = 0
    while not run_simulated(main):
        turns += 1
    # There are more bytes than this from the banner to the answer to the login.
    assert turns > 90
