"""What every resource is made of; the operations themselves are generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeVar

from asterisk_py_ari.protocol.handle import Handle, new_id

if TYPE_CHECKING:
    from asterisk_py_ari.protocol.operation import Operation
    from asterisk_py_ari.protocol.requests import Caller

__all__ = ["Resource"]

H = TypeVar("H", bound=Handle)


class Resource:
    """Operations that Asterisk describes together, each a method that sends one request.

    What must be given comes first, by position or by name; everything else has a name, and is left to Asterisk where it
    is ``None``. Where an id is called for, a handle is as good. Arguments are checked before anything is written.

    Every operation raises:
        InputError: an argument cannot be sent; nothing was written.
        RequestRejectedError: Asterisk said no; there is a class for each status.
        NotSentError: nothing was written; sending again is safe.
        OutcomeUnknownError: the request was written and no answer came. Where the id was chosen by the caller, asking
            again is safe as well: a ConflictError then says that it had happened.
    """

    __slots__ = ("_caller",)

    operations: ClassVar[tuple[Operation, ...]]
    """What its methods ask for, as Asterisk describes it."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @staticmethod
    def _named(given: str | H | None) -> str | H:
        """Return the name that was *given* for something to be made, or one that nothing else has."""
        return new_id() if given is None else given
