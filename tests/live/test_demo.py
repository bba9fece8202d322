"""The demo tells the same story on a real Asterisk, which it starts, stops and starts again."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools.asterisk import Asterisk

ROOT = Path(__file__).parents[2]


@pytest.mark.usefixtures("our_pbx")
def test_the_demo_runs_on_a_real_asterisk(pbx: Asterisk) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ASTERISK_HOST"}
    command = [sys.executable, "-m", "examples.demo", "--live"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert (run.returncode, run.stderr) == (0, "")
    assert f"following Asterisk {pbx.version}" in run.stdout
    before, _, after = run.stdout.partition("the PBX is stopped")
    for said in ("is in AGI, for 'demo'", "sound:beep  is played", "pressed 1", "has left Stasis"):
        assert said in before
        assert said in after
    for said in ("AMI  ● connected again", "ARI  ● connected again", "ARI  ● resynchronized", "the caller hung up"):
        assert said in after
