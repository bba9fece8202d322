"""Handles: operations on the thing itself, identity, and the events that are about it."""

import copy
import inspect
import pickle
from typing import Any

import pytest

from asterisk_py_ari import InputError, handles
from asterisk_py_ari.events import (
    AriEvent,
    ChannelDestroyed,
    ChannelEnteredBridge,
    PlaybackStarted,
    StasisStart,
    UnknownEvent,
)
from asterisk_py_ari.models import Channel, Endpoint
from asterisk_py_ari.protocol.handle import Handle
from tests.unit.ari.standin import BRIDGE, CHANNEL, PLAYBACK, StandIn

KINDS = [kind for name, kind in vars(handles).items() if name.endswith("Operations")]


@pytest.fixture
def ari() -> StandIn:
    return StandIn()


def started(ari: StandIn, **changes: Any) -> StasisStart:
    event = ari.decode(**changes)
    assert isinstance(event, StasisStart)
    return event


# --- operations ------------------------------------------------------------------------------------------------------


async def test_a_channel_of_an_event_carries_its_operations(ari: StandIn) -> None:
    ari.answers = [PLAYBACK]
    channel = started(ari).channel
    await channel.answer()
    playback = await channel.play(media="sound:hello-world")
    await playback.control("pause")
    await channel.set_var("A", value="1")

    paths = [request.target for request in ari.requests]
    assert paths[0] == "/channels/1795418882.119/answer"
    assert paths[1].startswith("/channels/1795418882.119/play/")
    assert paths[2] == "/playbacks/p1/control?operation=pause"
    assert paths[3] == "/channels/1795418882.119/variable?variable=A&value=1"


@pytest.mark.parametrize("kind", KINDS)
def test_a_handle_does_what_its_resource_does(kind: type[Handle]) -> None:
    ari = StandIn()
    named = getattr(handles, kind.__name__.replace("Operations", "Handle"))(ari, *["x"] * len(kind.key_fields))
    own = {name for name in dir(named) if not name.startswith("_")} - {
        "events",
        "key",
        "key_values",
        "kind",
        "key_fields",
    }
    methods = {name for name in own if callable(getattr(named, name))}

    assert methods
    for name in methods:
        assert inspect.getdoc(getattr(named, name))
        parameters = inspect.signature(getattr(named, name)).parameters.values()
        arguments = {each.name: "x" for each in parameters if each.default is inspect.Parameter.empty}
        coroutine = getattr(named, name)(**arguments)
        assert inspect.iscoroutine(coroutine)
        coroutine.close()


async def test_an_endpoint_has_two_names(ari: StandIn) -> None:
    ari.answers = [{"technology": "PJSIP", "resource": "200", "state": "online", "channel_ids": []}]
    endpoint = await ari.endpoint("PJSIP", "200").get()

    assert isinstance(endpoint, Endpoint)
    assert ari.requests[0].path == "/endpoints/PJSIP/200"
    assert endpoint.key == "PJSIP/200"
    assert endpoint == ari.endpoint("PJSIP", "200")
    assert repr(endpoint) == "<Endpoint PJSIP 200 online>"


async def test_what_is_not_there_yet_is_made_by_its_handle(ari: StandIn) -> None:
    ari.answers = [CHANNEL, CHANNEL, CHANNEL, BRIDGE]
    channel, bridge = ari.channel(), ari.bridge("b1")
    await channel.originate("PJSIP/200", app="demo")
    await channel.create("PJSIP/200", "demo")
    await channel.external_media("demo", "ulaw")
    await bridge.create(type="mixing")

    assert ari.requests[0].path == f"/channels/{channel.id}"
    assert dict(ari.requests[1].query)["channelId"] == channel.id
    assert dict(ari.requests[2].query)["channelId"] == channel.id
    assert ari.requests[3].target == "/bridges/b1?type=mixing"


def test_names_that_are_not_given_are_new(ari: StandIn) -> None:
    new = [ari.channel(), ari.channel(), ari.bridge(), ari.playback(), ari.live_recording()]

    assert len({handle.key for handle in new}) == 5
    assert ari.requests == []


def test_every_kind_of_handle_is_had_by_name(ari: StandIn) -> None:
    named = [
        ari.application("demo"),
        ari.bridge("x"),
        ari.channel("x"),
        ari.device_state("x"),
        ari.endpoint("x", "y"),
        ari.live_recording("x"),
        ari.mailbox("x"),
        ari.playback("x"),
        ari.sound("x"),
        ari.stored_recording("x"),
    ]

    assert {type(handle).__mro__[1] for handle in named} == set(KINDS)
    assert repr(named[4]) == "<EndpointHandle x y>"


# --- identity --------------------------------------------------------------------------------------------------------


def test_a_handle_is_the_same_whatever_it_was_like(ari: StandIn) -> None:
    up, down = started(ari).channel, started(ari, channel={**CHANNEL, "state": "Down"}).channel

    assert up == down == ari.channel(up.id)
    assert len({up, down, ari.channel(up.id)}) == 1
    assert up != ari.channel("c2")
    assert up != ari.bridge(up.id)
    assert up != up.id


def test_a_handle_has_a_short_repr(ari: StandIn) -> None:
    event = started(ari)

    assert repr(event.channel) == "<Channel 1795418882.119 Local/300@default-0000003c;1 Up>"
    assert repr(event) == f"<StasisStart args=['a1'] channel={event.channel!r} application='demo'>"
    assert repr(ari.channel("c1")) == "<ChannelHandle c1>"
    assert len(repr(ari.decode(type="ChannelVarset", variable="X", value="x" * 10_000))) < 250


def test_a_handle_cannot_be_changed(ari: StandIn) -> None:
    with pytest.raises(AttributeError):
        started(ari).channel.name = "x"  # type: ignore[misc]


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_handle_knows_what_it_was_and_no_client(ari: StandIn, protocol: int) -> None:
    for handle in (started(ari).channel, ari.channel("c1"), ari.endpoint("PJSIP", "200")):
        again = pickle.loads(pickle.dumps(handle, protocol))  # noqa: S301 - our own
        assert again == handle
        assert repr(again) == repr(handle)
        with pytest.raises(InputError, match=r"^<Channel|^<Endpoint") as caught:
            again.get()
        assert "is of no client" in str(caught.value)


def test_a_copy_is_the_handle_itself(ari: StandIn) -> None:
    channel = started(ari).channel

    assert copy.copy(channel) is channel
    assert copy.deepcopy([channel])[0] is channel


def test_a_handle_made_by_hand_is_of_no_client(ari: StandIn) -> None:
    channel = Channel(**{name: getattr(started(ari).channel, name) for name in Channel.__struct_fields__})

    assert channel == started(ari).channel
    assert channel.state.name == "UP"
    with pytest.raises(InputError, match="is of no client"):
        channel.hangup().close()


# --- events ----------------------------------------------------------------------------------------------------------


async def test_092_a_handle_hears_of_itself_before_it_is_there(ari: StandIn) -> None:
    channel = ari.channel()
    async with channel.events() as events:
        ari.bus.publish(ari.decode(channel={**CHANNEL, "id": "somebody else"}))
        ari.bus.publish(ari.decode(channel={**CHANNEL, "id": channel.id}))
        ari.answers = [{**CHANNEL, "id": channel.id}]
        await channel.originate("PJSIP/200", app="demo")

        event = await events.recv()
        assert isinstance(event, StasisStart)
        assert event.channel == channel
        assert events.backlog == 0


async def test_a_handle_hears_of_the_types_it_asks_for(ari: StandIn) -> None:
    channel = started(ari).channel
    with channel.events(ChannelDestroyed, where=lambda event: event.cause_txt == "x") as events:
        ari.bus.publish(ari.decode())
        ari.bus.publish(ari.decode(type="ChannelDestroyed", cause=16, cause_txt="y"))
        ari.bus.publish(ari.decode(type="ChannelDestroyed", cause=16, cause_txt="x"))

        assert (await events.recv()).cause_txt == "x"
        assert events.backlog == 0


async def test_what_is_no_event_of_asterisk_is_not_asked(ari: StandIn) -> None:
    channel = ari.channel("c1")
    with channel.events() as events:
        ari.bus.publish("connected")
        ari.bus.publish(ari.decode(channel={**CHANNEL, "id": "c1"}))

        assert isinstance(await events.recv(), StasisStart)


ABOUT = [
    ("channel", {}, True),
    ("channel", {"channel": {**CHANNEL, "id": "other"}}, False),
    ("channel", {"replace_channel": CHANNEL, "channel": {**CHANNEL, "id": "other"}}, True),
    ("channel", {"type": "PlaybackStarted", "playback": {**PLAYBACK, "target_uri": f"channel:{CHANNEL['id']}"}}, True),
    ("channel", {"type": "PlaybackStarted", "playback": {**PLAYBACK, "target_uri": f"bridge:{CHANNEL['id']}"}}, False),
    ("channel", {"type": "New", "channel": CHANNEL}, True),
    ("channel", {"type": "New", "channel": {**CHANNEL, "id": "other"}, "list": [{"deep": CHANNEL}]}, True),
    ("channel", {"type": "New", "channel": {**CHANNEL, "id": "other"}}, False),
    ("application", {}, True),
    ("application", {"application": "other"}, False),
    ("bridge", {"type": "ChannelEnteredBridge", "bridge": BRIDGE}, True),
    ("bridge", {}, False),
    ("device_state", {"type": "DeviceStateChanged", "device_state": {"name": "Stasis:lamp", "state": "INUSE"}}, True),
    (
        "endpoint",
        {"type": "EndpointStateChange", "endpoint": {"technology": "PJSIP", "resource": "200", "channel_ids": []}},
        True,
    ),
]


@pytest.mark.parametrize(("kind", "changes", "expected"), ABOUT)
def test_which_events_are_about_a_handle(ari: StandIn, kind: str, changes: dict[str, Any], *, expected: bool) -> None:
    handle = {
        "application": ari.application("demo"),
        "bridge": ari.bridge("b1"),
        "channel": ari.channel(str(CHANNEL["id"])),
        "device_state": ari.device_state("Stasis:lamp"),
        "endpoint": ari.endpoint("PJSIP", "200"),
    }[kind]

    assert ari.decode(**changes).concerns(handle) is expected


# --- events as values ------------------------------------------------------------------------------------------------


def test_events_are_equal_if_all_they_say_is(ari: StandIn) -> None:
    assert ari.decode() == ari.decode()
    assert hash(ari.decode()) == hash(ari.decode())
    assert ari.decode() != ari.decode(channel={**CHANNEL, "state": "Down"})
    assert ari.decode() != ari.decode(type="StasisEnd")
    assert ari.decode(type="A") != ari.decode(type="B")
    assert ari.decode() != "StasisStart"


@pytest.mark.parametrize("changes", [{}, {"type": "New", "mood": "good"}, {"args": 7}])
def test_a_pickled_event_is_the_same(ari: StandIn, changes: dict[str, Any]) -> None:
    event = ari.decode(**changes)
    again = pickle.loads(pickle.dumps(event))  # noqa: S301 - our own

    assert again == event
    assert (type(again), again.raw, again.fields, again.misfits) == (
        type(event),
        event.raw,
        event.fields,
        event.misfits,
    )


def test_an_event_made_by_hand_has_json_too(ari: StandIn) -> None:
    event = started(ari)
    made = StasisStart(timestamp=event.timestamp, application="demo", args=["a1"], channel=event.channel)

    assert made.fields["type"] == "StasisStart"
    assert made.fields["channel"]["id"] == event.channel.id
    assert UnknownEvent(type="New").fields["type"] == "New"


def test_an_event_matches_by_its_attributes(ari: StandIn) -> None:
    match ari.decode(type="ChannelEnteredBridge", bridge=BRIDGE):
        case ChannelEnteredBridge(channel=Channel(name=name), bridge=bridge):
            assert (name, bridge.id) == (CHANNEL["name"], "b1")
        case _:
            pytest.fail("no match")


def test_an_event_is_subscribed_to_by_its_class(ari: StandIn) -> None:
    assert issubclass(PlaybackStarted, AriEvent)
    with ari.bus.subscribe(AriEvent) as events:
        ari.bus.publish(ari.decode())
        ari.bus.publish(ari.decode(type="New"))
        assert events.backlog == 2
