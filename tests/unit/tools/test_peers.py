"""The tool that gives inputs to other libraries and to ours; that needs the others, so here it is tried with ours."""

import dataclasses
import json
import socket
from concurrent.futures import Future
from importlib import import_module

import pytest

from tools.peers.__main__ import as_json, main, run, verdict
from tools.peers.attempt import Attempt, attempt
from tools.peers.catalogue import CASES, case
from tools.peers.fakes.agi import AgiConnection
from tools.peers.fakes.ami import ScriptedAmi
from tools.peers.fakes.ari import ScriptedAri
from tools.peers.outcome import Hangs, Kind, Wrong, ends, result, said
from tools.peers.runners import RUNNERS
from tools.peers.runners.background import call

import_module("tools.peers.cases")


def test_every_case_is_for_a_protocol_that_has_runners() -> None:
    assert {case.protocol for case in CASES.values()} == set(RUNNERS)


def test_a_number_is_given_once_in_a_protocol() -> None:
    def again() -> None:
        return None

    again.__module__ = "tools.peers.cases.ami.wire"
    with pytest.raises(ValueError, match="there is a case ami:35 already: UTF-8, a byte at a time"):
        case(35, "the same again")(again)


def test_cases_are_ordered_by_number_and_those_without_a_row_come_last() -> None:
    order = [case.number for case in sorted(CASES.values(), key=lambda case: case.order) if case.protocol == "ami"]
    assert order[:3] == ["1", "2", "6"]
    assert order.index("54") + 1 == order.index("54b")
    assert order[-1] == "U12"


@pytest.mark.parametrize("key", ["ami:9", "agi:9", "ari:96b"])
def test_an_attempt_in_a_process_of_its_own_says_that_ours_is_fine(key: str) -> None:
    assert attempt(CASES[key], "ours") == Attempt(Kind.FINE, "OutcomeUnknownError")


def test_ours_is_tried_with_every_protocol() -> None:
    assert all("ours" in libraries for libraries in RUNNERS.values())


def test_an_attempt_says_that_ours_is_fine_after_a_reconnect() -> None:
    assert attempt(CASES["ari:90"], "ours") == Attempt(Kind.FINE)


def test_an_attempt_that_does_not_end_in_time_is_ended_and_hangs() -> None:
    # It takes 20 s to notice, and this one is not given a tenth of that.
    impatient = dataclasses.replace(CASES["ami:49"], seconds=1.0)
    assert attempt(impatient, "ours").kind is Kind.HANGS


def test_a_library_without_a_runner_for_the_protocol_does_not_offer_it() -> None:
    assert attempt(CASES["agi:65"], "asyncari") == Attempt(Kind.NOT_OFFERED)


def test_an_attempt_that_fails_by_itself_is_broken_and_says_nothing_about_the_library() -> None:
    unknown = dataclasses.replace(CASES["ami:9"], number="0")
    assert attempt(unknown, "ours").kind is Kind.BROKEN


def test_the_run_is_a_failure_if_ours_is_not_fine_or_an_attempt_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    nine = CASES["ami:9"]
    fine, wrong, broken = Attempt(Kind.FINE), Attempt(Kind.WRONG, "x"), Attempt(Kind.BROKEN)
    assert verdict({nine: {"ours": fine, "pyst2": wrong}}) == 0
    assert verdict({nine: {"ours": wrong}}) == 1
    assert "ours is not fine in: ami:9" in capsys.readouterr().out
    assert verdict({nine: {"ours": fine, "pyst2": broken}}) == 1
    assert "say nothing about the library: ami:9 pyst2" in capsys.readouterr().out


def test_the_results_are_written_for_programs() -> None:
    results = run([CASES["ami:9"]], ["ours"], 1)
    assert json.loads(as_json(results)) == [
        {
            "number": "9",
            "protocol": "ami",
            "title": "the connection drops with three requests under way",
            "ours": ["fine", "OutcomeUnknownError"],
        }
    ]


def test_an_attempt_that_could_not_be_made_is_no_gap_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> Attempt:
        raise OSError("no process")

    monkeypatch.setattr("tools.peers.__main__.attempt", fail)
    with pytest.raises(OSError, match="no process"):
        run([CASES["ami:9"]], ["ours"], 1)


@pytest.mark.parametrize("options", [["--only", "9,999"], ["--library", "panoramix"]])
def test_what_there_is_not_is_refused_and_not_left_out(
    options: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["peers", *options])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "no such" in capsys.readouterr().err


def test_what_has_not_ended_in_time_hangs_and_what_raises_a_timeout_of_its_own_does_not() -> None:
    with pytest.raises(Hangs, match="connecting has not ended after 0 s"):
        result(Future(), 0.0, "connecting")

    def late() -> None:
        raise TimeoutError("its own")

    with pytest.raises(TimeoutError, match="its own"):
        result(call(late))
    assert isinstance(ends(call(late)), TimeoutError)


def test_commands_can_still_be_read_when_the_call_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, AgiConnection(listener.getsockname()[1]) as call_:
        call_.write_slowly(b"agi_network: yes\n")
        server, _ = listener.accept()
        with server:
            server.sendall(b"NOOP\nfail")
            assert server.makefile("rb").readline() == b"agi_network: yes\n"
            assert not call_.closed(0.05)
            server.sendall(b"ure\n")
        assert call_.closed()
        assert [call_.command(), call_.command()] == [b"NOOP", b"failure"]


def test_no_error_or_one_by_accident_is_wrong() -> None:
    assert said(ConnectionError(), but="fine, really") == "ConnectionError"
    with pytest.raises(Wrong, match="nothing is raised"):
        said(None, but="nothing is raised")
    with pytest.raises(Wrong, match="by accident: AttributeError"):
        said(AttributeError("'NoneType' object has no attribute 'x'"), but="")


def test_the_fake_ami_answers_with_the_action_id_and_closes_after_a_logoff() -> None:
    with ScriptedAmi() as pbx, socket.create_connection(("127.0.0.1", pbx.port), timeout=5.0) as client:
        client.sendall(b"Action: Ping\r\nActionID: 7\r\n\r\nAction: Logoff\r\nActionID: 8\r\n\r\n")
        with client.makefile("rb") as stream:
            said_so = stream.read()
        assert said_so.startswith(b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nActionID: 7\r\nPing: Pong\r\n")
        assert said_so.endswith(b"Response: Goodbye\r\nActionID: 8\r\nMessage: Thanks for all the fish.\r\n\r\n")
        assert pbx.count(b"Ping") == 1


@pytest.mark.parametrize(
    ("size", "header"),
    [(125, b"\x81\x7d"), (126, b"\x81\x7e\x00\x7e"), (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00")],
)
def test_the_fake_ari_upgrades_and_frames_as_the_rfc_says(size: int, header: bytes) -> None:
    with ScriptedAri() as pbx, socket.create_connection(("127.0.0.1", pbx.port), timeout=5.0) as client:
        # The key and its answer are those of RFC 6455, 1.3.
        client.sendall(
            b"GET /ari/events?app=demo HTTP/1.1\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        with client.makefile("rb") as stream:
            lines = list(iter(stream.readline, b"\r\n"))
            assert lines[0] == b"HTTP/1.1 101 Switching Protocols\r\n"
            assert lines[-1] == b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            pbx.say(b"x" * size)
            assert stream.read(len(header) + size) == header + b"x" * size
            client.sendall(b"\x88\x80\x00\x00\x00\x00")
            assert stream.read() == b"\x88\x00"
