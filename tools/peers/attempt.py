"""One library, one input, one process: the parent starts it and bounds it, the child reports in one line of JSON."""

import json
import logging
import os
import subprocess
import sys
import traceback
import warnings
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final

from .catalogue import Case
from .outcome import SPINNING, Kind, Outcome
from .runners import RUNNERS

__all__ = ["Attempt", "attempt", "perform"]

ROOT: Final = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a library did: *what* says it in a few words."""

    kind: Kind
    what: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}" if self.what else str(self.kind)


def attempt(case: Case, library: str) -> Attempt:
    """Give *case* to *library* in a new process, and end that if it has not ended in time."""
    if library not in RUNNERS[case.protocol]:
        return Attempt(Kind.NOT_OFFERED)
    command = [sys.executable, "-m", "tools.peers", "--attempt", case.key, library]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            output, errors = process.communicate(timeout=case.seconds)
        except subprocess.TimeoutExpired:
            share = _processor_seconds(process.pid) / case.seconds
            process.kill()
            process.communicate()
            return Attempt(
                Kind.HANGS, f"no end after {case.seconds:.0f} s" + (", spinning" if share > SPINNING else "")
            )
    try:
        kind, what = json.loads(output.splitlines()[-1])
        return Attempt(Kind(kind), what)
    except (IndexError, ValueError):
        return Attempt(Kind.BROKEN, f"exit code {process.returncode}: {errors.strip()[-500:]}")


def perform(case: Case, library: str) -> None:
    """Give *case* to *library* in this process, report, and exit whatever else still runs."""
    # What the libraries print and log is for their users.
    report, sys.stdout = sys.stdout, sys.stderr
    logging.basicConfig(level=logging.CRITICAL)
    warnings.simplefilter("ignore")
    module, _, name = RUNNERS[case.protocol][library].partition(":")
    try:
        runner = getattr(import_module(f"{__package__}.runners.{module}"), name)()
        try:
            kind, what = Kind.FINE, case.run(runner) or ""
        except Outcome as outcome:
            kind, what = outcome.kind, outcome.what
    except BaseException:  # noqa: BLE001 - reported, as a mistake here
        kind, what = Kind.BROKEN, " | ".join(traceback.format_exc().strip().splitlines()[-3:])
    print(json.dumps([kind, what]), file=report, flush=True)
    # Threads of the library may never end.
    os._exit(0)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
