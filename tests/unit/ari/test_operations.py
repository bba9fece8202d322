"""Operations: the request that each makes, and what is refused before there is one."""

import inspect
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from asterisk_py_ari import DeviceState, HangupCause, InputError
from asterisk_py_ari.models import Channel
from asterisk_py_ari.protocol.operation import (
    Operation,
    flag,
    json_object,
    milliseconds,
    number,
    text,
    texts,
    variables,
)
from asterisk_py_ari.resources import AriOperations, Resource
from tests.unit.ari.standin import BRIDGE, CHANNEL, PLAYBACK, StandIn


def resources(ari: AriOperations) -> Iterator[Resource]:
    return (value for value in vars(ari).values() if isinstance(value, Resource))


RESOURCES = list(resources(StandIn()))
OPERATIONS = [(resource, operation) for resource in RESOURCES for operation in resource.operations]
IDS = [operation.name for _, operation in OPERATIONS]


# --- all of them -----------------------------------------------------------------------------------------------------


def test_there_are_109_operations_and_one_of_them_is_the_connection() -> None:
    # Five have a second name, for an id of the caller's; events.eventWebsocket is what the client connects by.
    assert len(OPERATIONS) == 103
    assert sum(len(operation.stands_for) for _, operation in OPERATIONS) == 108


@pytest.mark.parametrize(("resource", "operation"), OPERATIONS, ids=IDS)
def test_every_operation_is_an_async_method_of_its_resource(resource: Resource, operation: Operation) -> None:
    name, _, method = operation.name.partition(".")

    assert type(resource).__module__ == f"asterisk_py_ari.resources.{name}"
    assert inspect.iscoroutinefunction(getattr(resource, method))
    assert inspect.getdoc(getattr(resource, method))


@pytest.mark.parametrize(("resource", "operation"), OPERATIONS, ids=IDS)
def test_what_is_optional_is_given_by_name(resource: Resource, operation: Operation) -> None:
    method = getattr(resource, operation.name.partition(".")[2])
    for parameter in inspect.signature(method).parameters.values():
        is_optional = parameter.default is not inspect.Parameter.empty
        assert is_optional == (parameter.kind is inspect.Parameter.KEYWORD_ONLY)
        # Left to Asterisk, but for what it documents a default for and refuses to be asked without.
        is_sent = (operation.name, parameter.name) in {("channels.mute", "direction"), ("channels.unmute", "direction")}
        assert not is_optional or parameter.default == ("both" if is_sent else None)


SAMPLES: dict[str, Any] = {
    "text": "a/b c",
    "texts": ["a,b", "c"],
    "sources": ["channel:c1"],
    "flag": True,
    "number": 7,
    "milliseconds": 1.5,
    "variables": {"A": "1"},
    "attributes": {"a": "1"},
    "json_object": {"a": [1]},
}


@pytest.mark.parametrize(("resource", "operation"), OPERATIONS, ids=IDS)
async def test_every_argument_goes_where_asterisk_wants_it(resource: Resource, operation: Operation) -> None:
    ari = StandIn(*[None] * 2)
    bound = type(resource)(ari)
    method = getattr(bound, operation.name.partition(".")[2])
    converters = {
        argument: convert.__name__ for argument, _, convert in [*operation.query, *filter(None, [operation.body])]
    }
    names = inspect.signature(method).parameters
    arguments = {name: SAMPLES[converters.get(name, "text")] for name in names}
    ari.answers = [answer_of(method)]
    await method(**arguments)

    [request] = ari.requests
    assert (request.operation, request.method) == (operation.name, operation.method)
    assert request.path == operation.path.format_map(dict.fromkeys(names, "a%2Fb%20c"))
    assert [name for name, _ in request.query] == [name for _, name, _ in operation.query]
    assert (request.body is None) == (operation.body is None)
    in_path = {name for name in names if f"{{{name}}}" in operation.path}
    assert in_path | converters.keys() == set(names)


def answer_of(method: Any) -> Any:
    annotation = str(inspect.signature(method).return_annotation)
    if "list[" in annotation:
        return []
    return {"Channel": CHANNEL, "Bridge": BRIDGE, "Playback": PLAYBACK}.get(annotation, {})


# --- some of them ----------------------------------------------------------------------------------------------------


async def test_originate_chooses_the_id_and_returns_the_channel() -> None:
    ari = StandIn(CHANNEL, CHANNEL)
    channel = await ari.channels.originate(
        "PJSIP/200",
        app="demo",
        app_args="a,b",
        timeout=20,
        variables={"A": "1", "B": {"value": "2", "report_events": True}},
    )
    await ari.channels.originate("PJSIP/200")

    first, second = ari.requests
    assert isinstance(channel, Channel)
    assert channel._client is ari
    assert first.path.startswith("/channels/")
    assert len(first.path) == len("/channels/") + 16
    assert first.path != second.path
    assert first.query == (("endpoint", "PJSIP/200"), ("app", "demo"), ("appArgs", "a,b"), ("timeout", "20"))
    assert json.loads(first.body or b"") == {"variables": {"A": "1", "B": {"value": "2", "report_events": True}}}
    assert second.body is None


@pytest.mark.parametrize(
    ("call", "chosen"),
    [
        (lambda ari: ari.bridges.create(), "path"),
        (lambda ari: ari.bridges.play("b1", "sound:beep"), "path"),
        (lambda ari: ari.channels.play("c1", "sound:beep"), "path"),
        (lambda ari: ari.channels.snoop_channel("c1", "demo"), "path"),
        (lambda ari: ari.channels.create("PJSIP/200", "demo"), "channelId"),
        (lambda ari: ari.channels.external_media("demo", "ulaw"), "channelId"),
        (lambda ari: ari.channels.record("c1", "wav"), "name"),
        (lambda ari: ari.bridges.record("b1", "wav"), "name"),
    ],
)
async def test_what_is_made_has_a_name_of_ours(call: Any, chosen: str) -> None:
    ari = StandIn({})
    await call(ari)

    [request] = ari.requests
    name = request.path.rpartition("/")[2] if chosen == "path" else dict(request.query)[chosen]
    assert len(name) == 16
    assert int(name, 16) >= 0


async def test_handles_stand_for_their_names() -> None:
    ari = StandIn(PLAYBACK)
    bridge, channel, playback = ari.bridge("b1"), ari.channel("c1"), ari.playback("p1")
    await ari.bridges.add_channel(bridge, [channel, "c,2"], role="participant", mute=False)
    await ari.channels.play(channel, "sound:beep", playback_id=playback, offset=0.25)

    added, played = ari.requests
    assert added.target == "/bridges/b1/addChannel?channel=c1%2Cc%5C%2C2&role=participant&mute=false"
    assert played.target == "/channels/c1/play/p1?media=sound%3Abeep&offsetms=250"


async def test_a_handle_as_a_source_of_events_is_its_kind_and_name() -> None:
    application = {
        "name": "demo", "channel_ids": [], "bridge_ids": [], "endpoint_ids": [], "device_names": [],
        "events_allowed": [], "events_disallowed": [],
    }  # fmt: skip
    ari = StandIn(application, application)
    await ari.application("demo").subscribe([ari.channel("c1"), ari.endpoint("PJSIP", "200"), "deviceState:Stasis:a,b"])
    await ari.application("demo").unsubscribe(ari.device_state("Stasis:lamp"))

    assert [dict(request.query)["eventSource"] for request in ari.requests] == [
        "channel:c1,endpoint:PJSIP/200,deviceState:Stasis:a\\,b",
        "deviceState:Stasis:lamp",
    ]


async def test_seconds_go_as_the_milliseconds_asterisk_takes() -> None:
    ari = StandIn()
    await ari.channels.send_dtmf("c1", dtmf="1*#", before=0.5, between=0.1, duration=1, after=0.0004)

    assert ari.requests[0].query == (
        ("dtmf", "1*#"),
        ("before", "500"),
        ("between", "100"),
        ("duration", "1000"),
        ("after", "0"),
    )


async def test_words_of_the_vocabulary_go_as_asterisk_writes_them() -> None:
    ari = StandIn()
    await ari.device_states.update("Stasis:lamp", DeviceState.IN_USE)
    await ari.channels.hangup("c1", reason_code=HangupCause.USER_BUSY)

    assert [request.target for request in ari.requests] == [
        "/deviceStates/Stasis%3Alamp?deviceState=INUSE",
        "/channels/c1?reason_code=17",
    ]


async def test_bodies_are_what_asterisk_reads() -> None:
    ari = StandIn({}, [])
    await ari.applications.filter("demo", filter={"allowed": [{"type": "StasisStart"}]})
    await ari.asterisk.update_object("res_pjsip", "endpoint", "200", fields={"direct_media": "no"})
    await ari.event_resource.user_event("tick", "demo", variables={"n": 1, "deep": {"a": [None]}})

    assert [json.loads(request.body or b"") for request in ari.requests] == [
        {"allowed": [{"type": "StasisStart"}]},
        {"fields": [{"attribute": "direct_media", "value": "no"}]},
        {"variables": {"n": 1, "deep": {"a": [None]}}},
    ]


def test_a_list_is_escaped_as_asterisk_cuts_it() -> None:
    assert texts("x", ["a,b", 'c"d', "e\\f", "g(h)"]) == 'a\\,b,c\\"d,e\\\\f,g\\(h\\)'
    assert texts("x", "a,b") == "a\\,b"


# --- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("convert", "value"),
    [
        (milliseconds, 10**400),
        pytest.param(number, 10**5000, id="a huge number"),
        pytest.param(flag, 10**5000, id="a huge flag"),
        (text, 7),
        (text, b"x"),
        (text, "a\0"),
        (text, "\ud800"),
        (texts, []),
        (texts, ["x"] * 128),
        (texts, [7]),
        (texts, b"x"),
        (texts, {"a"}),
        (flag, 1),
        (flag, "true"),
        (number, "7"),
        (number, 7.0),
        (number, True),
        (number, 2**31),
        (milliseconds, "1"),
        (milliseconds, -0.1),
        (milliseconds, float("nan")),
        (milliseconds, float("inf")),
        (milliseconds, True),
        (milliseconds, 2**31),
        (variables, "A=1"),
        (variables, {"A": 1}),
        (variables, {"A": {"valu": "1"}}),
        (variables, {1: "A"}),
        (variables, [("A", "1")]),
        (json_object, []),
    ],
)
def test_what_asterisk_would_take_for_something_else_is_refused(convert: Any, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        convert("a.b: c", value)

    assert caught.value.field == "a.b: c"


@pytest.mark.parametrize("name", ["", ".", "..", "a\0b", None, 7])
async def test_093_an_id_that_would_be_another_path_is_refused_and_names_operation_and_parameter(name: Any) -> None:
    ari = StandIn()
    with pytest.raises(InputError) as caught:
        await ari.channels.answer(name)

    assert caught.value.field == "channels.answer: channel_id"
    assert ari.requests == []


async def test_093_an_empty_id_to_be_chosen_is_refused_and_not_chosen() -> None:
    with pytest.raises(InputError, match=r"channels\.originate: channel_id"):
        await StandIn().channels.originate("PJSIP/200", channel_id="")


async def test_093_a_long_id_is_refused() -> None:
    with pytest.raises(InputError, match=r"channels\.answer makes a request line of 5,\d+ bytes"):
        await StandIn().channels.answer("x" * 5_000)


async def test_093_a_large_body_is_refused() -> None:
    with pytest.raises(InputError, match=r"channels\.set_channel_vars has a body of 41,\d+ bytes"):
        await StandIn().channels.set_channel_vars("c1", {"A": "x" * 41_000})


@pytest.mark.parametrize("value", [1j, object(), "\ud800"])
async def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match=r"events\.user_event: variables cannot be written as JSON"):
        await StandIn().event_resource.user_event("tick", "demo", variables={"x": value})


@dataclass
class Reading:
    celsius: float


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")], ids=str)
async def test_a_number_that_json_has_no_word_for_is_refused_and_not_sent_as_null(odd: float) -> None:
    ari = StandIn()
    for value, where in [
        (odd, "['x']"),
        ({"y": [1, (2, odd)]}, "['x']['y'][1][1]"),
        ({odd}, "['x'][0]"),
        (Reading(odd), "['x']['celsius']"),
    ]:
        with pytest.raises(InputError) as caught:
            await ari.event_resource.user_event("tick", "demo", variables={"x": value})
        assert caught.value.field == "events.user_event: variables"
        assert caught.value.problem == f"cannot be written as JSON: variables{where} is {odd}"
    with pytest.raises(InputError, match=r"applications\.filter: filter cannot be written as JSON"):
        await ari.applications.filter("demo", filter={"allowed": [{"type": odd}]})
    with pytest.raises(InputError, match=r"channels\.set_channel_vars: variables cannot be written as JSON"):
        await ari.channels.set_channel_vars("c1", {"A": {"value": "1", "report_events": odd}})  # type: ignore[dict-item]
    assert ari.requests == []


async def test_what_msgspec_can_write_is_written() -> None:
    ari = StandIn()
    await ari.event_resource.user_event("tick", "demo", variables={"x": Reading(1.5), "y": (1, 2.5), "z": {3}})

    (request,) = ari.requests
    assert json.loads(request.body or b"") == {"variables": {"x": {"celsius": 1.5}, "y": [1, 2.5], "z": [3]}}


@pytest.mark.parametrize("value", [4711, ["4711"], {"value": 4711}])
async def test_an_error_does_not_hold_the_value_of_a_variable(value: Any) -> None:
    ari = StandIn()
    with pytest.raises(InputError) as one:
        await ari.channels.set_channel_var("c1", "PIN", value=value)
    with pytest.raises(InputError) as several:
        await ari.channels.set_channel_vars("c1", {"PIN": value})

    assert "4711" not in f"{one.value!r} {several.value!r}"


async def test_a_mapping_in_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["x"] = endless
    with pytest.raises(InputError, match="cannot be written as JSON"):
        await StandIn().event_resource.user_event("tick", "demo", variables=endless)
