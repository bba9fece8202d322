import copy
import json
import pickle
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

import pytest

from asterisk_py_core import domain
from asterisk_py_core.domain import (
    AgiStatus,
    CdrDisposition,
    ChannelState,
    DeviceState,
    DialStatus,
    ExtensionState,
    HangupCause,
    PeerStatus,
    QueueStrategy,
)
from asterisk_py_core.errors import InputError, UnknownValueError

CONSTANTS: dict[str, Any] = json.loads((Path(__file__).parent / "domain-constants.json").read_text())
ENUMS: dict[str, Any] = {name: getattr(domain, name) for name in domain.__all__}
MEMBERS = [(name, entry) for name, vocabulary in CONSTANTS.items() for entry in vocabulary["members"]]


def wire_of(entry: dict[str, Any]) -> str:
    return str(entry.get("wire") or entry.get("wire_name") or entry["code"])


def test_there_are_nine_vocabularies_with_the_members_of_the_reference_and_no_others() -> None:
    assert sorted(ENUMS) == sorted(CONSTANTS)
    for name, enum in ENUMS.items():
        assert list(enum.__members__) == [entry["member"] for entry in CONSTANTS[name]["members"]]


@pytest.mark.parametrize(("name", "entry"), MEMBERS)
def test_each_member_has_the_code_the_wire_word_and_the_text_of_the_reference(name: str, entry: dict[str, Any]) -> None:
    member = ENUMS[name][entry["member"]]
    assert member.wire == wire_of(entry)
    assert type(member.wire) is str
    assert hasattr(member, "code") == ("code" in entry)
    if "code" in entry:
        assert (member.code, type(member.code)) == (entry["code"], int)
    if name == "HangupCause":
        assert member.description == entry["text"]
    if name == "ExtensionState":
        assert member.text == entry["text"]


@pytest.mark.parametrize(("name", "entry"), MEMBERS)
def test_each_member_is_parsed_from_every_spelling_in_any_case(name: str, entry: dict[str, Any]) -> None:
    enum = ENUMS[name]
    member = enum[entry["member"]]
    texts = [entry["member"], wire_of(entry), *entry.get("aliases", [])]
    if name == "ExtensionState" and entry["text"]:
        texts.append(entry["text"])
    for text in texts:
        for spelling in (text, text.upper(), text.lower(), text.title(), text.swapcase()):
            assert enum.parse(spelling) is member
    if "code" in entry:
        assert enum.parse(entry["code"]) is enum.parse(str(entry["code"])) is member
    assert enum.parse(member) is member


@pytest.mark.parametrize("name", list(CONSTANTS))
def test_the_kind_of_each_enum_is_that_of_the_reference(name: str) -> None:
    kind = CONSTANTS[name]["kind"]
    assert issubclass(ENUMS[name], IntEnum if kind.startswith("Int") else StrEnum)


@pytest.mark.parametrize("enum", ENUMS.values())
@pytest.mark.parametrize(
    "value",
    [
        *(True, False, None, 1.0, 16.0, b"16", ["16"]),
        *("", " ", "nonsense", "-", "UP\0", "Unknown (-1)", "Unknown (x)", "InUse&", "&"),
        *(-5, "-5", "1-6", " 16", "16 ", "0x10", "1_6", "\u0661", 2**31, str(2**31), "9" * 5000),
    ],
)
def test_what_is_no_word_is_refused_with_the_vocabulary_and_the_value_named(enum: Any, value: Any) -> None:
    with pytest.raises(UnknownValueError) as caught:
        enum.parse(value)
    assert (caught.value.vocabulary, caught.value.value) == (enum.__name__, value)
    assert str(caught.value) == f"{value!r:.100} is not a {enum.__name__}"
    assert isinstance(caught.value, ValueError)


def test_a_member_of_another_vocabulary_is_refused_even_where_its_value_would_fit() -> None:
    with pytest.raises(UnknownValueError):
        HangupCause.parse(AgiStatus.SUCCESS)
    with pytest.raises(UnknownValueError):
        DialStatus.parse(CdrDisposition.BUSY)


class Word(str):
    __slots__ = ()


class Number(int):
    pass


def test_subclasses_of_str_and_int_are_parsed_like_them() -> None:
    assert HangupCause.parse(Word("16")) is HangupCause.NORMAL_CLEARING
    assert DialStatus.parse(Word("busy")) is DialStatus.BUSY
    assert HangupCause.parse(Number(17)) is HangupCause.USER_BUSY
    assert type(HangupCause.parse(Number(200)).value) is int


def test_a_number_may_have_leading_zeros() -> None:
    assert HangupCause.parse("016") is HangupCause.NORMAL_CLEARING


@pytest.mark.parametrize(
    ("word", "cause"),
    [
        ("Normal", HangupCause.NORMAL_CLEARING),
        ("Busy", HangupCause.USER_BUSY),
        ("NoAnswer", HangupCause.NO_ANSWER),
        ("Congestion", HangupCause.NORMAL_CIRCUIT_CONGESTION),
        ("NoRouteDestination", HangupCause.NO_ROUTE_DESTINATION),
        ("normal clearing", HangupCause.NORMAL_CLEARING),
    ],
)
def test_a_hangup_cause_is_known_by_the_names_people_use(word: str, cause: HangupCause) -> None:
    assert HangupCause.parse(word) is cause


# --- codes Asterisk may add --------------------------------------------------------------------------------------

UNLISTED = [
    (HangupCause.parse(200), 200, "UNKNOWN_200", "200"),
    (HangupCause.parse("200"), 200, "UNKNOWN_200", "200"),
    (HangupCause.parse(2**31 - 1), 2**31 - 1, "UNKNOWN_2147483647", "2147483647"),
    (ChannelState.parse(12), 12, "UNKNOWN_12", "Unknown (12)"),
    (ChannelState.parse("Unknown (12)"), 12, "UNKNOWN_12", "Unknown (12)"),
    (ExtensionState.parse(65), 65, "IN_USE|UNKNOWN_64", "65"),
    (ExtensionState.parse(9), 9, "IN_USE|RINGING", "9"),
]


@pytest.mark.parametrize(("value", "code", "name", "wire"), UNLISTED)
def test_an_unlisted_code_is_a_full_member_that_keeps_its_number(value: Any, code: int, name: str, wire: str) -> None:
    enum = type(value)
    assert enum in ENUMS.values()
    assert (value.code, value.name, value.value, value.wire) == (code, name, code, wire)
    assert value == code == enum.parse(value.wire) == enum(code)
    assert hash(value) == hash(enum.parse(code))
    assert {value: 1}[enum.parse(code)] == 1
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(value, protocol))  # noqa: S301 - our own bytes
        assert (again, again.name, type(again)) == (value, name, enum)
    assert copy.copy(value) == copy.deepcopy(value) == value
    assert repr(value) == f"<{enum.__name__}.{name}: {code}>"
    assert enum.parse(value) is value


def test_an_unknown_hangup_cause_says_so() -> None:
    assert HangupCause.parse(200).description == "Unknown cause 200"


def test_a_known_state_in_the_form_of_an_unknown_one_is_the_known_one() -> None:
    assert ChannelState.parse("unknown (6)") is ChannelState.UP


def test_a_state_that_asterisk_itself_calls_unknown_without_a_number_is_refused() -> None:
    with pytest.raises(UnknownValueError):
        ChannelState.parse("Unknown")


@pytest.mark.parametrize("enum", [HangupCause, ChannelState, ExtensionState])
def test_a_peer_that_invents_codes_fills_no_memory(enum: Any) -> None:
    for code in range(32):
        enum.parse(code)
    size = (len(enum._table), len(enum._value2member_map_), len(enum))
    for code in range(1_000, 3_000):
        enum.parse(code)
        enum.parse(str(code))
    assert (len(enum._table), len(enum._value2member_map_), len(enum)) == size


@pytest.mark.parametrize("enum", [HangupCause, ChannelState, ExtensionState])
@pytest.mark.parametrize("code", [-3, 2**31, "16", 1.5, None])
def test_the_constructor_refuses_what_is_no_code(enum: Any, code: Any) -> None:
    with pytest.raises(ValueError, match="is not a valid"):
        enum(code)


@pytest.mark.parametrize("enum", [AgiStatus, PeerStatus])
def test_a_closed_vocabulary_stays_closed(enum: Any) -> None:
    with pytest.raises(UnknownValueError):
        enum.parse(100)
    with pytest.raises(ValueError, match="is not a valid"):
        enum("100")


# --- dial status -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["GOTO:internal^600^1", "goto:", "GOTO", "Goto:a:b"])
def test_goto_may_carry_its_target(word: str) -> None:
    assert DialStatus.parse(word) is DialStatus.GOTO


@pytest.mark.parametrize("word", ["BUSY:internal^600^1", ":GOTO", "", "GOTOX:a"])
def test_only_goto_carries_a_target(word: str) -> None:
    with pytest.raises(UnknownValueError):
        DialStatus.parse(word)


# --- extension state ---------------------------------------------------------------------------------------------


def test_extension_states_are_bits_that_combine() -> None:
    both = ExtensionState.IN_USE | ExtensionState.RINGING
    assert both is ExtensionState.parse("9") is ExtensionState(9) is (8 | ExtensionState.IN_USE)
    assert isinstance(both, ExtensionState)
    assert both.text == "InUse&Ringing"
    assert ExtensionState.parse("InUse&Hold") is (ExtensionState.IN_USE | ExtensionState.ON_HOLD)
    assert ExtensionState.parse("hold&inuse") == 17
    assert (ExtensionState.IN_USE | ExtensionState.NOT_IN_USE) is ExtensionState.IN_USE


def test_a_combination_asterisk_has_no_text_for_has_none() -> None:
    assert (ExtensionState.BUSY | ExtensionState.ON_HOLD).text is None


def test_a_state_says_which_bits_it_holds() -> None:
    state = ExtensionState.parse(9)
    assert ExtensionState.RINGING in state
    assert state in state  # noqa: PLR0124 - a mask holds itself
    assert ExtensionState.BUSY not in state
    assert state not in ExtensionState.RINGING
    assert ExtensionState.NOT_IN_USE not in state
    assert ExtensionState.NOT_IN_USE in ExtensionState.NOT_IN_USE
    assert ExtensionState.REMOVED in ExtensionState.REMOVED
    assert ExtensionState.IN_USE not in ExtensionState.DEACTIVATED


@pytest.mark.parametrize("alone", [ExtensionState.REMOVED, ExtensionState.DEACTIVATED])
def test_removed_and_deactivated_stand_alone(alone: ExtensionState) -> None:
    with pytest.raises(InputError, match="do not combine"):
        _ = alone | ExtensionState.IN_USE
    with pytest.raises(InputError, match="do not combine"):
        _ = ExtensionState.IN_USE | alone
    with pytest.raises(UnknownValueError):
        ExtensionState.parse(f"{alone.name}&IN_USE")


# --- use ---------------------------------------------------------------------------------------------------------


def test_members_work_in_a_match_statement() -> None:
    def describe(cause: HangupCause) -> str:
        match cause:
            case HangupCause.USER_BUSY | HangupCause.NO_ANSWER:
                return "try later"
            case HangupCause(code=code) if code >= 200:
                return "new"
            case _:
                return "other"

    assert [describe(HangupCause.parse(code)) for code in ("17", 19, 200, 16)] == ["try later"] * 2 + ["new", "other"]


def test_word_enums_are_their_wire_words() -> None:
    assert str(DeviceState.IN_USE) == DeviceState.IN_USE.value == "INUSE"
    assert f"{QueueStrategy.ROUND_ROBIN}" == "rrmemory"
    assert DeviceState("RINGINUSE") is DeviceState.RING_IN_USE


def test_the_usual_value_costs_one_look_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HangupCause, "_parse_unusual", None)
    monkeypatch.setattr(ChannelState, "_parse_unusual", None)
    monkeypatch.setattr(ExtensionState, "_parse_unusual", None)
    assert HangupCause.parse("16") is HangupCause.parse(16) is HangupCause.parse("NORMAL_CLEARING")
    assert ChannelState.parse("Dialing Offhook") is ChannelState.DIALING_OFF_HOOK
    assert ExtensionState.parse("0") is ExtensionState.NOT_IN_USE
