"""The generated actions, and what they are made of."""

import copy
import inspect
import pickle
from collections.abc import Callable
from typing import Any, TypeVar, assert_type

import pytest

from asterisk_py_ami import actions, events
from asterisk_py_ami.protocol.action import Action, ListAction, milliseconds, required
from asterisk_py_ami.protocol.codec import encode_action
from asterisk_py_ami.protocol.message import AmiEvent, event_class
from asterisk_py_core.domain import HangupCause
from asterisk_py_core.errors import InputError

E = TypeVar("E", bound=AmiEvent)

CLASSES: list[type[Action]] = [getattr(actions, name) for name in actions.__all__]
every_action = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)


def written(action: Action) -> list[str]:
    """Return the lines that go to Asterisk."""
    return encode_action(action.name, action.headers()).decode().removesuffix("\r\n\r\n").split("\r\n")


def parameters(kind: type[Action]) -> dict[str, inspect.Parameter]:
    found = dict(inspect.signature(kind).parameters)
    assert all(each.kind is not inspect.Parameter.VAR_POSITIONAL for each in found.values())
    return found


def sample(parameter: inspect.Parameter) -> Any:
    """Return something the annotation of *parameter* allows."""
    annotation = str(parameter.annotation).removesuffix(" | None")
    samples: dict[str, Any] = {"int": 3, "int | str": 3, "float": 1.5, "bool": True, "HangupCause | int": 17}
    samples |= {"Mapping[str, Scalar]": {"A": 1}, "Sequence[int]": [1, 2], "bool | str": "app_queue.so"}
    samples |= {
        "Sequence[Mapping[str, Scalar]]": [{"Action": "NewCat", "Cat": "one"}],
        "str | Sequence[str]": ["a", "b"],
    }
    return samples.get(annotation, "word")


def with_everything(kind: type[Action]) -> Action:
    return kind(**{name: sample(parameter) for name, parameter in parameters(kind).items()})


def test_an_action_is_its_headers() -> None:
    action = actions.Hangup("PJSIP/200-00000001", cause=HangupCause.USER_BUSY)
    assert written(action) == ["Action: Hangup", "Channel: PJSIP/200-00000001", "Cause: 17"]
    assert assert_type(action.channel, str) == "PJSIP/200-00000001"
    assert action.cause is HangupCause.USER_BUSY
    assert written(actions.Hangup(channel="/^PJSIP/", cause=21)) == ["Action: Hangup", "Channel: /^PJSIP/", "Cause: 21"]
    assert written(actions.Ping()) == ["Action: Ping"]


@every_action
def test_every_action_can_be_written_with_all_it_takes(kind: type[Action]) -> None:
    action = with_everything(kind)
    assert len(written(action)) > len(parameters(kind))
    for name in parameters(kind):
        assert getattr(action, name) == sample(parameters(kind)[name])
    assert set(kind.__slots__) == set(parameters(kind))
    assert all(not line.endswith("None") for line in written(action))


@every_action
def test_what_asterisk_requires_is_required_and_all_else_has_a_name(kind: type[Action]) -> None:
    for parameter in parameters(kind).values():
        if parameter.default is inspect.Parameter.empty:
            assert parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        else:
            assert parameter.kind is inspect.Parameter.KEYWORD_ONLY


@every_action
def test_a_required_parameter_must_not_be_empty(kind: type[Action]) -> None:
    needed = {name: each for name, each in parameters(kind).items() if each.default is inspect.Parameter.empty}
    for name in set(needed) - ({"value"} if kind is actions.Setvar else set()):
        for empty in ("", None):
            arguments = {each: empty if each == name else sample(parameter) for each, parameter in needed.items()}
            with pytest.raises(InputError, match=f"action {kind.name}: parameter {name} must not be empty"):
                kind(**arguments)


@every_action
def test_every_action_has_its_own_name_and_says_it(kind: type[Action]) -> None:
    assert kind.__name__ == kind.name
    assert f"Action ``{kind.name}``" in (kind.__doc__ or "")
    assert "ActionID" not in [header for header, _ in with_everything(kind).headers()]


def test_originate_is_asynchronous_with_variables_escaped_and_milliseconds() -> None:
    action = actions.Originate(
        "PJSIP/200",
        exten="600",
        context="internal",
        priority=1,
        timeout=2.5,
        variables={"A": "x,PWN=1", "B": 2},
        codecs=["ulaw", "alaw"],
        early_media=False,
    )
    assert written(action) == [
        "Action: Originate",
        "Channel: PJSIP/200",
        "Exten: 600",
        "Context: internal",
        "Priority: 1",
        "Timeout: 2500",
        r"Variable: A=x\,PWN=1",
        "Variable: B=2",
        "EarlyMedia: false",
        "Async: true",
        "Codecs: ulaw,alaw",
    ]
    assert "Async: false" in written(actions.Originate("PJSIP/200", application="Wait", data="1", asynchronous=False))


@pytest.mark.parametrize(
    ("action", "line"),
    [
        pytest.param(actions.QueuePause("PJSIP/1", paused=True), "Paused: true", id="true"),
        pytest.param(actions.QueueReload(members=True), "Members: yes", id="yes"),
        pytest.param(actions.QueueReload(rules=False), "Rules: no", id="no"),
        pytest.param(actions.MuteAudio("PJSIP/1", "in", state=True), "State: on", id="on"),
        pytest.param(actions.PJSIPSetMaintenance("phone", state=False), "State: off", id="off"),
        pytest.param(actions.Park("PJSIP/1", timeout=0.0004), "Timeout: 1", id="hardly any time"),
        pytest.param(actions.Park("PJSIP/1", timeout=0), "Timeout: 0", id="no time"),
        pytest.param(actions.Park("PJSIP/1", timeout=2_147_483), "Timeout: 2147483000", id="the most time"),
        pytest.param(actions.AbsoluteTimeout("PJSIP/1", 1.5), "Timeout: 1.5", id="seconds"),
        pytest.param(actions.Status(variables="A,B"), "Variables: A,B", id="joined already"),
        pytest.param(actions.Status(variables=("A", "B")), "Variables: A,B", id="joined"),
        pytest.param(actions.Setvar("A", ""), "Value: ", id="an empty variable"),
        pytest.param(
            actions.SendText("PJSIP/1", "Hi", content_type="text/html"), "Content-Type: text/html", id="hyphen"
        ),
        pytest.param(actions.UserEvent("Mine", fields={"Key": "v"}), "Key: v", id="headers of one's own"),
        pytest.param(actions.AOCMessage("D", unit_amounts=[5, 6]), "UnitAmount(1): 6", id="indexed"),
        pytest.param(actions.PJSIPNotify(variables={"Event": "check-sync"}), "Variable: Event=check-sync", id="notify"),
    ],
)
def test_a_parameter_is_written_as_asterisk_reads_it(action: Action, line: str) -> None:
    assert line in written(action)


def test_the_changes_of_a_configuration_file_are_numbered() -> None:
    changes: list[dict[str, str | int]] = [
        {"Action": "NewCat", "Cat": "one"},
        {"Action": "Append", "Cat": "one", "Var": "a", "Value": 1},
    ]
    assert written(actions.UpdateConfig("a.conf", "b.conf", reload=True, changes=changes))[3:] == [
        "Reload: true",
        "Action-000000: NewCat",
        "Cat-000000: one",
        "Action-000001: Append",
        "Cat-000001: one",
        "Var-000001: a",
        "Value-000001: 1",
    ]


def wrong_timeout(seconds: Any) -> Callable[[], Action]:
    return lambda: actions.Originate("PJSIP/1", timeout=seconds)


@pytest.mark.parametrize(
    "seconds", [-1, float("nan"), float("inf"), 1e308, pytest.param(10**5000, id="huge"), 2_147_484, "5", True]
)
def test_a_time_that_is_none_is_refused_when_the_action_is_made(seconds: Any) -> None:
    with pytest.raises(InputError, match="action Originate: parameter timeout must be a number of 0 to 2147483, not"):
        wrong_timeout(seconds)()


def test_a_variable_s_name_is_refused_when_the_action_is_made() -> None:
    with pytest.raises(InputError, match="variable name 'A=B'"):
        actions.Originate("PJSIP/1", variables={"A=B": 1})


@pytest.mark.parametrize("bad", ["a\r\nAction: Originate", "a\nb", "a\0b"])
def test_026_an_action_that_would_smuggle_another_is_refused(bad: str) -> None:
    for action in (actions.Hangup(bad), actions.Setvar("A", bad), actions.UserEvent("A", fields={"B": bad})):
        with pytest.raises(InputError, match="must not hold CR, LF or NUL"):
            written(action)
    with pytest.raises(InputError, match="is set by the arguments of their own"):
        written(actions.UserEvent("A", fields={"Action": "Originate"}))


def test_an_action_cannot_be_changed() -> None:
    action: Any = actions.Hangup("PJSIP/1")
    with pytest.raises(AttributeError, match=r"Hangup\.channel cannot be changed"):
        action.channel = "PJSIP/2"
    with pytest.raises(AttributeError, match=r"Hangup\.channel cannot be deleted"):
        del action.channel
    with pytest.raises(AttributeError):
        action.chanel = "PJSIP/2"
    assert action == actions.Hangup("PJSIP/1")


def test_equal_actions_are_equal_and_may_be_keys() -> None:
    actions_made = {
        actions.Hangup("A"),
        actions.Hangup(channel="A"),
        actions.Hangup("A", cause=16),
        actions.SendFlash("A"),
    }
    assert len(actions_made) == 3
    assert hash(actions.Originate("A", variables={"B": 1})) == hash(actions.Originate("A", variables={"B": "1"}))
    assert actions.Hangup("A") != "Hangup"
    assert actions.Hangup("A") != actions.SendFlash("A")


@every_action
def test_an_action_can_be_pickled_and_copied(kind: type[Action]) -> None:
    action = with_everything(kind)
    assert pickle.loads(pickle.dumps(action)) == action  # noqa: S301 - our own bytes
    assert copy.copy(action) == action


def test_an_action_shows_what_it_is_and_no_secret() -> None:
    assert repr(actions.Hangup("PJSIP/1", cause=17)) == "<Hangup Channel='PJSIP/1' Cause='17'>"
    shown = repr(actions.Originate("PJSIP/1", variables={"PASSWORD": "hunter2", "B": "x" * 100}))
    assert "hunter2" not in shown
    assert "Async='true'" in shown
    assert shown.count("x") <= 48
    assert "Exten" not in shown


# --- lists -----------------------------------------------------------------------------------------------------------


@every_action
def test_a_list_says_what_it_is_made_of(kind: type[Action]) -> None:
    if not issubclass(kind, ListAction):
        assert not hasattr(kind, "item_events")
        return
    assert kind.item_events
    assert kind.end_event is not None
    unknown = {
        name for name in (*kind.item_events, kind.end_event) if event_class(name) is event_class("no such event")
    }
    # Events of IAX, PRI, DAHDI and MeetMe, which no Asterisk at hand sends.
    assert not unknown or kind.name in {
        "DAHDIShowChannels", "IAXpeerlist", "IAXregistry", "MeetmeList", "MeetmeListRooms", "PRIShowSpans",
    }  # fmt: skip


def test_the_type_of_the_items_is_that_of_the_list() -> None:
    assert_type(items_of(actions.QueueSummary()), list[events.QueueSummary])
    assert_type(items_of(actions.CoreShowChannels()), list[events.CoreShowChannel])
    assert actions.QueueStatus.item_events == ("QueueParams", "QueueMember", "QueueEntry")
    assert actions.QueueStatus(queue="support").end_event == "QueueStatusComplete"


def items_of(_action: ListAction[E]) -> list[E]:
    """What a client gives back, as far as types go."""
    return []


# --- an action of somebody's own -------------------------------------------------------------------------------------


class CountSheep(Action):
    __slots__ = ("upto",)
    name = "CountSheep"

    def __init__(self, upto: int, *, rest: float | None = None) -> None:
        self.upto = required(self, "upto", upto)
        super().__init__(("UpTo", upto), ("Rest", milliseconds(self, "rest", rest)))


def test_an_action_of_one_s_own_is_as_good() -> None:
    assert written(CountSheep(3, rest=0.25)) == ["Action: CountSheep", "UpTo: 3", "Rest: 250"]
    assert repr(CountSheep(3)) == "<CountSheep UpTo='3'>"
    with pytest.raises(InputError, match="action CountSheep: parameter rest must be"):
        CountSheep(3, rest=-1)


@pytest.mark.parametrize(
    "make",
    [
        lambda bad: actions.Originate("PJSIP/1", variables=bad),
        lambda bad: actions.Originate("PJSIP/1", codecs=bad),
        lambda bad: actions.Status(variables=bad),
        lambda bad: actions.AOCMessage("D", unit_amounts=bad),
        lambda bad: actions.UpdateConfig("a.conf", "b.conf", changes=bad),
        lambda bad: actions.UserEvent("A", fields=bad),
    ],
)
def test_what_is_no_list_and_no_mapping_is_refused_when_the_action_is_made(make: Callable[[Any], Action]) -> None:
    for bad in (5, object(), b"ab", {"a"}, [[["a"]]]):
        with pytest.raises(InputError, match="must be"):
            written(make(bad))
