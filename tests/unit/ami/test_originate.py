"""How a call went, and which calls are refused before they are made."""

from typing import Any

import pytest

from asterisk_py_ami.events import OriginateResponse
from asterisk_py_ami.originate import OriginateReason, OriginateResult, check_goal, check_outcome_comes
from asterisk_py_core.errors import InputError

NOWHERE: dict[str, Any] = dict.fromkeys(("exten", "context", "priority", "application", "data"))
EXTENSION = NOWHERE | {"exten": "600", "context": "internal", "priority": 1}


def outcome(*headers: str) -> OriginateResponse:
    return OriginateResponse("\r\n".join(["Event: OriginateResponse", "Privilege: call,all", *headers]).encode())


def test_a_call_that_was_answered_has_a_channel() -> None:
    event = outcome("Response: Success", "Channel: PJSIP/200-00000007", "Reason: 4", "Uniqueid: 1795621358.4")
    result = OriginateResult.of(event)
    assert result == OriginateResult("PJSIP/200-00000007", "1795621358.4", OriginateReason.ANSWERED, event)
    assert result.answered


@pytest.mark.parametrize(("code", "reason"), [(each.value, each) for each in OriginateReason if each.value != 4])
def test_a_call_that_was_not_answered_has_none_but_says_what_was_called(code: int, reason: OriginateReason) -> None:
    result = OriginateResult.of(
        outcome("Response: Failure", "Channel: PJSIP/200", f"Reason: {code}", "Uniqueid: <null>")
    )
    assert (result.answered, result.channel, result.uniqueid, result.reason) == (False, None, None, reason)
    assert result.reason is reason
    assert result.event.channel == "PJSIP/200"


def test_a_reason_without_a_name_is_its_number() -> None:
    result = OriginateResult.of(outcome("Response: Failure", "Reason: 77"))
    assert (result.reason, type(result.reason)) == (77, int)


@pytest.mark.parametrize(
    "goal",
    [
        {"exten": "600", "context": "internal", "priority": 1},
        {"exten": "600", "context": "internal", "priority": "1"},
        {"exten": "600", "context": "internal", "priority": "start"},
        {"application": "Wait", "data": "5"},
        {"application": "Answer"},
        {"application": "Playback", "data": ""},
    ],
)
def test_a_call_that_leads_somewhere_is_made(goal: dict[str, Any]) -> None:
    check_goal(**(NOWHERE | goal))


@pytest.mark.parametrize(
    ("goal", "field"),
    [
        ({}, "exten, context, priority"),
        ({"application": ""}, "exten, context, priority"),
        ({"exten": "600"}, "context, priority"),
        ({"exten": "600", "context": "", "priority": 1}, "context"),
        ({"context": "internal", "priority": 1}, "exten"),
        ({"exten": "600", "context": "internal"}, "priority"),
        ({"data": "5"}, "exten, context, priority"),
        (EXTENSION | {"data": "5"}, "data"),
        (EXTENSION | {"application": "Wait"}, "application"),
        ({"application": "Wait", "exten": "600"}, "application"),
        *[
            (EXTENSION | {"priority": number}, "priority")
            for number in (0, -1, "0", "-1", " 0", "00", "0.5", "0x1", True, 1.0, -(10**5000))
        ],
    ],
)
def test_a_call_that_leads_nowhere_is_refused_with_what_is_wrong(goal: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        check_goal(**(NOWHERE | goal))
    assert caught.value.field == field


@pytest.mark.parametrize(
    "mask", ["on", "YES", "true", "call", "system,call", "system, call", "all", "2", "6", "268435455"]
)
def test_an_outcome_that_comes_can_be_waited_for(mask: str) -> None:
    check_outcome_comes(mask)


@pytest.mark.parametrize("mask", ["off", "False", "system", "user,dtmf", "none", "0", "1", "4"])
def test_an_outcome_the_mask_leaves_out_is_not_waited_for(mask: str) -> None:
    with pytest.raises(InputError, match=rf"the event mask '{mask}' leaves out class call"):
        check_outcome_comes(mask)
