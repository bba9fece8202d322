"""The AGI conversation as a machine of bytes: the environment first, then one command and its answer at a time."""

from enum import Enum
from typing import Final

from asterisk_py_agi.errors import AgiDeadChannelError, ConcurrentCommandError, SessionPoisonedError
from asterisk_py_core.errors import AsteriskError, DesyncError, FrameTooLargeError, MalformedFrameError
from asterisk_py_core.lines import LineBuffer

from .command import LIVE_ONLY, encode_command, normalize
from .reply import SHORT_REPLIES, Reply
from .request import AgiRequest

__all__ = ["Conversation", "ConversationState"]

MAX_ENVIRONMENT: Final = 64 * 1024
MAX_ENVIRONMENT_LINES: Final = 256
MAX_ENVIRONMENT_LINE: Final = 8 * 1024
MAX_REPLY: Final = 64 * 1024

_HANGUP: Final = b"HANGUP"
_VALUE: Final = b"200 result=1 ("
# Their answer holds text of the caller's or the dialplan's choice, line ends included.
_WITH_TEXT: Final = frozenset({"GET VARIABLE", "GET FULL VARIABLE", "DATABASE GET", "RECEIVE TEXT"})
_USAGE_END: Final = b"520 End of proper usage."


class ConversationState(Enum):
    """Where the conversation stands: ENVIRONMENT -> READY <-> BUSY, and from each of them POISONED, for good."""

    ENVIRONMENT = "environment"
    """Asterisk is still describing the call."""
    READY = "ready"
    """A command may be sent."""
    BUSY = "busy"
    """A command was sent and not answered yet."""
    POISONED = "poisoned"
    """The next answer might belong to something else: nothing can be sent any more."""


# Python 3.11 looks a member up at 56 ns, several times a command.
_ENVIRONMENT: Final = ConversationState.ENVIRONMENT
_READY: Final = ConversationState.READY
_BUSY: Final = ConversationState.BUSY
_POISONED: Final = ConversationState.POISONED


class Conversation:
    """One session's side of the protocol; given a *request*, the environment has come by another way.

    ``state`` says what is possible, ``running`` is the command under way, ``hungup`` whether Asterisk has said that the
    channel is gone, ``has_lines`` whether answers come as lines (not whole, as in events of AMI). Nothing here waits or
    writes: what :meth:`start` returns has to be sent.
    """

    def __init__(self, request: AgiRequest | None = None) -> None:
        self.state = _ENVIRONMENT
        self.request = request
        self.hungup = False
        self.has_lines = request is None
        self.running = ""
        self._poison = "Asterisk has not described the call yet"
        self._cause: AsteriskError | None = None
        self._environment: list[bytes] = []
        self._lines = LineBuffer(max_line=MAX_ENVIRONMENT_LINE, strip_cr=False, what="a line of the AGI environment")
        self._size = 0
        self._partial: list[bytes] = []  # The lines so far of an answer of several.
        self._tail = b"\n"  # The last bytes that a poisoned session was sent.
        if request is not None:
            self._begin_replies()

    def start(self, command: str, args: tuple[str | float, ...] = ()) -> bytes:
        """Return the bytes that send *command*; its answer comes out of :meth:`receive_data`.

        Raises:
            InputError: the command or an argument cannot be sent as it is.
            ConcurrentCommandError: another command is under way.
            SessionPoisonedError: answers can no longer be told apart.
            AgiDeadChannelError: the channel has hung up, and Asterisk would refuse this command.
        """
        command = normalize(command)
        if self.state is not _READY:
            if self.state is _BUSY:
                raise ConcurrentCommandError(request=command, running=self.running)
            raise SessionPoisonedError(request=command, reason=self._poison) from self._cause
        if self.hungup and command in LIVE_ONLY:
            raise AgiDeadChannelError(request=command, reason="the channel has hung up")
        data = encode_command(command, args)
        self.running = command
        self.state = _BUSY
        return data

    def take_back(self) -> None:
        """Forget the command under way, which was not sent after all."""
        if self.state is _BUSY:
            self.state = _READY

    def abandon(self, reason: str, cause: AsteriskError | None = None) -> None:
        """Give the conversation up: *reason* is what later commands are told."""
        if self.state is not _POISONED:
            self.state = _POISONED
            self._poison, self._cause = reason, cause
            self._partial.clear()
            self._look_for_hangup(self._lines.take_rest())

    def receive_reply(self, text: str) -> Reply | None:
        """Take a whole answer that came by another way than :meth:`receive_data`; None if nothing was asked.

        Raises:
            DesyncError: it is no answer.
        """
        if self.state is not _BUSY:
            return None
        try:
            return self._answered(text.partition("\n")[2] if text.startswith("100 ") else text)
        except AsteriskError as error:
            self.abandon("what came was no answer", error)
            raise

    def receive_data(self, data: bytes) -> Reply | None:
        """Take what Asterisk sent, and return the answer to the command under way if that is complete.

        Raises:
            DesyncError: bytes that Asterisk does not send here: forged, or the answer to something else.
            FrameTooLargeError: the environment or an answer exceeds its limit.
        """
        try:
            if self.state is _BUSY and 0 <= data.find(b"\n") == len(data) - 1 and not self._lines.pending:
                return self._answer(data[:-1])  # Nearly always: one line, whole and alone.
            if self.state is _POISONED:
                self._look_for_hangup(data)
                return None
            if self.state is _ENVIRONMENT:
                data = self._receive_environment(data)
                if self.state is _ENVIRONMENT:
                    return None
            return self._receive_replies(data)
        except AsteriskError as error:
            self.abandon("bytes came that answer no command", error)
            raise

    def _look_for_hangup(self, data: bytes) -> None:
        """Find the line in *data* that is all that still counts, and keep what may be the beginning of it."""
        self._tail += data
        self.hungup = self.hungup or b"\nHANGUP\n" in self._tail
        self._tail = self._tail[-len(_HANGUP) - 1 :]

    # --- the environment ---

    def _receive_environment(self, data: bytes) -> bytes:
        """Read lines up to the blank one, and return the bytes after it."""
        head, end, rest = data.partition(b"\n\n")
        is_short = len(head) <= MAX_ENVIRONMENT_LINE and head.count(b"\n") < MAX_ENVIRONMENT_LINES
        if end and is_short and not self._size and not head.startswith(b"\n"):
            self._described(AgiRequest.parse_block(head))  # Nearly always: all of it at once, and not much.
            return rest
        self._size += len(data)
        self._lines.receive_data(data)
        while (line := self._lines.next_line()) is not None:
            if not line:
                rest = self._lines.take_rest()
                self._check_environment_size(self._size - len(rest))
                self._described(AgiRequest.parse(self._environment))
                return rest
            self._environment.append(line)
            if len(self._environment) > MAX_ENVIRONMENT_LINES:
                raise FrameTooLargeError(what="lines of the AGI environment", limit=MAX_ENVIRONMENT_LINES)
        self._check_environment_size(self._size)
        return b""

    def _described(self, request: AgiRequest) -> None:
        self.request = request
        self._begin_replies()

    def _check_environment_size(self, size: int) -> None:
        if size > MAX_ENVIRONMENT:
            raise FrameTooLargeError(what="the AGI environment in bytes", limit=MAX_ENVIRONMENT)

    def _begin_replies(self) -> None:
        self.state = _READY
        self._environment = []
        self._lines = LineBuffer(max_line=MAX_REPLY, strip_cr=False, what="an AGI reply in bytes")

    # --- answers ---

    def _receive_replies(self, data: bytes) -> Reply | None:
        lines = self._lines
        reply: Reply | None = None
        lines.receive_data(data)
        while (line := lines.next_line()) is not None:
            if self.state is _BUSY:
                reply = self._answer(line)
            elif line == _HANGUP:
                self.hungup = True
            else:
                raise DesyncError(f"{line!r:.100} answers no command")
        if lines.pending and self.state is _READY:
            rest = lines.take_rest()
            if not _HANGUP.startswith(rest):
                raise DesyncError(f"{rest!r:.100} answers no command")
            lines.receive_data(rest)
        return reply

    def _answer(self, line: bytes) -> Reply | None:
        """Take one *line* while a command waits for its answer; return the answer once it is whole."""
        if self._partial:
            return self._go_on(line)
        if (reply := SHORT_REPLIES.get(line)) is not None:
            self.state = _READY
            return reply
        if line.startswith(_VALUE) and line.endswith(b")"):
            self.state = _READY
            return Reply.with_value(line.decode("utf-8", "surrogateescape"))
        if line == _HANGUP:
            self.hungup = True
            return None
        if line.startswith(b"100 "):
            return None  # GOSUB says first that it tries (apps/app_stack.c, handle_gosub).
        if line.startswith(b"520-") or (self.running in _WITH_TEXT and line.startswith(_VALUE)):
            self._size = len(line)
            self._partial.append(line)
            return None
        return self._answered(line.decode("utf-8", "surrogateescape"))

    def _go_on(self, line: bytes) -> Reply | None:
        # Asterisk writes an answer whole: a HANGUP between its lines is text that looks like one.
        self._size += len(line) + 1
        if self._size > MAX_REPLY:
            raise FrameTooLargeError(what="an AGI reply in bytes", limit=MAX_REPLY)
        self._partial.append(line)
        is_usage = self._partial[0].startswith(b"520-")
        if line != _USAGE_END if is_usage else not line.endswith(b")"):
            return None
        text = b"\n".join(self._partial).decode("utf-8", "surrogateescape")
        self._partial.clear()
        return self._answered(text)

    def _answered(self, text: str) -> Reply:
        try:
            reply = Reply.parse(text)
        except MalformedFrameError as error:
            raise DesyncError(f"{self.running} was answered with {text!r:.100}, which is no answer") from error
        self.state = _READY
        if reply.code == 511:
            self.hungup = True  # With AGISIGHUP=no this is all that Asterisk says about it.
        return reply
