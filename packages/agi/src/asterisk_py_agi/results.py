"""What the AGI commands return, made of Asterisk's replies.

What a number in a reply means is another thing for each command (res/res_agi.c).
"""

import re
from dataclasses import dataclass
from typing import Final

from asterisk_py_core.domain import ChannelState
from asterisk_py_core.errors import UnexpectedResponseError

from .errors import AgiCommandFailedError
from .protocol.reply import Reply

__all__ = ["ControlledPlayback", "Digits", "Playback", "Recognition", "Recording", "SpeechResult"]


@dataclass(frozen=True, slots=True)
class Digits:
    """What the caller keyed in."""

    digits: str
    """Digits, ``*`` and ``#`` as text, without the ``#`` that ended them; may be empty."""
    timed_out: bool
    """Whether the time was over before all digits had come."""


@dataclass(frozen=True, slots=True)
class Playback:
    """How the playing of a file ended."""

    digit: str | None
    """The digit that stopped it; None where it came to its end."""
    end_position: int
    """Where it ended, in samples of the file (8,000 a second in telephone quality)."""


@dataclass(frozen=True, slots=True)
class ControlledPlayback:
    """How the playing of a file under the caller's control ended."""

    digit: str | None
    """The digit that stopped it; None where it came to its end."""
    end_position: float | None
    """Where it was stopped, in seconds; None where it came to its end."""


@dataclass(frozen=True, slots=True)
class Recording:
    """How a recording ended. The file is there, whichever way that was."""

    digit: str | None
    """The digit that ended it."""
    end_position: int
    """How much was recorded, in samples (8,000 a second in telephone quality)."""
    timed_out: bool
    """Whether the longest time, or the longest silence, was over."""
    hung_up: bool
    """Whether the caller hung up."""


@dataclass(frozen=True, slots=True)
class SpeechResult:
    """What the engine believes to have heard."""

    score: int
    """How sure it is, in its own measure."""
    text: str
    grammar: str


@dataclass(frozen=True, slots=True)
class Recognition:
    """How listening for speech ended."""

    results: tuple[SpeechResult, ...]
    """What was heard, the likeliest first; empty where nothing was."""
    digit: str | None
    """The digit that was pressed instead."""
    timed_out: bool
    """Whether nobody said anything in time."""
    hung_up: bool
    """Whether the caller hung up."""
    end_position: int
    """Where the caller interrupted the prompt, in samples; 0 if that did not happen."""


# --- replies to results ----------------------------------------------------------------------------------------------


def number(command: str, reply: Reply) -> int:
    """Return the result.

    Raises:
        UnexpectedResponseError: it is no number.
    """
    try:
        return int(reply.result)
    except ValueError:
        raise UnexpectedResponseError(f"{command} was answered with no number: {reply.text!r:.200}") from None


def success(command: str, reply: Reply) -> int:
    """Return the result.

    Raises:
        AgiCommandFailedError: it is less than 0.
    """
    result = number(command, reply)
    if result < 0:
        raise AgiCommandFailedError(request=command, reply=reply)
    return result


def accepted(command: str, reply: Reply) -> None:
    """Return nothing if the result is 1.

    Raises:
        AgiCommandFailedError: it is not.
    """
    if reply.result != "1":
        raise AgiCommandFailedError(request=command, reply=reply)


def returned(command: str, reply: Reply) -> None:
    """Return nothing if a subroutine of the dialplan ended with Return.

    Raises:
        AgiCommandFailedError: there is no such subroutine, or it did not return.
    """
    # apps/app_stack.c: "200 result=0 Gosub complete (abnormal exit)"
    if success(command, reply) or reply.text.endswith("(abnormal exit)"):
        raise AgiCommandFailedError(request=command, reply=reply)


def executed(command: str, reply: Reply) -> int:
    """Return what an application returned.

    Raises:
        AgiCommandFailedError: there is no such application.
    """
    result = number(command, reply)
    if result == -2:
        raise AgiCommandFailedError(request=command, reply=reply)
    return result


def truth(command: str, reply: Reply) -> bool:
    """Return whether the result is more than 0."""
    return success(command, reply) > 0


def untruth(command: str, reply: Reply) -> bool:
    """Return whether the result is 0."""
    return success(command, reply) == 0


def value(command: str, reply: Reply) -> str | None:
    """Return the text in the parentheses, None where there is none to be had."""
    if reply.result == "1":
        return reply.data or ""
    success(command, reply)
    return None


def received_text(command: str, reply: Reply) -> str | None:
    """Return the text that somebody sent, None where nothing came."""
    return (reply.data or "") if number(command, reply) > 0 else None


def received_character(command: str, reply: Reply) -> str | None:
    """Return the first byte of the text that somebody sent, None where nothing came.

    "(hangup)" is said for a time that is over, too.
    """
    code = number(command, reply)
    return bytes((code,)).decode("utf-8", "surrogateescape") if 0 < code < 256 else None


def digit(command: str, reply: Reply) -> str | None:
    """Return the digit that was pressed, whose code is the result; None for 0."""
    code = success(command, reply)
    return chr(code) if code else None


def digits(command: str, reply: Reply) -> Digits:
    """Return the digits, which are the result as they are."""
    if reply.result == "-1":
        raise AgiCommandFailedError(request=command, reply=reply)
    return Digits(reply.result, reply.timed_out)


def channel_state(command: str, reply: Reply) -> ChannelState:
    """Return the state whose number is the result."""
    return ChannelState.parse(success(command, reply))


def playback(command: str, reply: Reply) -> Playback:
    """Return digit and end position."""
    return Playback(digit(command, reply), reply.endpos or 0)


def controlled_playback(command: str, reply: Reply) -> ControlledPlayback:
    """Return digit and end position, in milliseconds here and -1 at the end of the file (main/file.c)."""
    position = reply.endpos
    return ControlledPlayback(digit(command, reply), None if position is None or position < 0 else position / 1000)


def recording(command: str, reply: Reply) -> Recording:
    """Return how a recording ended, which stands in the parentheses.

    "randomerror" is also said for a digit that was pressed during the beep; with "timeout", the result is a number of
    milliseconds, and no digit.
    """
    reason, result = reply.data, number(command, reply)
    if result < 0 and reason != "hangup":
        raise AgiCommandFailedError(request=command, reply=reply)
    pressed = chr(result) if reason in {"dtmf", "randomerror"} else None
    return Recording(pressed, reply.endpos or 0, timed_out=reason == "timeout", hung_up=reason == "hangup")


_FIELD: Final = re.compile(r" (digit|endpos)=(\S+)")
# A text may hold anything: it ends where the grammar's field begins.
_HEARD: Final = re.compile(
    r' score\d+=(-?\d+) text\d+="(.*?)" grammar\d+=(.*?)(?= score\d+=-?\d+ text\d+="|\Z)', re.DOTALL
)


def recognition(command: str, reply: Reply) -> Recognition:
    """Return how listening ended, which stands in the parentheses."""
    accepted(command, reply)
    fields = dict(_FIELD.findall(reply.text.partition(" results=")[0]))
    heard = [SpeechResult(int(score), text, grammar) for score, text, grammar in _HEARD.findall(reply.text)]
    return Recognition(
        tuple(heard) if reply.text.startswith("200 result=1 (speech)") else (),
        fields.get("digit"),
        timed_out=reply.timed_out,
        hung_up=reply.data == "hangup",
        end_position=int(fields.get("endpos", 0)),
    )
