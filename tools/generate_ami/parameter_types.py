"""What type an action's parameter has, and how its headers are made of the argument."""

from dataclasses import dataclass
from typing import Final

from .documentation import Parameter
from .names import argument

__all__ = ["SECRET", "ParameterType", "absorbed", "parameter_type"]


@dataclass(frozen=True, slots=True)
class ParameterType:
    """The argument and its annotation; `headers` says how the headers are written (`{argument}`, `{header}`)."""

    argument: str
    annotation: str = "str"
    headers: str = '("{header}", {argument})'
    default: str = "None"
    note: str = ""
    """What the docstring has to say about it."""


def _calls(function: str) -> str:
    return f'("{{header}}", {function}({{argument}}))'


_VARIABLES: Final = ("Mapping[str, Scalar]", _calls("escaped"))
_SECONDS: Final = ("float", '("{header}", milliseconds(self, "{argument}", {argument}))')
_LIST: Final = ("str | Sequence[str]", _calls("joined"))

# A row `Action.Parameter` is for one action, and comes first.
_ANNOTATIONS: Final = {
    **dict.fromkeys(
        (
            "ChargingAssociationId", "ChargingAssociationPlan", "Code", "CurrencyAmount", "DAHDIChannel", "Granularity",
            "NewMessages", "OldMessages", "Penalty", "QueueChangePriorityCaller.Priority", "SessionNumber", "Span",
            "Time", "WaitEvent.Timeout",
        ),
        "int",
    ),
    # A priority may be a label or `hint`, a cause of PJSIPHangup the name of a SIP answer.
    **dict.fromkeys(
        ("ExtraPriority", "PJSIPHangup.Cause", "PRIDebugSet.Level", "ParkingSpace", "Priority", "Usernum"), "int | str"
    ),
    # All of these know `true` and `false` (main/utils.c, ast_true).
    **dict.fromkeys(
        (
            "Async", "EarlyMedia", "Immediate", "MixMonitorMute.State", "Paused", "PreserveEffectiveContext", "Receive",
            "Recursive", "Replace", "RingInUse", "Soft", "SorceryMemoryCacheStaleObject.Reload",
        ),
        "bool",
    ),
}  # fmt: skip
_TYPES: Final = {
    "AbsoluteTimeout.Timeout": ("float", '("{header}", {argument})'),
    "Hangup.Cause": ("HangupCause | int", '("{header}", {argument})'),
    "MessageSend.Variable": _VARIABLES,
    "Originate.Codecs": _LIST,
    "Originate.Timeout": _SECONDS,
    "Originate.Variable": _VARIABLES,
    "PJSIPNotify.Variable": _VARIABLES,
    "Park.Timeout": _SECONDS,
    "PlayDTMF.Duration": _SECONDS,
    "PlayMF.Duration": _SECONDS,
    "Status.Variables": _LIST,
    "UpdateConfig.Reload": ("bool | str", '("{header}", {argument})'),
}
# Parameters without a fixed name: what is documented first of them stands for all.
_FAMILIES: Final = {
    "AOCMessage.UnitAmount(0)": ("unit_amounts", "Sequence[int]", '*indexed("UnitAmount", {argument})'),
    "AOCMessage.UnitType(0)": ("unit_types", "Sequence[int]", '*indexed("UnitType", {argument})'),
    "UpdateConfig.Action-000000": ("changes", "Sequence[Mapping[str, Scalar]]", "*numbered({argument})"),
    "UserEvent.Header1": ("fields", "Mapping[str, Scalar]", "*pairs({argument})"),
}
_ABSORBED: Final = {
    "UpdateConfig": ("Cat-000000", "Var-000000", "Value-000000", "Match-000000", "Line-000000", "Options-000000"),
    "UserEvent": ("HeaderN",),
}
# What callers may put a PIN or a password into: the values of variables, of the database and of configuration files,
# arguments of applications and of other programs, messages to people, digits that are dialled for somebody.
SECRET: Final = {
    "AGI": ("Command",),
    "DBPut": ("Val",),
    "DialplanExtensionAdd": ("ApplicationData",),
    "JabberSend": ("Message",),
    "MessageSend": ("Body", "Base64Body", "Variable"),
    "MixMonitor": ("Command",),
    "Originate": ("Data", "Variable"),
    "PJSIPNotify": ("Variable",),
    "PlayDTMF": ("Digit",),
    "PlayMF": ("Digit",),
    "SendText": ("Message",),
    "Setvar": ("Value",),
    "UpdateConfig": ("Match", "Value"),
}
# The documented words are examples.
_OPEN: Final = frozenset(["Events.EventMask", "Filter.MatchCriteria", "ModuleLoad.Module"])
_TRUTH: Final = {
    frozenset(["true", "false"]): '("{header}", {argument})',
    frozenset(["yes", "no"]): _calls("yes_no"),
    frozenset(["on", "off"]): _calls("on_off"),
}
# A synchronous Originate keeps the whole session busy until somebody answers.
_DEFAULTS: Final = {"Originate.Async": "True"}
_NOTES: Final = {
    "AOCMessage.UnitAmount(0)": "*unit_types* and *unit_amounts* go together.",
    "AbsoluteTimeout.Timeout": "*timeout* is in seconds.",
    "Originate.Async": "Not *asynchronous*, it keeps all that is asked after it waiting until somebody answers.",
    "Originate.Timeout": "*timeout* is in seconds.",
    "Park.Timeout": "*timeout* is in seconds.",
    "PlayDTMF.Duration": "*duration* is in seconds.",
    "PlayMF.Duration": "*duration* is in seconds.",
    "UpdateConfig.Action-000000": (
        "Each of the *changes* has ``Action`` and what that needs: ``Cat``, ``Var``, ``Value``, ``Match``, ``Line``, "
        "``Options``."
    ),
    "UserEvent.Header1": "*fields* are headers of your own.",
    "WaitEvent.Timeout": "*timeout* is in whole seconds, -1 for ever.",
}


def absorbed(action: str) -> tuple[str, ...]:
    """Return the documented parameters that another argument stands for."""
    return _ABSORBED.get(action, ())


def parameter_type(action: str, parameter: Parameter) -> ParameterType:
    """Return how to annotate and write a parameter of an action."""
    row = f"{action}.{parameter.name}"
    note = _NOTES.get(row, "")
    if row in _FAMILIES:
        return ParameterType(*_FAMILIES[row], note=note)
    name = argument(action, parameter.name)
    default = _DEFAULTS.get(row, "None")
    if row in _TYPES:
        annotation, headers = _TYPES[row]
        name = "variables" if (annotation, headers) == _VARIABLES else name
        return ParameterType(name, annotation, headers, note=note)
    words = frozenset(parameter.words)
    if words in _TRUTH:
        return ParameterType(name, "bool", _TRUTH[words])
    return ParameterType(name, _annotation(row, parameter), default=default, note=note)


def _annotation(row: str, parameter: Parameter) -> str:
    for name in (row, parameter.name):
        if name in _ANNOTATIONS:
            return _ANNOTATIONS[name]
    if parameter.words and row not in _OPEN:
        return f"Literal[{', '.join(repr(word) for word in parameter.words)}]"
    return "str"
