"""Answers that take several messages: a list, and the outcome of an asynchronous Originate.

All messages that carry the ActionID of one action go to its gathering; it says when the answer is complete.
"""

import re
from typing import Final

from .message import AmiEvent, Response

__all__ = ["Gathering", "ListGathering", "OriginateGathering"]

_END: Final = ["event", "actionid", "eventlist"]
# chan_sip, gone since Asterisk 21, put the ActionID last.
_END_BEFORE_14: Final = ["event", "eventlist", "listitems", "actionid"]
_COUNT: Final = re.compile(r"[0-9]{1,10}")


class Gathering:
    """What has come of an answer: its ``response``, its ``events``, and the event that is its ``end``.

    ``events`` has no bound: only Asterisk knows the ActionID, and a list is as long as what it lists.
    """

    __slots__ = ("_complete", "end", "events", "response")

    def __init__(self) -> None:
        self.response: Response | None = None
        self.events: list[AmiEvent] = []
        self.end: AmiEvent | None = None
        self._complete = False

    def receive(self, message: Response | AmiEvent) -> bool:
        """Take *message* and return whether it completes the answer; what comes after that is not taken."""
        if self._complete:
            return False
        if isinstance(message, Response):
            self.response = message
        elif self.ends_with(message):
            self.end = message
        else:
            self.events.append(message)
            return False
        response = self.response
        self._complete = response is not None and (
            self.end is not None or not response.is_success or self.is_whole(response)
        )
        return self._complete

    def ends_with(self, event: AmiEvent) -> bool:
        """Whether *event* is the one that ends the answer."""
        raise NotImplementedError

    def is_whole(self, response: Response) -> bool:
        """Whether nothing more comes after *response*, which is a success."""
        raise NotImplementedError


class ListGathering(Gathering):
    """A list: its items, until an event says ``EventList: Complete`` or ``Cancelled`` (main/manager.c).

    The name of the last event says nothing: a UserEvent may be called anything.
    """

    __slots__ = ()

    @property
    def is_cancelled(self) -> bool:
        """Whether Asterisk gave the list up half way."""
        return self.end is not None and self.end.get("EventList", "").lower() == "cancelled"

    @property
    def announced(self) -> int | None:
        """How many items the end of the list says there are; None if it does not say."""
        count = "" if self.end is None else self.end.get("ListItems", "")
        return int(count) if _COUNT.fullmatch(count) else None

    def ends_with(self, event: AmiEvent) -> bool:
        """Whether *event* is the end of the list.

        An item may carry a whole forged header (a channel variable in ``Status`` goes out as it is), but only behind
        headers of its own, so the place of ``EventList`` counts too (main/manager.c, astman_send_list_complete_start).
        """
        if event.get("EventList", "").lower() not in {"complete", "cancelled"}:
            return False
        names = [name.lower() for name, _ in event.headers[:4]]
        return names[:3] == _END or names == _END_BEFORE_14

    def is_whole(self, response: Response) -> bool:
        """Whether *response* is all: some actions answer an empty list so (VoicemailUsersList)."""
        return response.get("EventList", "").lower() != "start" and "will follow" not in response.message.lower()


class OriginateGathering(Gathering):
    """The outcome of an asynchronous Originate; it may come before the response that says it was queued."""

    __slots__ = ()

    def ends_with(self, event: AmiEvent) -> bool:
        """Whether *event* is the outcome."""
        return event.name.lower() == "originateresponse"

    def is_whole(self, response: Response) -> bool:
        """Never: the outcome is what is waited for."""
        del response
        return False
