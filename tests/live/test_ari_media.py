"""Calls whose audio goes through us: Asterisk connects to this program, and this program to Asterisk."""

import asyncio
import contextlib
import secrets
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trustme

from asterisk_py_ami import AmiClient
from asterisk_py_ami.events import Hangup, Newchannel, Newstate, VarSet
from asterisk_py_ari.accepting import PeerRefused
from asterisk_py_ari.errors import ConflictError, NotFoundError
from asterisk_py_ari.media import MediaConnection
from asterisk_py_ari.media_server import MediaServer
from asterisk_py_ari.protocol.media_commands import MAX_COMMAND, MediaCommand, MediaDirection
from asterisk_py_ari.protocol.media_events import (
    MAX_MESSAGE,
    DtmfEnd,
    MediaEvent,
    MediaMarkProcessed,
    MediaRefused,
    MediaXoff,
    MediaXon,
    QueueDrained,
    UnknownMediaEvent,
)
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.domain import ChannelState
from asterisk_py_core.errors import ConnectionClosedError, RequestRejectedError
from asterisk_py_core.reconnect import ConnectionState
from tests.live.ami import LIMIT, Watch, client, originate, within
from tools.asterisk import Asterisk

FORMATS = pytest.mark.parametrize("form", ["plain-text", "json"])
# Twenty milliseconds each, and no two alike. Asterisk makes no other bytes of ulaw on its way to an echo and back.
FRAMES = [bytes([0x80 + number]) * 160 for number in range(40)]
SECOND = b"\xff" * 8000


@pytest.fixture
async def server(pbx: Asterisk) -> AsyncIterator[MediaServer]:
    """Listens where Asterisk's `WebSocket/media` connects to; no event may be one we do not know."""
    async with MediaServer(port=pbx.websocket_port) as listening:
        yield listening


async def next_call(server: MediaServer) -> MediaConnection:
    async with asyncio.timeout(LIMIT):
        return await anext(aiter(server))


async def settled(media: MediaConnection) -> None:
    """Wait until the echo on the other side has begun: what is sent comes back."""
    async with asyncio.timeout(LIMIT):
        await media.send(FRAMES[-1] * 5)
        while await media.frames.recv() != FRAMES[-1]:
            pass
        await media.wait_played()
        for _ in range(4):
            assert await media.frames.recv() == FRAMES[-1]


# --- Asterisk connects to us ---


@FORMATS
async def test_what_we_say_is_what_we_hear_from_an_echo(ami: AmiClient, server: MediaServer, form: str) -> None:
    await originate(ami, f"WebSocket/media/c(ulaw)f({form})v(caller=Zo%C3%AB,n=1)", "echo")
    async with await next_call(server) as media:
        unknown = media.events(UnknownMediaEvent)
        assert (media.start.format, media.start.optimal_frame_size, media.start.ptime) == ("ulaw", 160, 20)
        assert media.start.connection_id == "media"
        assert media.start.channel.startswith("WebSocket/media/0x")
        assert media.start.channel_id
        assert media.control_format.value == form
        assert media.parameters == {"caller": "Zoë", "n": "1"}
        await settled(media)

        assert await media.send(b"".join(FRAMES))
        async with asyncio.timeout(LIMIT):
            assert [await media.frames.recv() for _ in FRAMES] == FRAMES
        await media.hangup()
        await within(media.wait_closed())
        assert [event async for event in unknown] == []


@FORMATS
async def test_keys_are_heard(ami: AmiClient, server: MediaServer, form: str) -> None:
    channel = f"WebSocket/media/c(ulaw)f({form})"
    await originate(ami, channel, "senddtmf", variables={"DTMF": "159*#0D"})
    async with await next_call(server) as media:
        keys = media.events(DtmfEnd)
        async with asyncio.timeout(LIMIT):
            assert "".join([(await keys.recv()).digit for _ in range(7)]) == "159*#0D"
        if form == "json":
            assert media.start.channel_variables["DTMF"] == "159*#0D"


async def test_asterisk_holds_what_is_sent_and_says_when_it_is_much(ami: AmiClient, server: MediaServer) -> None:
    await originate(ami, "WebSocket/media/c(ulaw)")
    async with await next_call(server) as media:
        flow = media.events(MediaXoff, MediaXon)
        await media.pause()
        assert await media.send(SECOND * 18)
        status = await media.status()
        assert (status.queue_length, status.queue_full, status.media_paused) == (900, True, True)
        assert isinstance(await within(flow.recv()), MediaXoff)

        # One more second has to wait, and not a frame of it is thrown away.
        waiting = asyncio.create_task(media.send(SECOND))
        await media.resume()
        assert await within(waiting)
        assert 890 <= (await media.status()).queue_length <= 900

        await media.flush()
        assert isinstance(await within(flow.recv()), MediaXon)
        assert (await media.status()).queue_length == 0


async def test_none_is_lost_of_what_is_longer_than_asterisk_can_hold(ami: AmiClient, server: MediaServer) -> None:
    await originate(ami, "WebSocket/media/c(ulaw)", "echo")
    async with await next_call(server) as media:
        await settled(media)
        heard = 0

        async def listen() -> None:
            nonlocal heard
            async for frame in media:
                heard += frame == FRAMES[7]

        listening = asyncio.create_task(listen())
        assert await within(media.send(FRAMES[7] * 1100))
        async with asyncio.timeout(2 * LIMIT):
            assert await media.wait_played()
        await media.hangup()
        await within(listening)
        # The echo may have a frame or two on its way when the call ends.
        assert 1095 <= heard <= 1100


async def test_we_know_when_what_we_said_has_been_played(ami: AmiClient, server: MediaServer) -> None:
    await originate(ami, "WebSocket/media/c(ulaw)")
    async with await next_call(server) as media:
        marks, drained = media.events(MediaMarkProcessed), media.events(QueueDrained)
        loop = asyncio.get_running_loop()
        start = loop.time()
        await media.send(SECOND[:4000])
        await media.mark("half a second")
        await media.send(SECOND[:4005])
        await media.command(MediaCommand.REPORT_QUEUE_DRAINED)
        assert (await within(marks.recv())).correlation_id == "half a second"
        assert await within(media.wait_played())
        assert loop.time() - start > 0.9
        assert isinstance(await within(drained.recv()), QueueDrained)

        await media.send(SECOND)
        await media.mark("never")
        waiting = asyncio.create_task(media.wait_played())
        await media.status()
        await media.mark("nor this")
        await media.flush()
        assert not await within(waiting)
        await media.mark("after it")
        assert (await within(marks.recv())).correlation_id == "after it"


async def test_audio_goes_one_way_if_asked(ami: AmiClient, server: MediaServer) -> None:
    await originate(ami, "WebSocket/media/c(ulaw)f(json)", "echo")
    async with await next_call(server) as media:
        refusals = media.events(MediaRefused)
        await settled(media)
        await media.set_direction(MediaDirection.IN)
        await media.send(SECOND)
        assert (await media.status()).queue_length == 0
        await media.set_direction(MediaDirection.BOTH)
        await media.send(SECOND)
        assert (await media.status()).queue_length > 0
        await media.set_direction(MediaDirection.IN)
        with pytest.raises(RequestRejectedError, match="media direction is 'in'"):
            await within(media.wait_played())
        assert "STOP_MEDIA_BUFFERING" in (await within(refusals.recv())).error_text


async def test_the_channel_is_answered_when_we_say_so(ami: AmiClient, server: MediaServer) -> None:
    watch = Watch(ami)
    await originate(ami, "WebSocket/media/c(ulaw)n")
    async with await next_call(server) as media:
        await watch.wait_for(Newchannel, lambda event: event.uniqueid == media.start.channel_id)
        await media.status()
        assert not [event for event in watch.of(Newstate) if event.uniqueid == media.start.channel_id]

        await media.answer()
        state = await watch.wait_for(Newstate, lambda event: event.uniqueid == media.start.channel_id)
        assert state.channel_state is ChannelState.UP


async def test_hanging_up_here_hangs_up_there_and_the_other_way_round(ami: AmiClient, server: MediaServer) -> None:
    for how in ("hangup", "aclose", "there"):
        watch = Watch(ami)
        await originate(ami, "WebSocket/media/c(ulaw)")
        media = await next_call(server)
        listening = asyncio.create_task(listen_to_the_end(media))
        channel = media.start.channel_id
        await watch.wait_for(Newstate, lambda event, channel=channel: event.uniqueid == channel)  # type: ignore[misc]
        if how == "there":
            await ami.send("Hangup", {"Channel": media.start.channel})
        else:
            await getattr(media, how)()
        await within(listening)
        await watch.wait_for(Hangup, lambda event, channel=channel: event.uniqueid == channel)  # type: ignore[misc]
        await within(media.wait_closed())


async def listen_to_the_end(media: MediaConnection) -> None:
    async for _ in media:
        pass


async def test_a_codec_whose_frames_vary_is_passed_through(ami: AmiClient, server: MediaServer) -> None:
    await originate(ami, "WebSocket/media/c(opus)")
    async with await next_call(server) as media:
        assert (media.start.format, media.start.optimal_frame_size) == ("opus", 0)
        await media.send(b"\xf8\xff\xfe")
        await media.status()
        with pytest.raises(RequestRejectedError, match="not supported in passthrough mode"):
            await within(media.wait_played())


@FORMATS
async def test_asterisks_limits_are_the_ones_we_keep(ami: AmiClient, server: MediaServer, form: str) -> None:
    await originate(ami, f"WebSocket/media/c(ulaw)f({form})")
    async with await next_call(server) as media:
        marks = media.events(MediaMarkProcessed)
        longest = {"plain-text": 117, "json": 84}[form]
        await media.mark("x" * longest)
        assert (await within(marks.recv())).correlation_id == "x" * longest
        too_long = {"plain-text": "MARK_MEDIA ", "json": '{"command":"MARK_MEDIA","correlation_id":"y"}'}[form]
        # Past our own check: Asterisk passes over it without a word.
        await media._socket.send(too_long.ljust(MAX_COMMAND, "y") + "y")
        await media._socket.send(bytes(MAX_MESSAGE))
        assert 405 <= (await media.status()).queue_length <= 409
        await media.flush()
        await media.mark("after")
        assert (await within(marks.recv())).correlation_id == "after"

        await media._socket.send(bytes(65_535))
        with pytest.raises(ConnectionClosedError, match="1009"):
            await within(listen_to_the_end(media))


async def test_thirty_calls_at_a_time_keep_apart(ami: AmiClient, server: MediaServer) -> None:
    count = 30
    for _ in range(count):
        await originate(ami, "WebSocket/media/c(ulaw)", "echo")

    async def talk(number: int) -> int:
        async with await next_call(server) as media:
            await settled(media)
            await media.send(FRAMES[number] * 10)
            async with asyncio.timeout(LIMIT):
                heard = [await media.frames.recv() for _ in range(10)]
            return len(set(heard) - {FRAMES[number]})

    assert await asyncio.gather(*map(talk, range(count))) == [0] * count


async def test_asterisk_dies_and_the_server_takes_the_calls_of_the_next(own_pbx: Asterisk) -> None:
    async with MediaServer(port=own_pbx.websocket_port) as server:
        async with client(own_pbx) as ami:
            await originate(ami, "WebSocket/media/c(ulaw)")
            media = await next_call(server)
            events = media.events(MediaEvent)
            await media.status()
            await asyncio.to_thread(own_pbx.kill)
            with pytest.raises(ConnectionClosedError):
                await within(listen_to_the_end(media))
            with contextlib.suppress(ConnectionClosedError):
                [event async for event in events]
        await asyncio.to_thread(own_pbx.restart)
        assert server.state is ConnectionState.CONNECTED
        async with client(own_pbx) as ami:
            await originate(ami, "WebSocket/media/c(ulaw)")
            async with await next_call(server) as media:
                assert (await media.status()).queue_length == 0


async def test_credentials_and_tls_are_what_websocket_client_conf_has(our_pbx: Asterisk, tmp_path: Path) -> None:
    del our_pbx
    secret = secrets.token_hex(8)
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    async with MediaServer(port=0, credentials=Credentials("pbx", secret), ssl=context) as server:
        common = (
            f"type = websocket_client\nconnection_type = per_call_config\nuri = wss://127.0.0.1:{server.port}/media\n"
            "protocols = media\nusername = pbx\ntls_enabled = yes\nverify_server_cert = no\n"
        )
        config = f"[right]\n{common}password = {secret}\n[wrong]\n{common}password = wrong\n"
        with Asterisk.start(extra_config={"websocket_client.conf": config}) as pbx:
            refused = server.events(PeerRefused)
            async with client(pbx) as ami:
                await originate(ami, "WebSocket/right/c(ulaw)")
                async with await next_call(server) as media:
                    assert media.start.connection_id == "right"
                await originate(ami, "WebSocket/wrong/c(ulaw)")
                refusal = await within(refused.recv())
                assert refusal.reason == "presented no credentials, or wrong ones"


# --- we connect to Asterisk ---


async def test_we_connect_to_a_channel_that_waits_for_us(ami: AmiClient, pbx: Asterisk) -> None:
    watch = Watch(ami)
    await originate(ami, "WebSocket/INCOMING/c(slin16)n", "echo")
    variable = await watch.wait_for(VarSet, lambda event: event.variable == "MEDIA_WEBSOCKET_CONNECTION_ID")
    url = f"http://{pbx.host}:{pbx.http_port}"
    with pytest.raises(NotFoundError, match="there is no such connection"):
        async with MediaConnection.connect(url, "nobody"):
            pass
    async with MediaConnection.connect(url, variable.value) as media:
        assert (media.start.format, media.start.optimal_frame_size) == ("slin16", 640)
        assert media.start.connection_id == variable.value
        with pytest.raises(ConflictError, match="somebody is connected already"):
            async with MediaConnection.connect(url, variable.value):
                pass
        await media.answer()
        frames = [bytes([number, 1]) * 320 for number in range(40)]
        async with asyncio.timeout(LIMIT):
            await media.send(frames[-1] * 5)
            while await media.frames.recv() != frames[-1]:
                await media.send(frames[-1])
            await media.wait_played()
            await media.send(b"".join(frames[:-1]))
            heard: list[bytes] = []
            while len(heard) < len(frames) - 1:
                frame = await media.frames.recv()
                heard += [frame] if frame != frames[-1] else []
        assert heard == frames[:-1]
