"""The typed event bus: one shared log, and a cursor for each subscriber."""

__all__ = ["Event"]


class Event:
    """Marker base class of everything that travels on an :class:`EventBus`.

    Events are immutable, comparable, have a useful repr, and are shared by all subscribers.
    """

    __slots__ = ()
