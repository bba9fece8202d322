"""How a generated class is described: a sentence, the name on the wire, where it comes from."""

from collections.abc import Iterable, Mapping, Sequence

from tools.generator import docstring

from .documentation import Action, Event
from .sentences import ACTIONS, EVENTS

__all__ = ["of_action", "of_event"]

# Events that only answer an action, which is named instead.
_NO_CLASS = {"", "command"}


def of_event(event: Event, items_of: Mapping[str, Sequence[str]], ends: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the lines of an event's docstring; *items_of* and *ends* map events to the actions that bring them."""
    facts = [f"Event ``{event.name}``"]
    if event.privilege not in _NO_CLASS and event.name not in ends:
        facts.append(f"class ``{event.privilege}``")
    if event.module not in {"", "builtin"}:
        facts.append(f"sent by {event.module}")
    listed = [*_listed("an item of", items_of.get(event.name, ())), *_listed("the end of", ends.get(event.name, ()))]
    last = "; ".join([", ".join(facts), *listed]) + "."
    sentence = EVENTS.get(event.name) or ("The list is complete." if event.name in ends else "")
    return docstring(sentence, last)


def of_action(action: Action, notes: Iterable[str]) -> list[str]:
    """Return the lines of an action's docstring; *notes* are about its arguments."""
    origin = "" if action.module in {"", "builtin"} else f", of {action.module}"
    facts = [f"Action ``{action.name}``{origin}."]
    if action.items or action.end:
        facts.append(f"Answered with a list of ``{'``, ``'.join(action.items)}``, ended by ``{action.end}``.")
    return docstring(ACTIONS.get(action.name, ""), " ".join([*notes, *facts]))


def _listed(words: str, actions: Sequence[str]) -> list[str]:
    return [f"{words} {' and '.join(actions)}"] if actions else []
