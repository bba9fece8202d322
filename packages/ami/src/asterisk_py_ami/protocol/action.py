"""What every action is made of; the actions themselves are in :mod:`asterisk_py_ami.actions`.

An action that a module of your own brings to Asterisk is as good as those::

    class CountSheep(Action):
        __slots__ = ("upto",)
        name = "CountSheep"

        def __init__(self, upto: int, *, aloud: bool | None = None) -> None:
            self.upto: Final = required(self, "upto", upto)
            super().__init__(("UpTo", upto), ("Aloud", aloud))
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from asterisk_py_core.checks import check_number
from asterisk_py_core.errors import InputError

from .codec import HeaderValue, Scalar, encode_variables
from .masking import mark_secret, mask_header
from .message import AmiEvent

__all__ = [
    "Action",
    "ListAction",
    "escaped",
    "indexed",
    "joined",
    "milliseconds",
    "numbered",
    "on_off",
    "pairs",
    "required",
    "yes_no",
]

T = TypeVar("T")
E = TypeVar("E", bound=AmiEvent)

_REPR_VALUE: Final = 48
# The whole seconds in the milliseconds of an int of 32 bits: a longer time would begin anew at nothing.
_MOST_SECONDS: Final = 2_147_483


class Action:
    """Something to ask of Asterisk: the action's name, and parameters that were checked when it was made.

    Immutable; equal if the name and all headers are. The ActionID is not a part of it: the client gives each request
    its own.
    """

    __slots__ = ("_headers",)

    name: ClassVar[str]
    """The action's name as Asterisk spells it."""
    secret_headers: ClassVar[tuple[str, ...]] = ()
    """The headers whose values may be secrets: they are in no log of the wire and no repr."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.secret_headers:
            mark_secret(cls.name, cls.secret_headers)

    def __init__(self, *headers: tuple[str, HeaderValue]) -> None:
        self._headers = headers

    def headers(self) -> tuple[tuple[str, HeaderValue], ...]:
        """Return the headers as :func:`encode_action` takes them; a value of ``None`` makes no header."""
        return self._headers

    if not TYPE_CHECKING:  # A checker that sees these would allow any attribute.

        def __setattr__(self, attribute: str, value: Any) -> None:
            # Set once, by the constructor or by pickle.
            if hasattr(self, attribute):
                raise AttributeError(f"{type(self).__name__}.{attribute} cannot be changed")
            super().__setattr__(attribute, value)

        def __delattr__(self, attribute: str) -> None:
            raise AttributeError(f"{type(self).__name__}.{attribute} cannot be deleted")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Action):
            return NotImplemented
        return type(other) is type(self) and self._headers == other._headers

    def __hash__(self) -> int:
        return hash((type(self), self._headers))

    def __repr__(self) -> str:
        shown = [_abridged(self.name, header, value) for header, value in self._headers if value is not None]
        return f"<{' '.join([type(self).__name__, *shown])}>"


class ListAction(Action, Generic[E]):
    """An action that Asterisk answers with a list: a response, then events that carry the ActionID.

    The last of them says ``EventList: Complete``. An empty list may also be a plain response, or an error.
    """

    __slots__ = ()

    item_events: ClassVar[tuple[str, ...]] = ()
    """The names of the events that are the items."""
    end_event: ClassVar[str | None] = None
    """The name of the event that ends the list."""

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _items: object) -> type["ListAction"]:
            # The items matter to a type checker only, and `typing` would compile their names, at nearly half the cost
            # of importing `actions`.
            return cls


# --- parameters to headers -------------------------------------------------------------------------------------------


def required(action: Action, parameter: str, value: T) -> T:
    """Return *value*, which Asterisk insists on.

    Raises:
        InputError: it is ``None`` or empty; the message names the action and the *parameter*.
    """
    if value is None or value == "":
        raise InputError(field=f"action {action.name}: parameter {parameter}", problem="must not be empty")
    return value


def milliseconds(action: Action, parameter: str, seconds: float | None) -> int | None:
    """Return the whole milliseconds in *seconds*; what is more than nothing is one at least.

    Raises:
        InputError: *seconds* is no number, less than 0, or more than 2,147,483 (24 days): Asterisk counts in an int.
    """
    if seconds is None:
        return None
    field = f"action {action.name}: parameter {parameter}"
    check_number(field, seconds, at_least=0, at_most=_MOST_SECONDS)
    return max(round(seconds * 1000), 1 if seconds else 0)


def yes_no(value: bool | None) -> str | None:  # noqa: FBT001 - a value to write, not an option
    """Return ``yes`` or ``no``, for the few parameters that do not know ``true``."""
    return None if value is None else "yes" if value else "no"


def on_off(value: bool | None) -> str | None:  # noqa: FBT001 - a value to write, not an option
    """Return ``on`` or ``off``, for the few parameters that do not know ``true``."""
    return None if value is None else "on" if value else "off"


def joined(values: str | Sequence[str] | None) -> str | None:
    """Return *values* with commas between them.

    Raises:
        InputError: one of them is no text.
    """
    if values is None or isinstance(values, str):
        return values
    return ",".join([_checked("a list", each, str) for each in _checked("a list", values, Sequence)])


def escaped(values: Mapping[str, Scalar] | None) -> tuple[str, ...] | None:
    """Return the values of the ``Variable`` headers that set exactly *values*, or raise as encode_variables does."""
    return None if values is None else tuple(encode_variables(values))


def indexed(header: str, values: Sequence[Scalar] | None) -> tuple[tuple[str, HeaderValue], ...]:
    """Return ``Header(0)``, ``Header(1)`` and so on."""
    values = _checked(header, values or (), Sequence)
    return tuple([(f"{header}({number})", value) for number, value in enumerate(values)])


def numbered(changes: Sequence[Mapping[str, Scalar]] | None) -> tuple[tuple[str, HeaderValue], ...]:
    """Return ``Action-000000``, ``Cat-000000`` and so on: the number is that of the change."""
    return tuple(
        [
            (f"{name}-{number:06}", value)
            for number, change in enumerate(_checked("changes", changes or (), Sequence))
            for name, value in _checked("a change", change, Mapping).items()
        ]
    )


def pairs(fields: Mapping[str, Scalar] | None) -> tuple[tuple[str, HeaderValue], ...]:
    """Return headers of the caller's own."""
    return tuple(_checked("fields", fields or {}, Mapping).items())


def _checked(what: str, value: T, kind: type) -> T:
    # A text is a sequence of letters, and was never meant as that.
    if not isinstance(value, kind) or (kind is Sequence and isinstance(value, str | bytes)):
        problem = f"must be a {kind.__name__.lower()}, not of type {type(value).__name__}"
        raise InputError(field=what, problem=problem)
    return value


def _abridged(action: str, header: str, value: HeaderValue) -> str:
    values = value if isinstance(value, list | tuple) else [value]
    # Masked before it is cut: half a secret is still one.
    texts = [str(each).lower() if isinstance(each, bool) else str(each) for each in values]
    shown = "; ".join(mask_header(action, header, text) for text in texts)
    return f"{header}={shown[:_REPR_VALUE]!r}" + ("..." if len(shown) > _REPR_VALUE else "")
