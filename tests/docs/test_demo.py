"""The demo is what a newcomer runs first: it tells its story, ends by itself, and stops when it is told to."""

import re
import signal
import subprocess
import sys

from tests.docs.pages import ROOT

DEMO = [sys.executable, "-m", "examples.demo"]


def test_the_demo_shows_all_three_protocols_through_an_outage() -> None:
    run = subprocess.run(DEMO, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)  # noqa: S603
    assert (run.returncode, run.stderr) == (0, "")
    assert "\x1b" not in run.stdout
    before, _, after = run.stdout.partition("the PBX is stopped")
    for pattern in (
        r"AMI  └ Local/600@scenarios-\w+;1  hung up: Normal Clearing",
        r"AGI  ┌ PJSIP/200-\w+  is in AGI, for 'demo'",
        r"ARI  │ PJSIP/200-\w+  pressed 1",
    ):
        assert re.search(pattern, before), pattern
        assert re.search(pattern, after), pattern
    for said in ("AMI  ● connected again", "ARI  ● connected again", "0 calls are here, 1 gone", "the caller hung up"):
        assert said in after
    assert re.search(r"connections +│ 2 +│ 1 +│ 2 +│", after)
    assert "failed" not in run.stdout


def test_the_demo_stops_at_once_and_says_nothing_more_when_it_is_interrupted() -> None:
    with subprocess.Popen(DEMO, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:  # noqa: S603
        assert demo.stdout is not None
        assert any("new channel" in line for line in demo.stdout)
        demo.send_signal(signal.SIGINT)
        rest, errors = demo.communicate(timeout=30)
    assert (demo.returncode, errors) == (130, "")
    assert rest.rstrip().endswith("closed")
