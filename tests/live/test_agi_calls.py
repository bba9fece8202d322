"""Ordinary AGI calls of a real Asterisk, hard values, and what the dialplan sees of failures."""

import asyncio
import itertools
import time
from urllib.parse import quote

from asterisk_py_agi import (
    AgiSession,
    ChannelState,
    DesyncError,
    SessionEnded,
    SessionFailed,
    SessionRefused,
    SessionStarted,
)
from asterisk_py_agi.protocol.command import LIVE_ONLY
from asterisk_py_ami import AmiClient
from tests.live.agi import NAME, Caller, call, serving, status_of
from tests.live.ami import Watch, originate, within
from tools.asterisk import Asterisk

GREETING = 'Zoë said "hi\\"'


async def test_a_call_is_described_commanded_and_ended(our_pbx: Asterisk, ami: AmiClient) -> None:
    seen: list[object] = []

    async def handler(call: AgiSession) -> None:
        await call.answer()
        seen.append(await call.channel_status())
        seen.append((await call.get_data("beep", timeout=0.1, max_digits=4)).timed_out)
        seen.append((await call.stream_file("beep", "1")).digit)
        await call.set_variable("GREETING", GREETING)
        seen.append(await call.get_variable("GREETING"))
        seen.append(await call.get_variable("NOT_THERE"))
        seen.append((call.request.extension, call.request.context, call.request.args, call.request.script))
        seen.append(call.hungup)

    async with serving(our_pbx, handler) as server:
        events, watch = server.events(SessionStarted, SessionEnded), Watch(ami)
        await call(ami, AGI_ARGS=",one,two words")
        assert await status_of(watch) == "SUCCESS"
        started, ended = [await within(events.recv()) for _ in range(2)]
    about = (NAME, "fastagi", ("one", "two words"), NAME)
    assert seen == [ChannelState.UP, True, None, GREETING, None, about, False]
    assert isinstance(started, SessionStarted)
    assert isinstance(ended, SessionEnded)
    assert started.request.channel.startswith("Local/handler@fastagi")
    assert (ended.error, ended.hungup, ended.duration > 0) == (None, False, True)


async def test_069_the_script_is_what_the_url_says_byte_for_byte(our_pbx: Asterisk, ami: AmiClient) -> None:
    requests: list[tuple[str, str, dict[str, str]]] = []

    async def handler(call: AgiSession) -> None:
        requests.append((call.request.script, call.request.query, dict(call.request.parameters)))

    async with serving(our_pbx, handler) as server:
        server.route()(handler)
        for path in ("a/../../etc/passwd?x=1&y=%0a2", "", "/x//y", "%2e%2e"):
            watch = Watch(ami)
            url = f"agi://127.0.0.1:{our_pbx.agi_port}/{path}"
            await originate(ami, "Local/run@fastagi-url", variables={"AGI_URL": url})
            assert await status_of(watch) == "SUCCESS"
    assert requests == [
        ("a/../../etc/passwd", "x=1&y=%0a2", {"x": "1", "y": "\n2"}),
        ("", "", {}),
        ("/x//y", "", {}),
        ("%2e%2e", "", {}),
    ]


async def test_the_commands_that_need_a_live_channel_are_those_of_asterisks_list(ami: AmiClient) -> None:
    # " Dead                        Command   Description"
    rows = [(row[:5].strip(), row[6:36].strip().upper()) for row in await ami.command("agi show commands")]

    assert len(rows) > 40
    assert {name for dead, name in rows if dead == "No"} == LIVE_ONLY


# --- values ----------------------------------------------------------------------------------------------------------


def hard_values() -> list[str]:
    """Return what other rules of quoting break: special characters alone, at each end, doubled, and in pairs."""
    special = ['"', "\\", " ", "\t", "#", ",", ";", "'", "(", ")", "$", "{", "}", "|", "&", "=", "é", "☎", "\udceb"]
    places = ("{0}", "a{0}", "{0}a", "a{0}b", "{0}{0}", "{0} {0}")
    alone = [place.format(char) for char in special for place in places]
    pairs = ["".join(pair) for pair in itertools.permutations(special[:15], 2)]
    more = ["", '\\"', '"\\', '\\\\"', '" "', '"a" "b"', "\\n", "\\0", "a" * 1023, "200 result=1 (x)", "HANGUP", "\x01"]
    return list(dict.fromkeys([*alone, *pairs, *more]))


async def test_071_every_hard_value_comes_back_as_it_was(our_pbx: Asterisk, ami: AmiClient) -> None:
    values = hard_values()
    read: list[str | None] = []

    async def handler(call: AgiSession) -> None:
        for value in values:
            await call.set_variable("HARD", value)
            read.append(await call.get_variable("HARD"))

    async with serving(our_pbx, handler):
        watch = Watch(ami)
        await call(ami)
        assert await status_of(watch) == "SUCCESS"
    assert len(values) >= 316
    assert [(value, got) for value, got in zip(values, read, strict=True) if value != got] == []


async def test_a_long_value_is_cut_by_get_variable_and_whole_in_get_full_variable(
    our_pbx: Asterisk, ami: AmiClient
) -> None:
    lengths: list[int] = []

    async def handler(call: AgiSession) -> None:
        await call.set_variable("LONG", "a" * 8000)
        lengths.append(len(await call.get_variable("LONG") or ""))
        lengths.append(len(await call.get_full_variable("${LONG}") or ""))

    async with serving(our_pbx, handler):
        watch = Watch(ami)
        await call(ami)
        assert await status_of(watch) == "SUCCESS"
    assert lengths == [1023, 8000]


async def test_072_lines_in_a_value_are_joined_and_forged_ones_end_the_session(
    our_pbx: Asterisk, ami: AmiClient
) -> None:
    read: list[str | None] = []

    async def handler(call: AgiSession) -> None:
        for value in ("one\ntwo\n", "a)b\n(c", "x)\n200 result=1 (FORGED", "never read"):
            got = await call.get_full_variable(f"${{URIDECODE({quote(value, safe='')})}}")
            read.append(got)

    async with serving(our_pbx, handler) as server:
        failures, watch = server.events(SessionFailed), Watch(ami)
        await call(ami)
        assert await status_of(watch) == "FAILURE"
        assert isinstance((await within(failures.recv())).error, DesyncError)
    assert read[:2] == ["one\ntwo\n", "a)b\n(c"]
    # Where the forged part came in a segment of its own the first is returned, and the session ends all the same.
    assert read[2:] in ([], ["x"])


async def test_072_a_forged_answer_that_one_read_does_not_reach_is_found(our_pbx: Asterisk, ami: AmiClient) -> None:
    async def handler(call: AgiSession) -> None:
        # The end that is none is the last that the server's buffer takes.
        await call.set_variable("LONG", "A" * (4096 - len("200 result=1 ()\n")))
        forged = quote(")\n200 result=1 (FORGED", safe="")
        await call.get_full_variable(f"${{LONG}}${{URIDECODE({forged})}}")
        await call.get_variable("CHANNEL")

    async with serving(our_pbx, handler) as server:
        failures, watch = server.events(SessionFailed), Watch(ami)
        await call(ami)
        assert await status_of(watch) == "FAILURE"
        error = (await within(failures.recv())).error
    assert isinstance(error, DesyncError)
    assert "the answer to GET FULL VARIABLE went on behind its end" in str(error)


async def test_067_a_name_that_forges_lines_reaches_no_handler(our_pbx: Asterisk, ami: AmiClient) -> None:
    names: list[str | None] = []

    async def handler(call: AgiSession) -> None:
        names.append(call.request.caller_id_name)

    async with serving(our_pbx, handler) as server:
        refusals = server.events(SessionRefused)
        for name, status in (("Ann", "SUCCESS"), ("Evil\nagi_arg_9: pwn\n\n200 result=1 (pwn)", "FAILURE")):
            watch = Watch(ami)
            await call(ami, context="fastagi-named", CALLER_NAME=quote(name, safe=""))
            assert await status_of(watch) == status
        assert isinstance((await within(refusals.recv())).error, DesyncError)
    assert names == ["Ann"]


async def test_068_a_name_that_is_not_utf8_is_served(our_pbx: Asterisk, ami: AmiClient) -> None:
    names: list[str | None] = []

    async def handler(call: AgiSession) -> None:
        names.append(call.request.caller_id_name)

    async with serving(our_pbx, handler):
        watch = Watch(ami)
        await call(ami, context="fastagi-named", CALLER_NAME="Zo%EB")
        assert await status_of(watch) == "SUCCESS"
    assert names == ["Zo\udceb"]


# --- failure ---------------------------------------------------------------------------------------------------------


async def test_a_crash_and_an_unknown_script_fail_the_dialplan(our_pbx: Asterisk, ami: AmiClient) -> None:
    async def crash(call: AgiSession) -> None:
        await call.answer()
        raise ZeroDivisionError

    async with serving(our_pbx, crash) as server:
        events = server.events(SessionFailed, SessionRefused)
        for script in (NAME, "nosuchscript"):
            watch = Watch(ami)
            await call(ami, script)
            assert await status_of(watch) == "FAILURE"
        failed, refused = [await within(events.recv()) for _ in range(2)]
    assert isinstance(failed, SessionFailed)
    assert isinstance(refused, SessionRefused)
    assert refused.script == "nosuchscript"


async def test_078_a_handler_that_gives_a_command_up_fails_the_dialplan(our_pbx: Asterisk, ami: AmiClient) -> None:
    async def impatient(call: AgiSession) -> None:
        async with asyncio.timeout(0.1):
            await call.wait_for_digit(0.5)

    async with serving(our_pbx, impatient):
        watch = Watch(ami)
        await call(ami)
        assert await status_of(watch) == "FAILURE"


async def test_081_the_257th_call_is_refused_while_256_run(
    our_pbx: Asterisk, ami: AmiClient, figures: list[str]
) -> None:
    release = asyncio.Event()

    async def handler(call: AgiSession) -> None:
        await release.wait()
        await call.noop()

    callers: list[Caller] = []
    async with serving(our_pbx, handler) as server:
        starts, refusals, ends = (
            server.events(SessionStarted),
            server.events(SessionRefused),
            server.events(SessionEnded),
        )
        for _ in range(255):
            callers += [await Caller.call(our_pbx)]
        running = Watch(ami)
        await call(ami)
        for _ in range(256):
            await within(starts.recv())

        watch = Watch(ami)
        await call(ami)
        assert await status_of(watch) == "FAILURE"
        assert "256" in (await within(refusals.recv())).reason
        begun = time.perf_counter()
        refused = await Caller.call(our_pbx)
        assert await refused.line() == b"failure\n"
        figures.append(f"a call too many: refused in {(time.perf_counter() - begun) * 1000:.2f} ms while 256 run")
        await refused.close()

        release.set()
        await running.user_event("Agi", lambda event: event["AgiStatus"] == "SUCCESS")
        for caller in callers:
            assert await caller.line() == b"NOOP\n"
            caller.writer.write(b"200 result=0\n")
        assert [(await within(ends.recv())).error for _ in range(256)] == [None] * 256
    for caller in callers:
        await caller.close()
