# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
# ruff: noqa: A002, FBT001, PLR0913 - commands and parameters are Asterisk's
"""The AGI commands of Asterisk 22.10.1, typed.

::

    pressed = await call.stream_file("welcome", "0")
    if pressed.digit == "0":
        ...

What Asterisk requires comes first, by position or by name; everything else has a name, and is left to Asterisk where it
is ``None``. Durations are in seconds. Files are named without their extension.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import results
from .protocol import arguments

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from asterisk_py_core.domain import ChannelState

    from .protocol.reply import Reply
    from .results import ControlledPlayback, Digits, Playback, Recognition, Recording

__all__ = ["AgiCommands"]


class AgiCommands:
    """One method for each AGI command; a session inherits them.

    None of them has a timeout of ours: a command takes as long as a person does. All of them raise what :meth:`send`
    raises, InputError for arguments that cannot be sent, and AgiCommandFailedError where Asterisk says that it did not
    work: there is no such file, or the caller hung up meanwhile.
    """

    __slots__ = ()

    async def send(self, command: str, *args: str | float, timeout: float | None = None) -> Reply:
        """Send *command* with *args* and return the final answer, which is a 200.

        Raises:
            AgiInvalidCommandError, AgiDeadChannelError, AgiUsageError: Asterisk said no (510, 511, 520).
        """
        raise NotImplementedError

    async def execute(self, application: str, *args: str | float) -> int:
        """Run an application of the dialplan with *args* and return its result, as :meth:`exec` does.

        The application finds each argument as it was given: commas, quotes and backslashes in it are escaped. That is
        for applications that take several arguments. One that takes all as one text, such as ``Set`` or ``System``,
        does not undo it, and neither does any with the last argument that it knows: use :meth:`exec` there.
        """
        return await self.exec(application, arguments.joined(args))

    async def answer(self) -> None:
        """Answer the call, if it is not answered yet.

        Command ``ANSWER``.
        """
        reply = await self.send("ANSWER")
        results.success("ANSWER", reply)

    async def asyncagi_break(self) -> None:
        """Give the channel back to the dialplan, for AsyncAGI.

        Command ``ASYNCAGI BREAK``.
        """
        reply = await self.send("ASYNCAGI BREAK")
        results.success("ASYNCAGI BREAK", reply)

    async def channel_status(self, *, channel: str | None = None) -> ChannelState:
        """Return the state of the channel, or of the one called *channel*.

        Command ``CHANNEL STATUS``.
        """
        reply = await self.send("CHANNEL STATUS", *arguments.trailing((channel, None)))
        return results.channel_state("CHANNEL STATUS", reply)

    async def control_stream_file(
        self,
        filename: str,
        escape_digits: str = "",
        *,
        skip: float | None = None,
        forward_digit: str | None = None,
        rewind_digit: str | None = None,
        pause_digit: str | None = None,
        offset: float | None = None,
    ) -> ControlledPlayback:
        """Play a file in which the caller can skip, go back and pause.

        *skip* is how far, in seconds (3); *forward_digit* skips (``#``), *rewind_digit* goes back (``*``),
        *pause_digit* pauses (none). *offset* is where to begin, in seconds. Command ``CONTROL STREAM FILE``.
        """
        reply = await self.send(
            "CONTROL STREAM FILE",
            filename,
            escape_digits,
            *arguments.trailing(
                (None if skip is None else arguments.milliseconds("CONTROL STREAM FILE", "skip", skip), 3000),
                (forward_digit, ""),
                (rewind_digit, ""),
                (pause_digit, ""),
                (None if offset is None else arguments.milliseconds("CONTROL STREAM FILE", "offset", offset), None),
            ),
        )
        return results.controlled_playback("CONTROL STREAM FILE", reply)

    async def database_del(self, family: str, key: str) -> None:
        """Delete an entry of Asterisk's database, if there is one.

        Command ``DATABASE DEL``.
        """
        reply = await self.send("DATABASE DEL", family, key)
        results.accepted("DATABASE DEL", reply)

    async def database_deltree(self, family: str, *, keytree: str | None = None) -> bool:
        """Delete a family of Asterisk's database, or the part below *keytree*; False if there was none.

        Command ``DATABASE DELTREE``.
        """
        reply = await self.send("DATABASE DELTREE", family, *arguments.trailing((keytree, None)))
        return results.untruth("DATABASE DELTREE", reply)

    async def database_get(self, family: str, key: str) -> str | None:
        """Return an entry of Asterisk's database, None if there is none.

        Command ``DATABASE GET``.
        """
        reply = await self.send("DATABASE GET", family, key)
        return results.value("DATABASE GET", reply)

    async def database_put(self, family: str, key: str, value: str | float) -> None:
        """Write an entry of Asterisk's database.

        Command ``DATABASE PUT``.
        """
        reply = await self.send("DATABASE PUT", family, key, value)
        results.accepted("DATABASE PUT", reply)

    async def exec(self, application: str, options: str = "") -> int:
        """Run an application of the dialplan and return its result; -1 mostly means that the caller hung up.

        *options* are the application's arguments, as they are. Command ``EXEC``.
        """
        reply = await self.send("EXEC", application, options)
        return results.executed("EXEC", reply)

    async def get_data(self, filename: str, *, timeout: float | None = None, max_digits: int | None = None) -> Digits:
        """Play a file and return the digits that the caller keys in, ``#`` ends them.

        *timeout* is in seconds, for each digit; None is what the channel has (6 for the first, then 2). Command ``GET
        DATA``.
        """
        reply = await self.send(
            "GET DATA",
            filename,
            *arguments.trailing((arguments.milliseconds("GET DATA", "timeout", timeout, 0), None), (max_digits, None)),
        )
        return results.digits("GET DATA", reply)

    async def get_full_variable(self, expression: str, *, channel: str | None = None) -> str | None:
        """Return an expression such as ``${CHANNEL(name)}`` evaluated, None if there is no *channel*.

        Command ``GET FULL VARIABLE``.
        """
        reply = await self.send("GET FULL VARIABLE", expression, *arguments.trailing((channel, None)))
        return results.value("GET FULL VARIABLE", reply)

    async def get_option(self, filename: str, escape_digits: str = "", *, timeout: float | None = None) -> Playback:
        """Play a file and wait for one of the escape digits, also after its end.

        *timeout* is in seconds, from the end of the file; None is what the channel has. Command ``GET OPTION``.
        """
        reply = await self.send(
            "GET OPTION",
            filename,
            escape_digits,
            *arguments.trailing(
                (None if timeout is None else arguments.milliseconds("GET OPTION", "timeout", timeout), None)
            ),
        )
        return results.playback("GET OPTION", reply)

    async def get_variable(self, variable: str) -> str | None:
        """Return a channel variable or function such as ``CALLERID(num)``, None if it is not set.

        Command ``GET VARIABLE``.
        """
        reply = await self.send("GET VARIABLE", variable)
        return results.value("GET VARIABLE", reply)

    async def gosub(
        self, context: str, extension: str, priority: int | str, *, args: str | Sequence[str | float] | None = None
    ) -> None:
        """Run a subroutine of the dialplan until it returns; ``GOSUB_RETVAL`` then has what it returned.

        *priority* is a number or a label. *args* become ``ARG1``, ``ARG2`` and so on; a text is split at its commas.
        Command ``GOSUB``.
        """
        reply = await self.send(
            "GOSUB",
            context,
            extension,
            priority,
            *arguments.trailing((arguments.for_subroutine("GOSUB", "args", args), None)),
        )
        results.returned("GOSUB", reply)

    async def hangup(self, *, channel: str | None = None) -> None:
        """Hang up the channel, or the one called *channel*.

        Command ``HANGUP``.
        """
        reply = await self.send("HANGUP", *arguments.trailing((channel, None)))
        results.success("HANGUP", reply)

    async def noop(self) -> None:
        """Do nothing, and be answered.

        Command ``NOOP``.
        """
        reply = await self.send("NOOP")
        results.success("NOOP", reply)

    async def receive_char(self, timeout: float | None = None) -> str | None:
        """Wait for text and return its first byte, None if there was none or the caller hung up.

        *timeout* is in seconds; None waits for ever. Command ``RECEIVE CHAR``.
        """
        reply = await self.send("RECEIVE CHAR", arguments.milliseconds("RECEIVE CHAR", "timeout", timeout, -1))
        return results.received_character("RECEIVE CHAR", reply)

    async def receive_text(self, timeout: float | None = None) -> str | None:
        """Wait for text and return it, None if there was none or the caller hung up.

        *timeout* is in seconds; None waits for ever. Command ``RECEIVE TEXT``.
        """
        reply = await self.send("RECEIVE TEXT", arguments.milliseconds("RECEIVE TEXT", "timeout", timeout, -1))
        return results.received_text("RECEIVE TEXT", reply)

    async def record_file(
        self,
        filename: str,
        format: str,
        escape_digits: str = "",
        timeout: float | None = None,
        *,
        sample_offset: int | None = None,
        beep: bool = False,
        silence: float | None = None,
    ) -> Recording:
        """Record the caller until one of the escape digits, silence, the *timeout* or a hangup.

        *timeout* is in seconds; None records without a limit. *sample_offset* is where to begin, in samples. *beep*
        plays one first. *silence* is how many whole seconds of it end the recording. Command ``RECORD FILE``.
        """
        reply = await self.send(
            "RECORD FILE",
            filename,
            format,
            escape_digits,
            arguments.milliseconds("RECORD FILE", "timeout", timeout, -1),
            *arguments.trailing(
                (sample_offset, None),
                ("BEEP" if beep else None, None),
                (None if silence is None else f"s={arguments.whole_seconds('RECORD FILE', 'silence', silence)}", None),
            ),
        )
        return results.recording("RECORD FILE", reply)

    async def say_alpha(self, text: str, escape_digits: str = "") -> str | None:
        """Spell a text; returns the escape digit that interrupted it.

        Command ``SAY ALPHA``.
        """
        reply = await self.send("SAY ALPHA", text, escape_digits)
        return results.digit("SAY ALPHA", reply)

    async def say_date(self, date: datetime | float, escape_digits: str = "") -> str | None:
        """Say a date; returns the escape digit that interrupted it.

        *date* is a datetime, or seconds since 1970; Asterisk says it in its own time zone. Command ``SAY DATE``.
        """
        reply = await self.send("SAY DATE", arguments.epoch("SAY DATE", "date", date), escape_digits)
        return results.digit("SAY DATE", reply)

    async def say_datetime(
        self, time: datetime | float, escape_digits: str = "", *, format: str | None = None, timezone: str | None = None
    ) -> str | None:
        """Say a date and time; returns the escape digit that interrupted it.

        *time* is a datetime, or seconds since 1970; Asterisk says it in its own time zone. *timezone* is another to say
        it in, such as ``Europe/Paris``. Command ``SAY DATETIME``.
        """
        reply = await self.send(
            "SAY DATETIME",
            arguments.epoch("SAY DATETIME", "time", time),
            escape_digits,
            *arguments.trailing((format, "ABdY 'digits/at' IMp"), (timezone, None)),
        )
        return results.digit("SAY DATETIME", reply)

    async def say_digits(self, digits: int | str, escape_digits: str = "") -> str | None:
        """Say digits one by one; returns the escape digit that interrupted it.

        Command ``SAY DIGITS``.
        """
        reply = await self.send("SAY DIGITS", digits, escape_digits)
        return results.digit("SAY DIGITS", reply)

    async def say_number(self, number: int, escape_digits: str = "", *, gender: str | None = None) -> str | None:
        """Say a number; returns the escape digit that interrupted it.

        *gender* is ``m``, ``f``, ``n`` or ``c`` where the language has it. Command ``SAY NUMBER``.
        """
        reply = await self.send("SAY NUMBER", number, escape_digits, *arguments.trailing((gender, None)))
        return results.digit("SAY NUMBER", reply)

    async def say_phonetic(self, text: str, escape_digits: str = "") -> str | None:
        """Spell a text with the words of a phonetic alphabet; returns the escape digit that interrupted it.

        Command ``SAY PHONETIC``.
        """
        reply = await self.send("SAY PHONETIC", text, escape_digits)
        return results.digit("SAY PHONETIC", reply)

    async def say_time(self, time: datetime | float, escape_digits: str = "") -> str | None:
        """Say a time of day; returns the escape digit that interrupted it.

        *time* is a datetime, or seconds since 1970; Asterisk says it in its own time zone. Command ``SAY TIME``.
        """
        reply = await self.send("SAY TIME", arguments.epoch("SAY TIME", "time", time), escape_digits)
        return results.digit("SAY TIME", reply)

    async def send_image(self, image: str) -> None:
        """Send an image, on a channel that can show one.

        Command ``SEND IMAGE``.
        """
        reply = await self.send("SEND IMAGE", image)
        results.success("SEND IMAGE", reply)

    async def send_text(self, text: str) -> None:
        """Send text, on a channel that can show it.

        Command ``SEND TEXT``.
        """
        reply = await self.send("SEND TEXT", text)
        results.success("SEND TEXT", reply)

    async def set_autohangup(self, time: float) -> None:
        """Hang up after some time.

        *time* is in seconds, 0 for no longer. Command ``SET AUTOHANGUP``.
        """
        reply = await self.send("SET AUTOHANGUP", arguments.seconds("SET AUTOHANGUP", "time", time))
        results.success("SET AUTOHANGUP", reply)

    async def set_callerid(self, callerid: str) -> None:
        """Change the caller ID.

        *callerid* is a number, or a name with one: ``Name <100>``. Command ``SET CALLERID``.
        """
        reply = await self.send("SET CALLERID", callerid)
        results.success("SET CALLERID", reply)

    async def set_context(self, context: str) -> None:
        """Choose the context in which the dialplan goes on.

        Command ``SET CONTEXT``.
        """
        reply = await self.send("SET CONTEXT", context)
        results.success("SET CONTEXT", reply)

    async def set_extension(self, extension: str) -> None:
        """Choose the extension in which the dialplan goes on.

        Command ``SET EXTENSION``.
        """
        reply = await self.send("SET EXTENSION", extension)
        results.success("SET EXTENSION", reply)

    async def set_music(self, enabled: bool, *, music_class: str | None = None) -> None:
        """Play music on hold until the next sound, or stop it.

        Command ``SET MUSIC``.
        """
        reply = await self.send("SET MUSIC", arguments.on_off(enabled), *arguments.trailing((music_class, None)))
        results.success("SET MUSIC", reply)

    async def set_priority(self, priority: int | str) -> None:
        """Choose the priority at which the dialplan goes on.

        *priority* is a number or a label. Command ``SET PRIORITY``.
        """
        reply = await self.send("SET PRIORITY", priority)
        results.success("SET PRIORITY", reply)

    async def set_variable(self, variable: str, value: str | float) -> None:
        """Set a channel variable, or a function such as ``CALLERID(name)``.

        Command ``SET VARIABLE``.
        """
        reply = await self.send("SET VARIABLE", variable, value)
        results.success("SET VARIABLE", reply)

    async def speech_activate_grammar(self, grammar: str) -> None:
        """Listen for what a grammar describes.

        Command ``SPEECH ACTIVATE GRAMMAR``.
        """
        reply = await self.send("SPEECH ACTIVATE GRAMMAR", grammar)
        results.accepted("SPEECH ACTIVATE GRAMMAR", reply)

    async def speech_create(self, engine: str) -> None:
        """Begin to use a speech engine.

        Command ``SPEECH CREATE``.
        """
        reply = await self.send("SPEECH CREATE", engine)
        results.accepted("SPEECH CREATE", reply)

    async def speech_deactivate_grammar(self, grammar: str) -> None:
        """Listen no longer for what a grammar describes.

        Command ``SPEECH DEACTIVATE GRAMMAR``.
        """
        reply = await self.send("SPEECH DEACTIVATE GRAMMAR", grammar)
        results.accepted("SPEECH DEACTIVATE GRAMMAR", reply)

    async def speech_destroy(self) -> None:
        """Use the speech engine no longer.

        Command ``SPEECH DESTROY``.
        """
        reply = await self.send("SPEECH DESTROY")
        results.accepted("SPEECH DESTROY", reply)

    async def speech_load_grammar(self, grammar: str, path: str) -> None:
        """Load a grammar from a file.

        Command ``SPEECH LOAD GRAMMAR``.
        """
        reply = await self.send("SPEECH LOAD GRAMMAR", grammar, path)
        results.accepted("SPEECH LOAD GRAMMAR", reply)

    async def speech_recognize(
        self, prompt: str, timeout: float | None = None, *, sample_offset: int | None = None
    ) -> Recognition:
        """Play a prompt and return what the caller says or presses.

        *timeout* is in whole seconds from the end of the prompt; None waits for ever. Command ``SPEECH RECOGNIZE``.
        """
        reply = await self.send(
            "SPEECH RECOGNIZE",
            prompt,
            arguments.whole_seconds("SPEECH RECOGNIZE", "timeout", timeout),
            *arguments.trailing((sample_offset, None)),
        )
        return results.recognition("SPEECH RECOGNIZE", reply)

    async def speech_set(self, name: str, value: str | float) -> None:
        """Give the speech engine a setting of its own.

        Command ``SPEECH SET``.
        """
        reply = await self.send("SPEECH SET", name, value)
        results.accepted("SPEECH SET", reply)

    async def speech_unload_grammar(self, grammar: str) -> None:
        """Forget a grammar that was loaded.

        Command ``SPEECH UNLOAD GRAMMAR``.
        """
        reply = await self.send("SPEECH UNLOAD GRAMMAR", grammar)
        results.accepted("SPEECH UNLOAD GRAMMAR", reply)

    async def stream_file(
        self, filename: str, escape_digits: str = "", *, sample_offset: int | None = None
    ) -> Playback:
        """Play a file until its end or one of the escape digits.

        *sample_offset* is where to begin, in samples. Command ``STREAM FILE``.
        """
        reply = await self.send("STREAM FILE", filename, escape_digits, *arguments.trailing((sample_offset, None)))
        return results.playback("STREAM FILE", reply)

    async def tdd_mode(self, enabled: bool) -> bool:
        """Use a text telephone on the channel, or no longer; False if it cannot.

        Command ``TDD MODE``.
        """
        reply = await self.send("TDD MODE", arguments.on_off(enabled))
        return results.truth("TDD MODE", reply)

    async def verbose(self, message: str, level: int = 1) -> None:
        """Print a message on Asterisk's console.

        Command ``VERBOSE``.
        """
        reply = await self.send("VERBOSE", message, level)
        results.success("VERBOSE", reply)

    async def wait_for_digit(self, timeout: float | None = None) -> str | None:
        """Wait for a digit and return it, None if the *timeout* passed.

        *timeout* is in seconds; None waits for ever. Command ``WAIT FOR DIGIT``.
        """
        reply = await self.send("WAIT FOR DIGIT", arguments.milliseconds("WAIT FOR DIGIT", "timeout", timeout, -1))
        return results.digit("WAIT FOR DIGIT", reply)
