"""Give the fault catalogue's inputs to the released versions of other libraries and to ours, and print what each did.

``python -m tools.peers [--only 9,26,ari:90] [--library panoramisk] [--markdown] [--json FILE]``. Each attempt is a
process of its own with a time limit, so a hang or a spinning loop is a result. The exit code is 1 if ours did anything
else than fine, or an attempt broke. docs/reliability.md has these results beside the promises.
"""

import argparse
import importlib.metadata
import json
import sys
import textwrap
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from .attempt import Attempt, attempt, perform
from .catalogue import CASES, Case
from .outcome import Kind
from .runners import RUNNERS

OURS = "ours"
PROTOCOLS = ("ami", "agi", "ari")


def main() -> None:
    """Read the command line."""
    import_module(f"{__package__}.cases")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", help="numbers of cases (9, 54b, ari:14), with commas between")
    parser.add_argument("--library", action="append", help="all of them by default")
    parser.add_argument("--jobs", type=int, default=4, help="attempts at a time (%(default)s)")
    parser.add_argument("--markdown", action="store_true", help="print Markdown tables")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there, too")
    parser.add_argument("--attempt", nargs=2, metavar=("KEY", "LIBRARY"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.attempt:
        perform(CASES[options.attempt[0]], options.attempt[1])
    wanted = options.only.split(",") if options.only else []
    cases = [case for case in CASES.values() if not wanted or case.number in wanted or case.key in wanted]
    if unknown := set(wanted) - {name for case in cases for name in (case.number, case.key)}:
        parser.error(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(CASES)}")
    if unknown := set(options.library or ()) - {library for libraries in RUNNERS.values() for library in libraries}:
        parser.error(f"no such library: {', '.join(sorted(unknown))}")
    results = run(sorted(cases, key=lambda case: case.order), options.library, options.jobs)
    for protocol in PROTOCOLS:
        report([row for row in results.items() if row[0].protocol == protocol], protocol, markdown=options.markdown)
    if options.json:
        options.json.write_text(as_json(results), encoding="utf-8")
    sys.exit(verdict(results))


def run(cases: Sequence[Case], libraries: Sequence[str] | None, jobs: int) -> dict[Case, dict[str, Attempt]]:
    """Make all attempts and return them by case and library."""
    results: dict[Case, dict[str, Attempt]] = {case: {} for case in cases}

    def one(case: Case, library: str) -> None:
        results[case][library] = attempt(case, library)
        print(f"{case.key:>8}  {library:13}{results[case][library]}", file=sys.stderr, flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        attempts = [
            pool.submit(one, case, library)
            for case in cases
            for library in RUNNERS[case.protocol]
            if libraries is None or library in libraries
        ]
    for each in attempts:
        each.result()  # What failed without a result would be missing in the table, and nobody would see it.
    return results


def report(rows: Sequence[tuple[Case, dict[str, Attempt]]], protocol: str, *, markdown: bool) -> None:
    """Print what was seen, a block or a line of a table for each case."""
    if not rows:
        return
    libraries = list(RUNNERS[protocol])
    print(f"\n## {protocol.upper()}: {', '.join(f'{name} {version(protocol, name)}' for name in libraries)}\n")
    if markdown:
        print("| # | the case | " + " | ".join(libraries) + " |\n" + "|---" * (len(libraries) + 2) + "|")
    for case, attempts in rows:
        if markdown:
            cells = [str(attempts.get(library, "-")).replace("|", "\\|") for library in libraries]
            print(f"| {case.number} | {case.title} | " + " | ".join(cells) + " |")
            continue
        print(f"{case.number:>4}  {case.title}")
        for library in libraries:
            if library in attempts:
                indent = " " * 20
                print(textwrap.fill(f"      {library:14}{attempts[library]}", 120, subsequent_indent=indent))
    print()
    for library in libraries:
        if tried := counts(rows, library):
            print(f"{'- ' if markdown else '      '}{library} {version(protocol, library)}: {tried}")


def counts(rows: Sequence[tuple[Case, dict[str, Attempt]]], library: str) -> str:
    """Return how often *library* did what."""
    kinds = [attempts[library].kind for _, attempts in rows if library in attempts]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in Kind if kind in kinds)


def version(protocol: str, library: str) -> str:
    """Return the installed version of *library*."""
    module, _, name = RUNNERS[protocol][library].partition(":")
    runner = getattr(import_module(f"{__package__}.runners.{module}"), name)
    return importlib.metadata.version(runner.distribution)


def as_json(results: dict[Case, dict[str, Attempt]]) -> str:
    """Return the results for other programs."""
    rows = [
        {"number": case.number, "title": case.title, "protocol": case.protocol}
        | {library: [str(attempt.kind), attempt.what] for library, attempt in attempts.items()}
        for case, attempts in results.items()
    ]
    return json.dumps(rows, indent=1) + "\n"


def verdict(results: dict[Case, dict[str, Attempt]]) -> int:
    """Return 1 if ours was not fine or an attempt says nothing about its library, and print which."""
    ours = [case.key for case, row in results.items() if OURS in row and row[OURS].kind is not Kind.FINE]
    broken = [
        f"{case.key} {library}"
        for case, row in results.items()
        for library, attempt in row.items()
        if attempt.kind is Kind.BROKEN
    ]
    if ours:
        print(f"\nours is not fine in: {', '.join(ours)}")
    if broken:
        print(f"\nbroken attempts, which say nothing about the library: {', '.join(broken)}")
    return int(bool(ours or broken))


if __name__ == "__main__":
    main()
