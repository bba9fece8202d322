"""What Asterisk says about the call before it takes commands: the environment."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qsl

from asterisk_py_core.errors import DesyncError

__all__ = ["AgiRequest"]

# res/res_agi.c, launch_netscript and setup_env, in this order. A caller's name with line ends in it brings lines of its
# own; the real ones that follow are then there twice, or out of order.
_ORDER: Final = (
    "agi_network", "agi_network_script", "agi_request", "agi_channel", "agi_language", "agi_type", "agi_uniqueid",
    "agi_version", "agi_callerid", "agi_calleridname", "agi_callingpres", "agi_callingani2", "agi_callington",
    "agi_callingtns", "agi_dnid", "agi_rdnis", "agi_context", "agi_extension", "agi_priority", "agi_enhanced",
    "agi_accountcode", "agi_threadid",
)  # fmt: skip
_PLACE: Final = {name: place for place, name in enumerate(_ORDER)}
# An environment that came whole, as almost all do: one look at it instead of one at each line.
_USUAL: Final = re.compile("\n".join([f"{name}: ([^\n]*)" for name in _ORDER]))
_NAME: Final = re.compile(r"agi_[a-z0-9_]+")
_ARGUMENT: Final = re.compile(r"agi_arg_([1-9][0-9]*)")
_NUMBERS: Final = ("agi_callingpres", "agi_callingani2", "agi_callington", "agi_callingtns", "agi_priority")
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgiRequest:
    """The call a session is about, as Asterisk described it.

    What Asterisk calls ``unknown`` is None. Bytes that are not UTF-8 are kept as surrogates.
    """

    script: str
    """The name in ``agi://host/NAME``, neither decoded nor normalised, without what follows a ``?``. For a script on
    standard input, its path; ``async`` for AsyncAGI."""
    query: str
    """What follows the ``?``, as it is."""
    parameters: Mapping[str, str] = field(repr=False)
    """The query decoded; of a name that is there twice, the last."""
    args: tuple[str, ...]
    """The arguments of the dialplan's ``AGI(url,arg,arg)``."""
    url: str
    """The whole ``agi_request``."""
    channel: str
    uniqueid: str
    channel_type: str
    language: str
    version: str
    """Asterisk's."""
    caller_id: str | None
    """The caller's number."""
    caller_id_name: str | None
    calling_pres: int
    """Whether number and name may be shown (Q.931 presentation and screening)."""
    calling_ani2: int
    calling_ton: int
    calling_tns: int
    dnid: str | None
    """The number that was dialled."""
    rdnis: str | None
    """The number the call was redirected from."""
    context: str
    extension: str
    priority: int
    enhanced: bool
    """Whether sound comes on a file descriptor of its own (EAGI)."""
    account_code: str
    thread_id: str
    environment: Mapping[str, str] = field(repr=False, compare=False)
    """Everything as it came, by name (``agi_callerid``)."""

    @classmethod
    def parse(cls, lines: Iterable[bytes]) -> "AgiRequest":
        """Read the *lines* before the blank one, without their ends.

        Raises:
            DesyncError: they are not what Asterisk writes: somebody put lines of his own between them.
        """
        return _request(_environment(lines))

    @classmethod
    def parse_block(cls, block: bytes) -> "AgiRequest":
        """Read all lines at once; otherwise as :meth:`parse`."""
        text = block.decode("utf-8", "surrogateescape")
        usual = _USUAL.match(text)
        if usual is None:
            return cls.parse(block.split(b"\n"))
        environment = dict(zip(_ORDER, usual.groups(), strict=True))
        for number, line in enumerate(text[usual.end() :].split("\n")[1:], start=1):
            name, colon, environment[name] = line.partition(": ")
            if name != f"agi_arg_{number}" or not colon:
                return cls.parse(block.split(b"\n"))
        return _request(environment)

    def __hash__(self) -> int:
        return hash((self.channel, self.uniqueid, self.thread_id))

    def __reduce__(self) -> tuple[object, ...]:
        # The views of the mappings cannot be pickled.
        return _request, (dict(self.environment),)


def _environment(lines: Iterable[bytes]) -> dict[str, str]:
    environment: dict[str, str] = {}
    place, arguments = -1, 0
    for line in lines:
        name, colon, value = line.decode("utf-8", "surrogateescape").partition(": ")
        if not colon:
            # Asterisk writes the space even before an empty value.
            raise DesyncError(f"{line!r:.100} is no line of an AGI environment")
        if name in environment or not (name in _PLACE or _NAME.fullmatch(name)):
            raise DesyncError(f"{name!r:.100} does not belong into the AGI environment, or is there twice")
        if name in _PLACE:
            if arguments or _PLACE[name] <= place:
                raise DesyncError(f"{name} is out of order in the AGI environment")
            place = _PLACE[name]
        elif argument := _ARGUMENT.fullmatch(name):
            arguments += 1
            if place != _PLACE["agi_threadid"] or argument[1] != str(arguments):
                raise DesyncError(f"{name} is out of order in the AGI environment")
        elif arguments or place == _PLACE["agi_threadid"]:
            raise DesyncError(f"{name:.100} comes after the end of the AGI environment")
        environment[name] = value
    if missing := [name for name in ("agi_request", "agi_channel", "agi_threadid") if name not in environment]:
        raise DesyncError(f"the AGI environment ended without {missing[0]}")
    return environment


def _arguments(environment: dict[str, str]) -> tuple[str, ...]:
    if "agi_arg_1" not in environment:
        return ()
    return tuple([value for name, value in environment.items() if name.startswith("agi_arg_")])


def _request(environment: dict[str, str]) -> AgiRequest:
    def known(name: str) -> str | None:
        value = environment.get(name, "")
        return None if value in {"", "unknown"} else value

    numbers = {name: environment.get(name, "0") for name in _NUMBERS}
    for name, value in numbers.items():
        if value != "0" and not _NUMBER.fullmatch(value):
            raise DesyncError(f"{name} is {value!r:.100}, which is no number")
    whole = environment.get("agi_network_script", "" if "agi_network" in environment else environment["agi_request"])
    # A script's path on standard input may hold a question mark.
    script, _, query = whole.partition("?") if "agi_network" in environment else (whole, "", "")
    parameters = dict(parse_qsl(query, keep_blank_values=True, errors="surrogateescape")) if query else {}
    return AgiRequest(
        script=script,
        query=query,
        parameters=MappingProxyType(parameters),
        args=_arguments(environment),
        url=environment["agi_request"],
        channel=environment["agi_channel"],
        uniqueid=environment.get("agi_uniqueid", ""),
        channel_type=environment.get("agi_type", ""),
        language=environment.get("agi_language", ""),
        version=environment.get("agi_version", ""),
        caller_id=known("agi_callerid"),
        caller_id_name=known("agi_calleridname"),
        calling_pres=int(numbers["agi_callingpres"]),
        calling_ani2=int(numbers["agi_callingani2"]),
        calling_ton=int(numbers["agi_callington"]),
        calling_tns=int(numbers["agi_callingtns"]),
        dnid=known("agi_dnid"),
        rdnis=known("agi_rdnis"),
        context=environment.get("agi_context", ""),
        extension=environment.get("agi_extension", ""),
        priority=int(numbers["agi_priority"]),
        enhanced=environment.get("agi_enhanced", "0.0") not in {"0.0", "0"},
        account_code=environment.get("agi_accountcode", ""),
        thread_id=environment["agi_threadid"],
        environment=MappingProxyType(environment),
    )
