"""What a login says: who the user is, and a proof of the secret."""

import hashlib
import re
from enum import StrEnum
from typing import Final

from asterisk_py_ami.errors import LoginInUseError
from asterisk_py_core.checks import shown
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import ChallengeFailedError, DesyncError, InputError, LoginRejectedError

from .codec import HeaderValue, encode_action
from .event_mask import check_event_mask
from .message import Response

__all__ = ["Login", "LoginMethod"]

# Asterisk sends up to nine digits (main/manager.c, char challenge[10]).
_CHALLENGE: Final = re.compile(r"[0-9]{1,20}")
# Asterisk's texts are short; who is not Asterisk may say a megabyte.
_MAX_REASON: Final = 1024


class LoginMethod(StrEnum):
    """How the secret is proven. Neither protects what follows: use TLS outside of trusted networks."""

    MD5 = "md5"
    """Answer a challenge: the secret itself is not sent."""
    PLAIN = "plain"
    """Send the secret as it is; only over TLS, or where MD5 is not to be had."""


class Login:
    """One login to *address*, by *method*, with the event mask *events*; it knows the secret until it is forgotten.

    Raises:
        InputError: *method* or *events* is a word AMI does not know, or the user name or secret does not fit a line.
    """

    def __init__(self, address: str, credentials: Credentials, method: LoginMethod | str, events: str) -> None:
        self.method = _method(method)
        check_event_mask(events)
        self._address = address
        self._username = credentials.username
        self._credentials: Credentials | None = credentials
        self._events = events
        # Refuses here what would not fit, before anything is sent.
        self.encode("0", action_id="0")

    def encode(self, challenge: str, *, action_id: str) -> bytes:
        """Return the login, which answers *challenge* if it is by MD5."""
        try:
            return encode_action("Login", self._headers(challenge), action_id)
        except InputError as error:
            field, problem = error.field, error.problem
        # Raised anew, because the frames of the first traceback hold the secret.
        raise InputError(field=field, problem=problem)

    def forget_secret(self) -> None:
        """Be of no use any more."""
        self._credentials = None

    def challenge_in(self, answer: Response) -> str:
        """Return the challenge; raises ChallengeFailedError if *answer* holds none that can be answered."""
        challenge = answer.get("Challenge")
        if not answer.is_success:
            reason = answer.message[:_MAX_REASON] or "it was refused without a reason"
        elif challenge is None:
            reason = "the answer holds none"
        elif not _CHALLENGE.fullmatch(challenge):
            reason = "it is no number"
        else:
            return challenge
        raise ChallengeFailedError(address=self._address, reason=reason)

    def check_accepted(self, answer: Response) -> None:
        """Return if *answer* says that the login is done; raises LoginRejectedError or its LoginInUseError if not."""
        if answer.get("Response", "").lower() != "success":
            kind = LoginInUseError if "already in use" in answer.message.lower() else LoginRejectedError
            reason = answer.message[:_MAX_REASON] or "no reason was given"
            raise kind(address=self._address, username=self._username, reason=reason)

    def _headers(self, challenge: str) -> dict[str, HeaderValue]:
        if self._credentials is None:
            raise DesyncError(f"the login to {self._address} was sent before")
        headers: dict[str, HeaderValue] = {"Username": self._username, "Events": self._events}
        if self.method is LoginMethod.PLAIN:
            return headers | {"Secret": self._credentials.reveal()}
        try:
            # As FIPS asks: MD5 is Asterisk's choice, and here it only keeps the secret off the wire.
            digest = hashlib.md5(challenge.encode("ascii"), usedforsecurity=False)
        except ValueError as error:
            raise ChallengeFailedError(address=self._address, reason=f"MD5 is not to be had here: {error}") from error
        digest.update(self._credentials.reveal().encode("utf-8", "surrogateescape"))
        # Lower case: Asterisk compares the text of the digest.
        return headers | {"AuthType": "MD5", "Key": digest.hexdigest()}


def _method(method: LoginMethod | str) -> LoginMethod:
    try:
        return LoginMethod(method)
    except ValueError:
        raise InputError(field="login", problem=f"must be 'md5' or 'plain', not {shown(method):.100}") from None
