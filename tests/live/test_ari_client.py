"""The ARI client and a real Asterisk: logins, requests by both ways, events in time."""

import json

import pytest

from asterisk_py_ari import (
    ApplicationReplacedError,
    AriClient,
    ConflictError,
    ConnectionState,
    EventFilter,
    ForbiddenError,
    LoginRejectedError,
    NotFoundError,
    StatusError,
    TlsError,
    UnsupportedVersionError,
)
from asterisk_py_ari.events import (
    AriEvent,
    ChannelDtmfReceived,
    DeviceStateChanged,
    PlaybackFinished,
    StasisEnd,
    StasisStart,
)
from asterisk_py_ari.protocol.requests import Request
from tests.live.ari import call, client, next_of, settled, trusting
from tools.asterisk import Asterisk

over_either = pytest.mark.parametrize("transport", ["http", "websocket"])


# --- logins ----------------------------------------------------------------------------------------------------------


async def test_087_a_wrong_password_is_refused_once(pbx: Asterisk) -> None:
    ari = client(pbx, secret="wrong", retry_first=True)
    with pytest.raises(LoginRejectedError, match="refused the login of 'ari': Authentication required"):
        await ari.connect()
    await ari.aclose()


async def test_a_wrong_path_says_what_may_be_wrong(pbx: Asterisk) -> None:
    ari = client(pbx, url=f"http://{pbx.host}:{pbx.http_port}/elsewhere")
    with pytest.raises(NotFoundError, match=r"is ARI enabled in ari\.conf"):
        await ari.connect()
    await ari.aclose()


async def test_another_protocol_is_quoted(pbx: Asterisk) -> None:
    ari = client(pbx, url=f"http://{pbx.host}:{pbx.ami_port}")
    with pytest.raises(UnsupportedVersionError, match="greeted with 'Asterisk Call Manager"):
        await ari.connect()
    await ari.aclose()


async def test_tls_is_verified(our_pbx: Asterisk) -> None:
    async with client(our_pbx, ssl=trusting(our_pbx)) as ari:
        assert (await ari.asterisk.ping()).ping == "pong"
    for address in (f"https://{our_pbx.host}:{our_pbx.https_port}", f"https://{our_pbx.host}:{our_pbx.http_port}"):
        stranger = client(our_pbx, url=address, ssl=True)
        with pytest.raises(TlsError):
            await stranger.connect()
        await stranger.aclose()


@over_either
async def test_a_user_who_may_only_read_reads(our_pbx: Asterisk, transport: str) -> None:
    async with client(our_pbx, "ari-readonly", transport=transport, app="reader") as ari:
        assert isinstance(await ari.channels.list(), list)
        with pytest.raises(ForbiddenError, match="Write access denied"):
            await ari.bridges.create()


async def test_names_of_applications_survive(pbx: Asterisk) -> None:
    names = ["a b", "c/d", "Zoë", "e;f|[]", "g%h&i=j", "x" * 73]
    async with client(pbx, app=names) as ari:
        known = {each.name for each in await ari.applications.list()}
        assert set(names) <= known
        for name in names:
            assert (await ari.applications.get(name)).name == name


# --- requests --------------------------------------------------------------------------------------------------------

SAME = (
    Request(operation="a", method="GET", path="/asterisk/info", query=(("only", "build,config"),)),
    Request(operation="a", method="GET", path="/asterisk/modules/res_ari.so"),
    Request(operation="a", method="GET", path="/asterisk/variable", query=(("variable", "a b+c%26&d=ü"),)),
    Request(operation="a", method="GET", path="/asterisk/variable"),
    Request(operation="a", method="POST", path="/asterisk/variable", query=(("variable", "X"), ("value", "ä &+%25"))),
    Request(operation="a", method="GET", path="/asterisk/variable", query=(("variable", "X"),)),
    Request(operation="a", method="GET", path="/applications/demo"),
    Request(operation="a", method="GET", path="/applications/no%20such%2Fthing"),
    Request(operation="a", method="GET", path="/channels"),
    Request(operation="a", method="GET", path="/channels/nobody"),
    Request(operation="a", method="DELETE", path="/channels/nobody"),
    Request(operation="a", method="PUT", path="/channels/nobody"),
    Request(operation="a", method="POST", path="/channels"),
    Request(operation="a", method="GET", path="/sounds", query=(("lang", "en"), ("format", "gsm"))),
    Request(operation="a", method="GET", path="/nothing/here"),
    Request(operation="a", method="PUT", path="/deviceStates/Stasis%3Alamp", query=(("deviceState", "INUSE"),)),
    Request(operation="a", method="GET", path="/deviceStates/Stasis%3Alamp"),
    Request(operation="a", method="PUT", path="/deviceStates/Stasis%3Alamp", query=(("deviceState", "WRONG"),)),
    Request(operation="a", method="DELETE", path="/deviceStates/Stasis%3Alamp"),
    Request(
        operation="a",
        method="PUT",
        path="/applications/demo/eventFilter",
        body=json.dumps({"disallowed": [{"type": "ChannelVarset"}]}).encode(),
    ),
    Request(operation="a", method="PUT", path="/applications/demo/eventFilter", body=b"{}"),
)


async def outcome(ari: AriClient, request: Request) -> tuple[type[object], object]:
    try:
        body = await ari.call(request, bytes)
    except StatusError as error:
        return type(error), error.reason
    return bytes, json.loads(body) if body else None


async def test_rest_over_the_websocket_is_the_same_as_over_http(pbx: Asterisk) -> None:
    async def all_outcomes(transport: str) -> list[tuple[type[object], object]]:
        async with client(pbx, transport=transport) as ari:
            # As `bytes`, which is what goes over HTTP whatever was chosen, so the connection is asked itself.
            connection = ari._connection
            assert connection is not None
            found: list[tuple[type[object], object]] = []
            for request in SAME:
                answer = await connection.request(request, timeout=5.0)
                found.append((type(answer), (answer.status, json.loads(answer.body) if answer.body else None)))
            return found

    assert await all_outcomes("http") == await all_outcomes("websocket")


@over_either
async def test_096_an_id_of_our_own_makes_it_safe_to_ask_again(pbx: Asterisk, transport: str) -> None:
    async with client(pbx, transport=transport) as ari:
        bridge = ari.bridge()
        made = await bridge.create(type="mixing")
        assert made.id == bridge.id
        await bridge.destroy()
        channel = await call(ari)
        with pytest.raises(ConflictError, match="already exists"):
            await ari.channels.originate("Local/answer@scenarios", channel_id=channel.id, app="demo")
        await channel.hangup()


# --- events ----------------------------------------------------------------------------------------------------------


@over_either
async def test_092_no_event_of_a_call_is_missed_though_they_come_before_the_answer(
    pbx: Asterisk, transport: str
) -> None:
    # Of applications that were there before, Asterisk forgets that all events are wanted.
    async with client(pbx, app=f"all-{transport}", transport=transport, subscribe_all=True) as ari:
        handle = ari.channel()
        async with handle.events() as events, ari.events(DeviceStateChanged) as devices:
            await handle.originate("Local/answer@scenarios", app=ari.app)
            first = await next_of(events, AriEvent)
            assert first.type == "ChannelCreated"
            start = await next_of(events, StasisStart)
            assert start.channel == handle
            await handle.hangup()
            await next_of(events, StasisEnd)
            await settled(devices, legs=2)


@over_either
async def test_a_call_answers_plays_hears_digits_and_ends(pbx: Asterisk, transport: str) -> None:
    async with client(pbx, transport=transport) as ari:
        channel = await call(ari)
        async with channel.events() as events:
            playback = await channel.play(media="sound:beep")
            finished = await next_of(events, PlaybackFinished)
            assert finished.playback.id == playback.id
            assert finished.playback.state == "done"
            await channel.hangup()
            await next_of(events, StasisEnd)
        sender = await call(ari, "senddtmf")
        async with sender.events(ChannelDtmfReceived) as digits:
            assert [(await next_of(digits, ChannelDtmfReceived)).digit for _ in range(4)] == ["1", "2", "3", "4"]
        await sender.hangup()


@over_either
async def test_a_filter_keeps_events_away_and_nothing_the_client_needs(pbx: Asterisk, transport: str) -> None:
    wanted = EventFilter(allowed=[StasisStart, StasisEnd])
    # An application of its own: Asterisk keeps the filter with it for as long as one of its channels is there.
    async with client(pbx, app="filtered", event_filter=wanted, transport=transport) as ari:
        async with ari.events(AriEvent) as events:
            channel = await call(ari)
            await channel.hangup()
            await next_of(events, StasisEnd)
        async with ari.events(AriEvent) as events:
            channel = await call(ari)
            await channel.hangup()
            seen = [(await next_of(events, AriEvent)).type for _ in range(2)]
            assert seen == ["StasisStart", "StasisEnd"]
        await ari.set_event_filter(EventFilter())
        assert (await ari.applications.get("filtered")).events_allowed == []
        await ari.set_event_filter(wanted)
        async with client(pbx, app="filtered"):
            with pytest.raises(ApplicationReplacedError):
                await ari.wait_for(ConnectionState.RECONNECTING)
