"""What each command returns, and the function of `asterisk_py_agi.results` that makes it of the reply."""

from typing import Final

from tools.generator import DocumentationError

__all__ = ["RESULTS", "result"]

RESULTS: Final = {
    **dict.fromkeys(
        (
            "ANSWER", "ASYNCAGI BREAK", "HANGUP", "NOOP", "SEND IMAGE", "SEND TEXT", "SET AUTOHANGUP", "SET CALLERID",
            "SET CONTEXT", "SET EXTENSION", "SET MUSIC", "SET PRIORITY", "SET VARIABLE", "VERBOSE",
        ),
        ("None", "success"),
    ),
    **dict.fromkeys(
        (
            "DATABASE DEL", "DATABASE PUT", "SPEECH ACTIVATE GRAMMAR", "SPEECH CREATE", "SPEECH DEACTIVATE GRAMMAR",
            "SPEECH DESTROY", "SPEECH LOAD GRAMMAR", "SPEECH SET", "SPEECH UNLOAD GRAMMAR",
        ),
        ("None", "accepted"),
    ),
    **dict.fromkeys(("DATABASE GET", "GET FULL VARIABLE", "GET VARIABLE"), ("str | None", "value")),
    **dict.fromkeys(
        (
            "SAY ALPHA", "SAY DATE", "SAY DATETIME", "SAY DIGITS", "SAY NUMBER", "SAY PHONETIC", "SAY TIME",
            "WAIT FOR DIGIT",
        ),
        ("str | None", "digit"),
    ),
    **dict.fromkeys(("GET OPTION", "STREAM FILE"), ("Playback", "playback")),
    "CHANNEL STATUS": ("ChannelState", "channel_state"),
    "CONTROL STREAM FILE": ("ControlledPlayback", "controlled_playback"),
    "DATABASE DELTREE": ("bool", "untruth"),
    "EXEC": ("int", "executed"),
    "GET DATA": ("Digits", "digits"),
    "GOSUB": ("None", "returned"),
    "RECEIVE CHAR": ("str | None", "received_character"),
    "RECEIVE TEXT": ("str | None", "received_text"),
    "RECORD FILE": ("Recording", "recording"),
    "SPEECH RECOGNIZE": ("Recognition", "recognition"),
    "TDD MODE": ("bool", "truth"),
}  # fmt: skip


def result(command: str) -> tuple[str, str]:
    """Return the annotation and the name of the function.

    Raises:
        DocumentationError: no row is about it.
    """
    if command not in RESULTS:
        raise DocumentationError(f"{command} needs a row in the table of results")
    return RESULTS[command]
