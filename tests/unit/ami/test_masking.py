"""A log of the wire shows who does what, and no value that may be a secret."""

from typing import Any

import pytest

from asterisk_py_ami import actions
from asterisk_py_ami.protocol.action import Action
from asterisk_py_ami.protocol.codec import encode_action
from asterisk_py_ami.protocol.masking import mask_action, mask_header, mask_message

SECRET = "hunter2"


def logged(name: str, headers: Any) -> str:
    return mask_action(encode_action(name, headers, "a-1")).decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        (actions.Setvar("PIN", SECRET, channel="PJSIP/1"), ["Channel: PJSIP/1", "Variable: PIN", "Value: ***"]),
        (actions.DBPut("pins", "600", val=SECRET), ["Family: pins", "Key: ***", "Val: ***"]),
        (
            actions.Originate("PJSIP/1", application="Authenticate", data=SECRET, variables={"A": SECRET, "B": "a=b"}),
            ["Channel: PJSIP/1", "Application: Authenticate", "Data: ***", "Variable: A=***", "Variable: B=***"],
        ),
        (actions.PJSIPNotify(endpoint="1", variables={"Content": SECRET}), ["Endpoint: 1", "Variable: Content=***"]),
        (actions.AGI("PJSIP/1", f"SET VARIABLE A {SECRET}"), ["Channel: PJSIP/1", "Command: ***"]),
        (actions.PlayDTMF("PJSIP/1", "1234"), ["Channel: PJSIP/1", "Digit: ***"]),
        (actions.SendText("PJSIP/1", SECRET), ["Channel: PJSIP/1", "Message: ***"]),
        (actions.MessageSend(destination="pjsip:1", body=SECRET, base64_body=SECRET), ["Body: ***", "Base64Body: ***"]),
        (
            actions.UpdateConfig(
                "a.conf",
                "b.conf",
                changes=[{"Action": "Update", "Cat": "x", "Var": "pin", "Value": SECRET, "Match": SECRET}],
            ),
            ["Cat-000000: x", "Var-000000: pin", "Value-000000: ***", "Match-000000: ***"],
        ),
        (actions.UserEvent("X", fields={"Password": SECRET, "Colour": "red"}), ["Password: ***", "Colour: red"]),
        (actions.Getvar("PIN", channel="PJSIP/1"), ["Channel: PJSIP/1", "Variable: PIN"]),
    ],
    ids=lambda value: value.name if isinstance(value, Action) else "",
)
def test_021_what_may_be_a_secret_is_in_neither_log_nor_repr(action: Action, shown: list[str]) -> None:
    log = logged(action.name, action.headers())
    assert log.startswith(f"Action: {action.name}\r\nActionID: a-1\r\n")
    assert log.endswith("\r\n\r\n")
    assert set(shown) <= set(log.split("\r\n"))
    for text in (log, repr(action)):
        assert SECRET not in text
        assert "1234" not in text


def test_021_an_action_given_by_name_is_masked_like_its_class() -> None:
    assert logged("setVAR", {"variable": "PIN", "VALUE": SECRET}) == (
        "Action: setVAR\r\nActionID: a-1\r\nvariable: PIN\r\nVALUE: ***\r\n\r\n"
    )


def test_021_an_action_of_ones_own_says_what_is_secret() -> None:
    class Whisper(Action):
        __slots__ = ()
        name = "Whisper"
        secret_headers = ("Words",)

    assert "Words: ***" in logged("Whisper", {"Words": SECRET})
    assert SECRET not in repr(Whisper(("Words", SECRET)))


def test_what_is_no_secret_goes_to_the_log_byte_for_byte() -> None:
    data = encode_action("Redirect", {"Channel": "PJSIP/\udcff: x", "Exten": "600", "Context": ""}, "a-1")
    assert mask_action(data) == data


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (f"database put pins 600 {SECRET}", "database put pins 600 ***"),
        (f'DATABASE  PUT "my pins" "6 0 0" "{SECRET} x"', 'DATABASE  PUT "my pins" "6 0 0" ***'),
        (f'database put "pins 600 {SECRET}', 'database put "pins 600 ***'),
        (f" dialplan set global PIN {SECRET}", " dialplan set global PIN ***"),
        (f"dialplan set chanvar PJSIP/1 PIN {SECRET}", "dialplan set chanvar PJSIP/1 PIN ***"),
        (f"dialplan add extension 1,1,Set(A={SECRET}) into x", "dialplan add extension ***"),
        (f"channel originate X/1 application Say {SECRET}", "channel originate X/1 application Say ***"),
        ("channel originate X/1 extension 600@a", "channel originate X/1 extension 600@a"),
        (f"agi exec X/1 EXEC {SECRET}", "agi exec X/1 ***"),
        ("database put pins 600", "database put pins 600"),
        ("database show pins", "database show pins"),
        ("core show channels concise", "core show channels concise"),
    ],
)
def test_021_commands_that_set_something_are_shown_without_it(command: str, shown: str) -> None:
    assert mask_header("Command", "Command", command) == shown
    assert logged("Command", {"Command": command}).split("\r\n")[2] == f"Command: {shown}"
    assert SECRET not in repr(actions.Command(command))


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("Response: Success\r\nVariable: PIN\r\nValue: hunter2", "Response: Success\r\nVariable: PIN\r\nValue: ***"),
        (
            "Event: VarSet\r\nVariable: PIN\r\nValue: hunter2\r\nX: 1",
            "Event: VarSet\r\nVariable: PIN\r\nValue: ***\r\nX: 1",
        ),
        ("Event: VarSet\r\nVALUE:hun\nter2\r\r\r\nX: 1", "Event: VarSet\r\nVALUE:***\r\nX: 1"),
        ("Event: DBGetResponse\r\nVal: hunter2", "Event: DBGetResponse\r\nVal: ***"),
        (
            "Event: Newexten\r\nApplication: Set\r\nAppData: PIN=hunter2",
            "Event: Newexten\r\nApplication: Set\r\nAppData: ***",
        ),
        (
            "Event: DTMFBegin\r\nDigit: 7\r\nDirection: Received",
            "Event: DTMFBegin\r\nDigit: ***\r\nDirection: Received",
        ),
        ("Event: Hangup\r\nChanVariable: PIN=hun=ter2", "Event: Hangup\r\nChanVariable: PIN=***"),
        (
            "Event: Dial\r\nDestChanVariable(X/1): PIN=hunter2\r\nA: 1",
            "Event: Dial\r\nDestChanVariable(X/1): PIN=***\r\nA: 1",
        ),
        ("Event: Status\r\nVariable: PIN=hunter2\r\nA: 1", "Event: Status\r\nVariable: PIN=***\r\nA: 1"),
        ("Response: Success\r\nOutput: Value: hunter2", "Response: Success\r\nOutput: Value: ***"),
        ("Event: X\r\nPassword: hunter2", "Event: X\r\nPassword: ***"),
        (
            "Event: X\r\nValues: 1\r\nDataset: 2\r\nUnvariable: 3",
            "Event: X\r\nValues: 1\r\nDataset: 2\r\nUnvariable: 3",
        ),
    ],
)
def test_021_what_asterisk_tells_of_values_is_masked_too(message: str, shown: str) -> None:
    assert mask_message(message.encode()) == shown.encode()
    assert mask_message(shown.encode()) == shown.encode()


@pytest.mark.parametrize("start", [b"Variable(", b"Value:", b"xVariable", b"\r\nValue: ", b"Variable: ", b"\r"])
def test_masking_does_not_go_back_to_each_start(start: bytes) -> None:
    # No clock is needed: what does would not come to an end while anybody watches.
    hostile = b"Event: X\r\n" + start * (40_000 // len(start))
    assert mask_message(mask_message(hostile)) == mask_message(hostile)


def test_of_a_very_long_message_the_beginning_is_shown_and_how_much_more_there_is() -> None:
    raw = b"Response: Success\r\nPassword: hunter2\r\n" + b"Output: x\r\n" * 100_000
    shown = mask_message(raw)
    assert shown.startswith(b"Response: Success\r\nPassword: ***\r\nOutput: x\r\n")
    assert shown.endswith(b" ... and %d bytes more" % (len(raw) - 65_536))
    cut = b"A: " + b"x" * (65_536 - 20) + b"\r\nPassword: hunter2"
    assert b"hunter" not in mask_message(cut)
