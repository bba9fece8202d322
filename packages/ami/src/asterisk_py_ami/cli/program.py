"""The command line: its options, and how the program ends."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.metadata
import os
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from asterisk_py_core.checks import check_number
from asterisk_py_core.errors import AsteriskError, InputError
from asterisk_py_core.stream import reason

from .access import UNSET, add_options, read_access
from .calls import calls
from .check import check
from .commands import ping, send, tail
from .exits import MEANINGS, Exit, exit_for
from .output import PROGRAM, Output, Terminal, logging_to

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from .access import Access

__all__ = ["main", "parse"]

_EPILOG: Final = "\n".join(
    [
        "The secret is never an argument, because every user of the machine sees those.",
        "",
        "exit codes:",
        *(f"  {code:>3}  {meaning}" for code, meaning in MEANINGS.items()),
    ]
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that *argv* (the arguments of the program) asks for and return its exit code.

    Errors are one line on standard error. SystemExit is raised for ``--help`` and ``--version`` only.
    """
    terminal = Terminal(Output(sys.stdout), Output(sys.stderr))
    try:
        args = parse(argv)
        return asyncio.run(_run(args.run, args, read_access(args, os.environ), terminal))
    except AsteriskError as error:
        terminal.complain(str(error))
        return exit_for(error)
    except KeyboardInterrupt:
        terminal.end_line()
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.READER_GONE
    except OSError as error:
        terminal.complain(f"the output cannot be written: {reason(error)}")
        return Exit.NO_OUTPUT


async def _run(
    command: Callable[[argparse.Namespace, Access, Terminal], Awaitable[Exit]],
    args: argparse.Namespace,
    access: Access,
    terminal: Terminal,
) -> Exit:
    with _while_somebody_reads(terminal.out), logging_to(terminal.notice_soon):
        try:
            return await command(args, access, terminal)
        finally:
            await terminal.flush()


@contextlib.contextmanager
def _while_somebody_reads(out: Output) -> Iterator[None]:
    """Raise BrokenPipeError in the body once nobody reads *out* any more, even while there is nothing to write."""
    task, loop, pipe = asyncio.current_task(), asyncio.get_running_loop(), out.pipe
    if task is None or pipe is None:
        yield
        return
    gone = False

    def cancel() -> None:
        nonlocal gone
        gone = True
        loop.remove_reader(pipe)
        task.cancel()

    # The end a pipe is written to becomes readable when the other is closed, and never otherwise.
    loop.add_reader(pipe, cancel)
    try:
        yield
    except asyncio.CancelledError:
        if gone and not task.uncancel():
            raise BrokenPipeError from None
        raise
    finally:
        loop.remove_reader(pipe)


# --- options ---------------------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are ours, and whose help is written as everything else is."""

    def error(self, message: str) -> NoReturn:
        raise InputError(field="usage:", problem=f"{message} (see --help)")

    def print_help(self, _file: object = None) -> None:
        Output(sys.stdout).write_now(self.format_help())


class _Version(argparse.Action):
    """argparse's own prints where standard output is closed or full as if all were well."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        Output(sys.stdout).write_now(f"{PROGRAM} {importlib.metadata.version('asterisk-py-ami')}\n")
        parser.exit()


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Return what *argv* asks for; raises InputError if that makes no sense."""
    args, rest = _parser().parse_known_args(argv, argparse.Namespace(**UNSET))
    # Without what may be their values, which may be anything.
    options = [text.partition("=")[0] if text.startswith("--") else text[:2] for text in rest if text.startswith("-")]
    if options:
        raise InputError(field="usage:", problem=f"unknown options: {' '.join(options)} (see --help)")
    if not hasattr(args, "run"):
        raise InputError(field="usage:", problem="say what to do: tail, ping, send, calls or check (see --help)")
    if rest and args.run is not send:
        raise InputError(field="usage:", problem=f"arguments without a meaning: {len(rest)} (see --help)")
    if rest:
        args.headers = [*args.headers, *rest]  # What came after an option: argparse has closed the list by then.
    return args


def _parser() -> argparse.ArgumentParser:
    parser = _make(
        _Parser, prog=PROGRAM, description="Follow, ask and check an Asterisk over its Manager Interface (AMI)."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, run: object, text: str) -> argparse.ArgumentParser:
        command = _make(commands.add_parser, name=name, help=text, description=f"{text[0].upper()}{text[1:]}.")
        command.set_defaults(run=run)
        return command

    command = add("tail", tail, "print events as they come, through restarts of Asterisk")
    command.add_argument("--event", nargs="+", action="extend", metavar="NAME", help="only these, such as Hangup")
    command.add_argument("--count", type=_positive, metavar="N", help="end after N events")
    command.add_argument("--json", action="store_true", help="one JSON object per line")
    command = add("ping", ping, "print how long Asterisk takes to answer")
    command.add_argument("--count", type=_positive, default=1, metavar="N", help="how often (default: 1)")
    command.add_argument(
        "--interval", type=_pause, default=1.0, metavar="SECONDS", help="time between two (default: 1)"
    )
    command = add("send", send, "send one action, and print the answer and the list that follows it")
    command.add_argument("action", metavar="Action", help="such as CoreShowChannels")
    command.add_argument("headers", nargs="*", default=[], metavar="Header=value", help="its headers, which may repeat")
    command.add_argument("--json", action="store_true", help="one JSON object per line")
    command = add(
        "calls", calls, "follow the calls: a live table, or where there is no terminal, a line for each that ends"
    )
    command.add_argument("--json", action="store_true", help="one JSON object for each call that ends, and no table")
    add("check", check, "say step by step whether the login works, and what it may do")
    return parser


def _make(make: Callable[..., argparse.ArgumentParser], **options: str) -> argparse.ArgumentParser:
    # No abbreviations: `--secret` would be short for `--secret-file`.
    raw = argparse.RawDescriptionHelpFormatter
    parser = make(epilog=_EPILOG, formatter_class=raw, allow_abbrev=False, **options)
    add_options(parser)
    return parser


def _positive(text: str) -> int:
    # Python refuses to read numbers of thousands of digits.
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and int(text) > 0):
        raise argparse.ArgumentTypeError("must be a number from 1 to 999999999")
    return int(text)


def _pause(text: str) -> float:
    try:
        return check_number("it", float(text), at_least=0.0, at_most=86_400.0)
    except ValueError:
        raise argparse.ArgumentTypeError("must be a number of seconds from 0 to 86400") from None
