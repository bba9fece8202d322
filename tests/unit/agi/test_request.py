"""What Asterisk says about a call, and what somebody else put between its lines."""

import pickle
from pathlib import Path

import pytest

from asterisk_py_agi import AgiRequest, DesyncError

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"

ENVIRONMENT = (
    b"""\
agi_network: yes
agi_network_script: menu?lang=en&lang=de&note=a%20b&empty=
agi_request: agi://127.0.0.1:4573/menu?lang=en&lang=de&note=a%20b&empty=
agi_channel: PJSIP/200-0000002a
agi_language: en
agi_type: PJSIP
agi_uniqueid: 1795418684.85
agi_version: 22.10.1
agi_callerid: 200
agi_calleridname: Ann
agi_callingpres: 67
agi_callingani2: 1
agi_callington: 2
agi_callingtns: 3
agi_dnid: 600
agi_rdnis: unknown
agi_context: default
agi_extension: 600
agi_priority: 2
agi_enhanced: 1.0
agi_accountcode: acme
agi_threadid: 139664741185216
agi_arg_1: one
agi_arg_2: {}
agi_arg_3: three
""".replace(b"{}", b"")
    .rstrip(b"\n")
    .split(b"\n")
)


def recorded(name: str) -> list[bytes]:
    return (TRANSCRIPTS / f"{name}.s2c.bin").read_bytes().partition(b"\n\n")[0].split(b"\n")


def replaced(old: bytes, *new: bytes) -> list[bytes]:
    """Return the environment with the line that begins with *old* replaced by *new*."""
    place = next(number for number, line in enumerate(ENVIRONMENT) if line.startswith(old))
    return [*ENVIRONMENT[:place], *new, *ENVIRONMENT[place + 1 :]]


def test_everything_asterisk_says_is_typed() -> None:
    request = AgiRequest.parse(ENVIRONMENT)

    assert request.script == "menu"
    assert request.query == "lang=en&lang=de&note=a%20b&empty="
    assert dict(request.parameters) == {"lang": "de", "note": "a b", "empty": ""}
    assert request.args == ("one", "", "three")
    assert request.url == "agi://127.0.0.1:4573/menu?lang=en&lang=de&note=a%20b&empty="
    assert (request.channel, request.channel_type) == ("PJSIP/200-0000002a", "PJSIP")
    assert (request.uniqueid, request.language, request.version) == ("1795418684.85", "en", "22.10.1")
    assert (request.caller_id, request.caller_id_name) == ("200", "Ann")
    assert (request.calling_pres, request.calling_ani2, request.calling_ton, request.calling_tns) == (67, 1, 2, 3)
    assert (request.dnid, request.rdnis) == ("600", None)
    assert (request.context, request.extension, request.priority) == ("default", "600", 2)
    assert (request.enhanced, request.account_code, request.thread_id) == (True, "acme", "139664741185216")
    assert request.environment["agi_arg_3"] == "three"


@pytest.mark.parametrize("name", sorted(path.name.split(".")[0] for path in TRANSCRIPTS.glob("agi-*.s2c.bin")))
def test_067_every_recorded_environment_is_read_and_the_forged_one_is_not(name: str) -> None:
    if name == "agi-env-injection":
        with pytest.raises(DesyncError, match="agi_arg_9"):
            AgiRequest.parse(recorded(name))
    else:
        assert AgiRequest.parse(recorded(name)).channel.startswith("Local/")


def test_unknown_is_none() -> None:
    request = AgiRequest.parse(recorded("agi-args-url"))

    assert (request.caller_id, request.caller_id_name, request.dnid, request.rdnis) == (None, None, None, None)
    assert request.args == ("arg one", "arg,two", "arg3")
    assert not request.enhanced


def test_069_the_script_is_taken_as_it_stands_in_the_url() -> None:
    request = AgiRequest.parse(recorded("agi-args-url"))

    assert (request.script, request.query) == ("a/../../etc/passwd", "x=1&y=%0a2")
    assert request.parameters["y"] == "\n2"


@pytest.mark.parametrize("script", [b"%2e%2e/x", b"//", b"a//b", b"x\0y", b"x" * 5000, b"\xff"])
def test_069_strange_scripts_are_only_names(script: bytes) -> None:
    request = AgiRequest.parse(replaced(b"agi_network_script", b"agi_network_script: " + script))

    assert request.script == script.decode("utf-8", "surrogateescape")


def test_069_no_script_is_the_empty_one() -> None:
    # res/res_agi.c, launch_netscript: agi://host/ sends no agi_network_script at all.
    assert AgiRequest.parse(replaced(b"agi_network_script")).script == ""


def test_a_script_on_standard_input_is_named_by_its_path() -> None:
    lines = replaced(b"agi_network_script")
    lines.remove(b"agi_network: yes")
    lines = [b"agi_request: /usr/share/asterisk/agi-bin/a?b.py" if b"agi_request" in line else line for line in lines]

    request = AgiRequest.parse(lines)

    assert (request.script, request.query) == ("/usr/share/asterisk/agi-bin/a?b.py", "")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        pytest.param(replaced(b"agi_threadid"), "agi_arg_1", id="no agi_threadid"),
        pytest.param(ENVIRONMENT[:10], "agi_threadid", id="ends early"),
        pytest.param(replaced(b"agi_channel"), "agi_channel", id="no agi_channel"),
        pytest.param([*ENVIRONMENT, b"agi_callerid: 1"], "twice", id="a name twice"),
        pytest.param(replaced(b"agi_calleridname", b"agi_calleridname: E", b"agi_callerid: 1"), "twice", id="twice"),
        pytest.param(replaced(b"agi_calleridname", b"agi_calleridname: E", b"agi_dnid: 1"), "order", id="early"),
        pytest.param(replaced(b"agi_calleridname", b"agi_calleridname: E", b"agi_arg_1: x"), "agi_arg_1", id="arg"),
        pytest.param(replaced(b"agi_arg_2", b"agi_arg_4: x"), "agi_arg_4", id="argument left out"),
        pytest.param(replaced(b"agi_arg_1", b"agi_arg_01: x"), "agi_arg_01", id="argument with a zero"),
        pytest.param([*ENVIRONMENT, b"agi_other: x"], "agi_other", id="after the end"),
        pytest.param(replaced(b"agi_arg_3", b"agi_other: x"), "agi_other", id="among the arguments"),
        pytest.param(replaced(b"agi_type", b"Header: x"), "Header", id="not agi_*"),
        pytest.param(replaced(b"agi_type", b"agi_Type: x"), "agi_Type", id="not lower case"),
        pytest.param(replaced(b"agi_type", b"agi_type:x"), "no line", id="no space"),
        pytest.param(replaced(b"agi_type", b"200 result=1 (x)"), "no line", id="an answer"),
        pytest.param(replaced(b"agi_type", b""), "no line", id="a blank line"),
        pytest.param(replaced(b"agi_priority", b"agi_priority: x"), "agi_priority", id="no number"),
        pytest.param(replaced(b"agi_priority", b"agi_priority: " + b"9" * 5000), "agi_priority", id="a huge number"),
        pytest.param([], "agi_request", id="nothing"),
    ],
)
def test_067_lines_that_asterisk_does_not_write_are_found(lines: list[bytes], said: str) -> None:
    with pytest.raises(DesyncError, match=said):
        AgiRequest.parse(lines)


def test_a_later_asterisk_may_say_more() -> None:
    request = AgiRequest.parse(replaced(b"agi_callerid:", b"agi_callerid: 1", b"agi_novelty: x"))

    assert request.environment["agi_novelty"] == "x"


def test_an_older_asterisk_may_say_less() -> None:
    request = AgiRequest.parse(replaced(b"agi_version"))

    assert request.version == ""


def test_068_a_name_that_is_not_utf8_is_kept() -> None:
    request = AgiRequest.parse(replaced(b"agi_calleridname", b"agi_calleridname: Zo\xeb"))

    assert request.caller_id_name == "Zo\udceb"
    assert request.caller_id_name.encode("utf-8", "surrogateescape") == b"Zo\xeb"


def test_a_request_is_a_value() -> None:
    one, other = AgiRequest.parse(ENVIRONMENT), AgiRequest.parse(ENVIRONMENT)

    assert one == other
    assert hash(one) == hash(other)
    copy = pickle.loads(pickle.dumps(one))  # noqa: S301 - our own
    assert copy == one
    assert dict(copy.environment) == dict(one.environment)
    with pytest.raises(TypeError):
        one.environment["agi_callerid"] = "1"  # type: ignore[index]  # the mistake under test
