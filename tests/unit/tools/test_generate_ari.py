"""The generator of the ARI package's typed surface, on a description of our own."""

import ast
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from asterisk_py_ari import events, handles, models
from asterisk_py_ari.protocol.model import Model
from asterisk_py_ari.resources import Resource
from tests.unit.ari.standin import StandIn
from tools.generate_ari.corrected import corrected
from tools.generate_ari.corrections import ASTERISK_22, Corrections, HandleRow
from tools.generate_ari.description import Description, Operation, Parameter, Property, parse, read
from tools.generate_ari.description import Model as Described
from tools.generate_ari.generate import modules
from tools.generate_ari.names import argument, attribute, handle_method, method, resource_class, snake_case
from tools.generate_ari.render_models import event_models, render_events, render_models
from tools.generate_ari.render_operations import render_handles, render_resource
from tools.generate_ari.sentences import EVENTS, HANDLES, MODELS, OPERATIONS, RESOURCES
from tools.generate_ari.types import parameter_type, property_type, result_type
from tools.generator import CorrectionError, DocumentationError

NOTHING = Corrections()


def operation(nickname: str, path: str = "/channels", verb: str = "GET", **others: Any) -> dict[str, Any]:
    described = {"nickname": nickname, "httpMethod": verb, "responseClass": "void"} | others
    return {"path": path, "operations": [described]}


def parameter(name: str, place: str = "query", kind: str = "string", **others: Any) -> dict[str, Any]:
    return {"name": name, "paramType": place, "dataType": kind} | others


def model(**properties: Any) -> dict[str, Any]:
    return {"properties": {name: {"type": kind, "required": True} for name, kind in properties.items()}}


ID = parameter("channelId", "path", required=True)
PLAY = [
    operation("play", "/channels/{channelId}/play", "POST", responseClass="Playback", errorResponses=[{"code": 404}],
              parameters=[ID, parameter("media", required=True, allowMultiple=True), parameter("playbackId")]),
    operation("playWithId", "/channels/{channelId}/play/{playbackId}", "POST", responseClass="Playback",
              errorResponses=[{"code": "409"}],
              parameters=[ID, parameter("playbackId", "path"), parameter("media", required=True, allowMultiple=True),
                          parameter("offsetms", kind="int")]),
    operation("get", "/channels/{channelId}", responseClass="Channel", parameters=[ID]),
    operation("list", responseClass="List[Channel]"),
    operation("setVars", "/channels/{channelId}/variables", "POST",
              parameters=[ID, parameter("variables", "body", "containers")]),
]  # fmt: skip
MODELS_OF_OURS = {
    "Channel": model(name="string", id="string", caller="CallerID"),
    "CallerID": model(name="string"),
    "Playback": {"properties": {"id": {"type": "string", "required": True}, "from": {"type": "string"}}},
    "Message": {**model(type="string"), "subTypes": ["Event", "Lost"]},
    "Event": {**model(application="string"), "subTypes": ["Started"]},
    "Lost": model(params="List[string]"),
    "Started": {"properties": {"channel": {"type": "Channel", "required": True}, "args": {"type": "List[string]"}}},
}
FILES = {"channels": {"apis": PLAY, "models": MODELS_OF_OURS}}
TABLE = Corrections(
    folded={"channels.play": "channels.playWithId"},
    chosen={"channels.play": "playbackId"},
    parameter_types={"offsetms": "milliseconds", "channelId": "handle:Channel"},
    wire_order={"Channel": ("id",)},
    handles={"Channel": HandleRow(kind="channel", path="/channels/{channelId}", keys={"id": "channelId"})},
)


def surface() -> Description:
    return corrected(parse(FILES), TABLE)


def function(source: str, name: str) -> str:
    """Return the source of a method, formatted as the parser has it and without its docstring."""
    found = [each for each in ast.walk(ast.parse(source)) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]
    [wanted] = [each for each in found if each.name == name]
    wanted.body = wanted.body[1:]
    return ast.unparse(wanted)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_an_operation_is_its_path_parameters_and_refusals() -> None:
    play, with_id, *_ = parse(FILES).operations

    assert play == Operation(
        "channels",
        "play",
        "POST",
        "/channels/{channelId}/play",
        "Playback",
        (
            Parameter("channelId", "path", "string", is_required=True),
            Parameter("media", "query", "string", is_required=True, is_list=True),
            Parameter("playbackId", "query", "string"),
        ),
        (404,),
        ("play",),
    )
    assert with_id.refusals == (409,)
    assert with_id.name == "channels.playWithId"


def test_what_is_in_the_path_is_required_even_where_it_is_not_called_so() -> None:
    assert parse(FILES).operations[1].parameters[1] == Parameter("playbackId", "path", "string", is_required=True)


def test_words_are_read() -> None:
    words: dict[str, Any] = {"allowableValues": {"valueType": "LIST", "values": ["in", "out"]}}
    span: dict[str, Any] = {"allowableValues": {"valueType": "RANGE", "min": 0}}
    found = parse({"x": {"apis": [operation("a", parameters=[parameter("b", **words), parameter("c", **span)])]}})

    assert [each.words for each in found.operations[0].parameters] == [("in", "out"), ()]


def test_the_list_of_files_is_no_resource() -> None:
    assert parse({"resources": {"apis": [{"path": "x"}]}}) == Description((), ())


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"apis": [{"path": "/x"}]},
        {"apis": [operation("a", parameters=[parameter("b", "header")])]},
        {"apis": [operation("a", errorResponses=[{"code": "many"}])]},
        {"apis": [], "models": {"M": {}}},
    ],
)
def test_a_form_that_is_not_known_is_an_error_that_names_the_file(content: Any) -> None:
    with pytest.raises(DocumentationError, match=r"^x\.json: "):
        parse({"x": content})


def test_a_folder_without_a_description_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DocumentationError, match="has no JSON"):
        read(tmp_path)


def test_a_folder_is_read_in_the_order_of_its_files(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.json").write_text(json.dumps({"apis": [operation(name)]}))

    assert [each.name for each in read(tmp_path).operations] == ["a.a", "b.b"]


# --- correcting ------------------------------------------------------------------------------------------------------


def test_two_names_of_one_operation_are_folded_into_the_one_with_the_id() -> None:
    play = surface().operations[0]

    assert (play.nickname, play.path) == ("play", "/channels/{channelId}/play/{playbackId}")
    assert play.refusals == (404, 409)
    assert play.stands_for == ("play", "playWithId")
    assert [(each.name, each.is_required, each.is_chosen) for each in play.parameters] == [
        ("channelId", True, False),
        ("playbackId", False, True),
        ("media", True, False),
        ("offsetms", False, False),
    ]


def test_what_comes_first_on_the_wire_comes_first() -> None:
    channel = next(each for each in surface().models if each.name == "Channel")

    assert [each.name for each in channel.properties] == ["id", "name", "caller"]


@pytest.mark.parametrize(
    "row",
    [
        {"not_requests": ("channels.nothing",)},
        {"folded": {"channels.play": "channels.nothing"}},
        {"chosen": {"channels.nothing": "playbackId"}},
        {"chosen": {"channels.play": "nothing"}},
        {"defaults": {"channels.play.nothing": "x"}},
        {"parameter_types": {"nothing": "int"}},
        {"property_types": {"Channel.nothing": "int"}},
        {"wire_order": {"Channel": ("nothing",)}},
        {"wire_order": {"Nothing": ("id",)}},
        {"not_models": ("Nothing",)},
        {"handles": {"Nothing": HandleRow(kind="x", path="/channels", keys={})}},
        {"handles": {"Channel": HandleRow(kind="x", path="/nothing", keys={"id": "channelId"})}},
        {"handles": {"Channel": HandleRow(kind="x", path="/channels", keys={"nothing": "channelId"})}},
    ],
)
def test_a_row_that_corrects_nothing_is_an_error(row: dict[str, Any]) -> None:
    with pytest.raises(CorrectionError, match=r"corrections: .*([Nn]othing).* is not there"):
        corrected(parse(FILES), replace(NOTHING, **row))


# --- names and types -------------------------------------------------------------------------------------------------


def test_names_are_those_of_python() -> None:
    assert [snake_case(each) for each in ("sendDTMF", "absorbDTMF", "transfer_progress", "appArgs")] == [
        "send_dtmf",
        "absorb_dtmf",
        "transfer_progress",
        "app_args",
    ]
    assert (method("rtpstatistics"), handle_method("get_channel_var"), handle_method("answer")) == (
        "rtp_statistics",
        "get_var",
        "answer",
    )
    assert (argument("from"), argument("skipms"), attribute("from"), attribute("channelvars")) == (
        "from_",
        "skip",
        "from_",
        "channelvars",
    )
    assert resource_class("deviceStates") == "DeviceStates"


@pytest.mark.parametrize("name", ["from", "a-b", "1a"])
def test_a_name_that_is_none_needs_a_row(name: str) -> None:
    with pytest.raises(DocumentationError, match="needs a row in the tables of names"):
        snake_case(name)


@pytest.mark.parametrize(
    ("described", "annotation", "convert"),
    [
        (Parameter("x", "query", "string"), "str", "text"),
        (Parameter("x", "query", "long"), "int", "number"),
        (Parameter("x", "query", "string", words=("in", "out")), "Literal['in', 'out']", "text"),
        (Parameter("x", "query", "string", is_list=True), "str | Sequence[str]", "texts"),
        (
            Parameter("x", "query", "handle:Channel", is_list=True),
            "str | ChannelOperations | Sequence[str | ChannelOperations]",
            "texts",
        ),
        (Parameter("x", "query", "word:DeviceState", words=("INUSE",)), "domain.DeviceState | str", "text"),
        (Parameter("x", "body", "containers"), "VariableMap", "variables"),
    ],
)
def test_an_argument_has_a_type_and_a_way_to_the_wire(described: Parameter, annotation: str, convert: str) -> None:
    found = parameter_type(described)

    assert (found.annotation, found.convert) == (annotation, convert)


@pytest.mark.parametrize(
    ("kind", "is_required", "annotation"),
    [
        ("string", True, "str"),
        ("string", False, "str | None"),
        ("List[Channel]", True, "list[Channel]"),
        ("Date", True, "Time"),
        ("object", True, "dict[str, Any]"),
        ("word:ChannelState", True, "Word[domain.ChannelState]"),
        ("word:DialStatus|None", True, "Word[domain.DialStatus] | None"),
        ("code:HangupCause", False, "Code[domain.HangupCause] | None"),
    ],
)
def test_a_property_has_a_type(kind: str, is_required: bool, annotation: str) -> None:  # noqa: FBT001 - a parameter
    assert property_type(Property("x", kind, is_required), {"Channel"}) == annotation


def test_a_type_that_is_not_known_is_an_error() -> None:
    with pytest.raises(DocumentationError, match="Mystery"):
        property_type(Property("x", "Mystery"), set())
    with pytest.raises(DocumentationError, match="mystery"):
        parameter_type(Parameter("x", "query", "mystery"))


def test_a_result_has_a_type() -> None:
    assert [result_type(each, {"Channel"}) for each in ("void", "binary", "List[Channel]")] == [
        None,
        "bytes",
        "list[Channel]",
    ]


# --- writing ---------------------------------------------------------------------------------------------------------


def test_an_operation_is_a_method() -> None:
    source = render_resource("channels", surface(), {"Channel", "Playback"})

    assert function(source, "play") == (
        "async def play(self, channel_id: str | ChannelOperations, media: str | Sequence[str], *, "
        "playback_id: str | None=None, offset: float | None=None) -> Playback:\n"
        "    return await self._caller.call(_PLAY.request(channel_id=channel_id, playback_id=self._named(playback_id), "
        "media=media, offset=offset), Playback)"
    )
    assert function(source, "list").endswith(
        "-> builtins.list[Channel]:\n    return await self._caller.call(_LIST.request(), list[Channel])"
    )
    assert function(source, "set_vars").endswith(
        "-> None:\n    await self._caller.call(_SET_VARS.request(channel_id=channel_id, variables=variables))"
    )
    assert (
        '_PLAY: Final = Operation("channels.play", "POST", "/channels/{channel_id}/play/{playback_id}", '
        'refusals=(404, 409), query=(("media", "media", texts), ("offset", "offsetms", milliseconds),), '
        "stands_for=('play', 'playWithId'))"
    ) in source


def test_an_operation_of_one_thing_is_a_method_of_its_handle() -> None:
    source = render_handles(surface(), TABLE.handles, {"Channel", "Playback"})

    assert function(source, "play") == (
        "def play(self, media: str | Sequence[str], *, playback_id: str | None=None, offset: float | None=None) "
        "-> Coroutine[Any, Any, Playback]:\n"
        "    return self._client.channels.play(channel_id=self.id, playback_id=playback_id, media=media, offset=offset)"
    )
    assert "class ChannelHandle(ChannelOperations, Named):" in source


def test_a_model_comes_after_what_it_is_made_of() -> None:
    described = surface()
    others, found = event_models(described, ["Event", "Lost", "Started"])

    assert [each.name for each in others] == ["CallerID", "Channel", "Event", "Message", "Playback"]
    assert [each.name for each in found] == ["Lost", "Started"]


def test_models_and_events_are_classes() -> None:
    others, found = event_models(surface(), ["Event", "Lost", "Started"])
    source = render_models(others, TABLE.handles, version="22")
    assert "class Channel(ChannelOperations, Model, frozen=True, kw_only=True):" in source
    assert '    from_: str | None = msgspec.field(name="from", default=None)' in source
    source = render_events(found, others, TABLE.handles, version="22")
    assert "    timestamp: Time\n    args: list[str] | None = None\n    channel: Channel\n" in source
    assert "    _handles = ('channel',)" in source
    assert "AnyEvent: TypeAlias = (Lost | Started)" in source


def test_a_handle_in_a_part_of_an_event_is_found_by_its_path() -> None:
    others = [Described("Part", "x", (Property("channel", "Channel"),)), Described("Channel", "x")]
    event = Described("Started", "x", (Property("part", "Part"),))

    assert "_handles = ('part.channel',)" in render_events([event], others, TABLE.handles, version="22")


# --- Asterisk 22 -----------------------------------------------------------------------------------------------------


def test_every_operation_event_and_model_is_described_and_nothing_else() -> None:
    generated = [each for each in vars(StandIn()).values() if isinstance(each, Resource)]
    assert OPERATIONS.keys() == {
        f"{type(resource).__name__[0].lower()}{type(resource).__name__[1:]}.{operation.stands_for[0]}"
        for resource in generated
        for operation in resource.operations
    }
    assert {kind.__name__ for kind in events.EVENTS} == EVENTS.keys()
    assert {name for name, kind in vars(models).items() if is_model(kind)} == MODELS.keys()
    assert {name.removesuffix("Handle") for name in handles.__all__ if name.endswith("Handle")} == HANDLES.keys()
    assert len(RESOURCES) == len(generated)


def is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Model) and kind is not Model


def test_the_corrections_of_asterisk_22_name_what_is_made_here() -> None:
    assert set(ASTERISK_22.chosen.values()) == {
        "bridgeId",
        "channelId",
        "name",
        "playbackId",
        "snoopId",
    }


def test_a_description_that_lacks_what_is_corrected_is_refused() -> None:
    with pytest.raises(CorrectionError):
        modules(parse(FILES), version="22")
