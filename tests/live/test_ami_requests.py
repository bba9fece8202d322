"""Actions and their answers."""

import asyncio
import logging
from collections import Counter
from urllib.parse import quote

import pytest

from asterisk_py_ami import AmiClient, InputError, RequestRejectedError, UnknownActionError
from asterisk_py_ami.events import Hangup, Newchannel, UserEvent, VarSet
from tests.live.ami import LIMIT, Watch, mark, originate, within

# Every kind of character that Asterisk, its configuration parser or its dialplan treats specially.
HARD_VALUES = {
    "PLAIN": "value",
    "EMPTY": "",
    "SPACES": "  two before, two after  ",
    "TAB": "a\tb",
    "COMMA": "a,b",
    "COMMAS": ",,a,,",
    "INJECTED": "x,PWNED=1",
    "QUOTE": '"',
    "QUOTED": '"a,b"',
    "SINGLE": "'a,b'",
    "BACKSLASH": "\\",
    "BACKSLASHES": "\\\\server\\share",
    "ESCAPED": '\\,\\"\\\\',
    "SEMICOLON": "a;b;--c--;",
    "EQUALS": "a=b==c",
    "COLON": "Header: value",
    "SUBSTITUTED": "${UNIQUEID}$[1+1]",
    "BRACKETS": "(a)[b]{c}<d>",
    "PIPES": "a|b&c^d~e#f",
    "PERCENT": "%0d%0a%2C",
    "UNICODE": "Zoë ☎ 電話",
    "LATIN1": "Zo\udceb",
    "SEPARATORS": "a\x85b\u2028c",
}
# A header's value loses its leading blanks in Asterisk (main/manager.c, astman_get_header); a variable's does not.
HARD_HEADERS = {name: value.lstrip(" \t") for name, value in HARD_VALUES.items()}


async def test_ping_says_how_many_seconds_the_answer_took(ami: AmiClient) -> None:
    assert 0 < await ami.ping() < LIMIT


async def test_500_pipelined_pings_are_all_answered_each_by_its_own_answer(ami: AmiClient) -> None:
    async with asyncio.timeout(LIMIT):
        answers = await asyncio.gather(*(ami.send("Ping") for _ in range(500)))
    assert Counter(answer["Ping"] for answer in answers) == {"Pong": 500}
    assert len({answer.action_id for answer in answers}) == 500


async def test_an_action_asterisk_does_not_know_is_rejected_as_unknown(ami: AmiClient) -> None:
    with pytest.raises(UnknownActionError, match="NoSuchAction was rejected: Invalid/unknown command"):
        await ami.send("NoSuchAction")
    await ami.ping()


async def test_a_missing_parameter_is_rejected_with_asterisks_reason(ami: AmiClient) -> None:
    with pytest.raises(RequestRejectedError, match="Getvar was rejected: No variable specified"):
        await ami.send("Getvar")


async def test_a_command_returns_every_line_it_prints(ami: AmiClient) -> None:
    response = await ami.send("Command", {"Command": "manager show commands"})
    assert response.is_success
    assert len(response.output) > 100
    assert any(line.lstrip().startswith("Ping ") for line in response.output)


async def test_a_command_that_fails_is_rejected(ami: AmiClient) -> None:
    with pytest.raises(RequestRejectedError, match="Command was rejected"):
        await ami.send("Command", {"Command": "no such command"})
    await ami.ping()


async def test_029_the_longest_line_asterisk_takes_arrives_whole(ami: AmiClient) -> None:
    watch = Watch(ami)
    value = "é" * ((1022 - len("Long: ")) // 2)
    await ami.send("UserEvent", {"UserEvent": "Longest", "Long": value})
    assert (await watch.user_event("Longest"))["Long"] == value


async def test_029_a_line_one_byte_longer_is_refused_here(ami: AmiClient) -> None:
    watch = Watch(ami)
    value = "x" * (1023 - len("Long: "))
    with pytest.raises(InputError, match="header Long makes a line of 1,023 bytes") as caught:
        await ami.send("UserEvent", {"UserEvent": "TooLong", "Long": value})
    assert value not in str(caught.value)
    marked = await mark(ami, watch)
    assert watch.of(UserEvent) == [marked]


async def test_030_as_many_lines_as_asterisk_takes_arrive_all(ami: AmiClient) -> None:
    watch = Watch(ami)
    # The others are Action, ActionID and UserEvent.
    headers = {f"Header{number}": str(number) for number in range(128 - 3)}
    await ami.send("UserEvent", {"UserEvent": "Most"} | headers)
    event = await watch.user_event("Most")
    assert {name: event[name] for name in headers} == headers


async def test_030_one_line_more_is_refused_here(ami: AmiClient) -> None:
    watch = Watch(ami)
    with pytest.raises(InputError, match="UserEvent has 129 lines"):
        await ami.send("UserEvent", {"UserEvent": "TooMany"} | {f"Header{number}": "" for number in range(126)})
    marked = await mark(ami, watch)
    assert watch.of(UserEvent) == [marked]


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\0"])
async def test_026_what_would_end_a_line_is_refused_and_nothing_reaches_asterisk(ami: AmiClient, ending: str) -> None:
    watch = Watch(ami)
    injected = f"x{ending}{ending}Action: UserEvent{ending}UserEvent: Injected{ending}{ending}"
    with pytest.raises(InputError, match="header Value must not hold CR, LF or NUL"):
        await ami.send("UserEvent", {"UserEvent": "Carrier", "Value": injected})
    with pytest.raises(InputError, match="header name"):
        await ami.send("UserEvent", {"UserEvent": "Carrier", f"Name{ending}Value": "x"})
    marked = await mark(ami, watch)
    assert watch.of(UserEvent) == [marked]


async def test_036_header_values_of_every_kind_survive_a_round_trip(ami: AmiClient) -> None:
    watch = Watch(ami)
    await ami.send("UserEvent", {"UserEvent": "Round trip"} | HARD_HEADERS)
    event = await watch.user_event("Round trip")
    assert {name: event[name] for name in HARD_HEADERS} == HARD_HEADERS


async def test_036_variables_of_every_kind_survive_a_round_trip(ami: AmiClient) -> None:
    for value in HARD_HEADERS.values():
        await ami.send("Setvar", {"Variable": "GLOBAL(ROUNDTRIP)", "Value": value})
        assert (await ami.send("Getvar", {"Variable": "GLOBAL(ROUNDTRIP)"}))["Value"] == value


async def test_031_originate_sets_exactly_the_variables_it_was_given(ami: AmiClient) -> None:
    watch = Watch(ami)
    action_id = await originate(ami, "Local/answer@scenarios", variables=HARD_VALUES)
    channel = (await watch.answer(action_id)).channel
    read = {name: (await ami.send("Getvar", {"Channel": channel, "Variable": name}))["Value"] for name in HARD_VALUES}
    assert read == HARD_VALUES
    await ami.send("Hangup", {"Channel": channel})
    await watch.call_over(action_id)
    # Other variables that the call set are Asterisk's own, and none of them is PWNED.
    names = {event.variable for event in watch.of(VarSet) if event.channel == channel}
    assert names - HARD_VALUES.keys() <= {"LOCALSTATIONID"}, names
    assert names >= HARD_VALUES.keys()


async def test_032_the_answer_to_getvar_stays_one_whatever_the_variable_holds(ami: AmiClient) -> None:
    response = await ami.send("Getvar", {"Variable": "URIDECODE(x%0d%0aEvent%3a Hangup)"})
    assert response["Value"] == "x"


async def test_032_a_caller_who_forges_answers_reaches_nobody(ami: AmiClient, caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch(ami)
    ids = ["ActionID: 1\r\n", "ActionID: \r\n", "", "ActionID: 0123456789abcdef-1\r\n"]
    forged = "".join(f"\r\n\r\nResponse: Error\r\n{action_id}Message: FORGED\r\nPing: FORGED" for action_id in ids)
    payload = quote(f"{forged}\r\n\r\nEvent: Forged\r\n\r\n")
    action_id = await originate(ami, "Local/payload@scenarios", variables={"PAYLOAD": payload})
    await watch.answer(action_id)
    # The account code splits even the Hangup, whose Uniqueid ends up in a message of its own.
    over = asyncio.create_task(
        watch.until(lambda: {e.channel for e in watch.of(Newchannel)} == {e.channel for e in watch.of(Hangup)})
    )
    answers = []
    while not over.done():
        answers += await within(asyncio.gather(*(ami.send("Ping") for _ in range(50))))
    await over
    # An event cannot be told from Asterisk's own; that these came shows that the lines before them did.
    assert any(event.name == "Forged" for event in watch.events)
    assert {answer["Ping"] for answer in answers} == {"Pong"}
    assert ami._connection is not None
    assert ami._connection.pending.unmatched >= len(ids)
    assert ami.epoch == 1
    warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in warnings] == ["asterisk_py_ami.connection"]
