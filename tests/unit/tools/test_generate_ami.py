"""The generator of the AMI package's typed surface, on documentation of our own."""

import ast
import inspect
from xml.etree import ElementTree as ET

import pytest

from asterisk_py_ami import actions, events
from asterisk_py_ami.protocol.fields import Field
from asterisk_py_ami.protocol.values import known
from asterisk_py_ami.snapshot import ChannelFields
from asterisk_py_core.domain import ChannelState
from tools.generate_ami.corrected import corrected
from tools.generate_ami.corrections import ASTERISK_22, Corrections
from tools.generate_ami.documentation import Action, Documentation, Event, Parameter, Snapshot, parse
from tools.generate_ami.header_types import CHANNEL, parser
from tools.generate_ami.names import argument, attribute, class_name, snake_case
from tools.generate_ami.parameter_types import SECRET, parameter_type
from tools.generate_ami.render_actions import render_actions
from tools.generate_ami.render_events import render_events
from tools.generate_ami.sentences import ACTIONS, EVENTS
from tools.generator import CorrectionError, DocumentationError

XI = 'xmlns:xi="http://www.w3.org/2001/XInclude"'


def docs(*elements: str) -> ET.Element:
    return ET.fromstring(f"<docs {XI}>{''.join(elements)}</docs>")  # noqa: S314 - our own text


def event(name: str, syntax: str, flag: str = "CALL", module: str = "builtin") -> str:
    return (
        f'<managerEvent name="{name}" module="{module}"><managerEventInstance class="EVENT_FLAG_{flag}">'
        f"<synopsis>Words</synopsis><syntax>{syntax}</syntax></managerEventInstance></managerEvent>"
    )


def action(name: str, syntax: str = "", rest: str = "", module: str = "builtin") -> str:
    return f'<manager name="{name}" module="{module}"><syntax>{syntax}</syntax>{rest}</manager>'


def include(pointer: str) -> str:
    return f'<xi:include xpointer="xpointer({pointer})" />'


# --- reading ---------------------------------------------------------------------------------------------------------


def test_an_event_is_its_name_class_module_and_parts_in_order() -> None:
    syntax = (
        '<channel_snapshot/><channel_snapshot prefix="Dest"/><bridge_snapshot prefix="To"/>'
        '<parameter name="Cause" required="false"><para>Words</para></parameter>'
        '<parameter name="Muted"><enumlist><enum name="Yes"/><enum name="No"/></enumlist></parameter>'
    )
    found = parse(docs(event("Test", syntax, "AGENT", "app_test"))).events
    assert found == (
        Event(
            "Test",
            "agent",
            "app_test",
            (
                Snapshot("channel"),
                Snapshot("channel", "Dest"),
                Snapshot("bridge", "To"),
                Parameter("Cause", is_required=False),
                Parameter("Muted", words=("Yes", "No")),
            ),
        ),
    )


def test_included_parameters_are_found_alone_all_together_by_a_part_of_their_name_and_through_others() -> None:
    where = "/docs/managerEvent[@name='A']/managerEventInstance/syntax/parameter"
    root = docs(
        event("A", '<parameter name="One"/><parameter name="ReportTwo"/>'),
        event("B", include(where + "[@name='One']")),
        event("C", include(where)),
        event("D", include(where + "[contains(@name, 'Report')]")),
        event("E", include("/docs/managerEvent[@name='C']/managerEventInstance/syntax/parameter")),
        event("F", include(where + "[@name='One']") + '<parameter name="One"/>'),
    )
    headers = {
        each.name: [part.name for part in each.parts if isinstance(part, Parameter)] for each in parse(root).events
    }
    both = ["One", "ReportTwo"]
    assert headers == {"A": both, "B": ["One"], "C": both, "D": ["ReportTwo"], "E": both, "F": ["One"]}


def test_an_action_is_its_parameters_and_the_list_it_answers_with() -> None:
    answer = (
        "<responses><list-elements>"
        + include("/docs/managerEvent[@name='Item']")
        + "</list-elements>"
        + event("ItemComplete", '<parameter name="EventList"/>', "COMMAND")
        + "</responses>"
    )
    root = docs(
        action("Show", '<parameter name="Name" required="true"/><parameter name="More"/>', answer), event("Item", "")
    )
    found = parse(root)
    parameters = (Parameter("Name", is_required=True), Parameter("More"))
    assert found.actions == (Action("Show", "builtin", parameters, ("Item",), "ItemComplete"),)
    assert [each.name for each in found.events] == ["Item", "ItemComplete"]


def test_what_several_modules_document_is_there_once() -> None:
    once = parse(docs(action("A", module="app_one"), action("A", module="app_two"), event("E", ""), event("E", "")))
    assert [each.module for each in once.actions] == ["app_one"]
    assert len(once.events) == 1


@pytest.mark.parametrize(
    "root",
    [
        pytest.param(docs(event("A", "<mystery/>")), id="an unknown element"),
        pytest.param(docs(event("A", include("/docs/somewhere"))), id="an unknown pointer"),
        pytest.param(
            docs(event("A", include("/docs/manager[@name='No']/syntax/parameter"))), id="a pointer to nothing"
        ),
        pytest.param(docs('<managerEvent name="A"/>'), id="an event that is never sent"),
        pytest.param(
            docs(action("A", "", f"<responses>{event('B', '')}{event('C', '')}</responses>")), id="two ends of a list"
        ),
        pytest.param(docs(action("A", "", f"<responses>{include('/docs/B')}</responses>")), id="no event"),
    ],
)
def test_documentation_of_a_form_that_is_not_known_is_refused(root: ET.Element) -> None:
    with pytest.raises(DocumentationError):
        parse(root)


# --- correcting ------------------------------------------------------------------------------------------------------

DOCUMENTED = Documentation(
    (
        Action("Do", "builtin", (Parameter("ActionID"), Parameter("One", is_required=True), Parameter("Two"))),
        Action("Login", "builtin"),
    ),
    (
        Event("NewTest", "call", "builtin", (Snapshot("channel"), Parameter("CauseID"), Parameter("ActionID"))),
        Event("Other", "call", "builtin", (Snapshot("channel", "Dest"), Parameter("A", is_required=False))),
    ),
)


def events_of(**rows: object) -> dict[str, Event]:
    found = corrected(DOCUMENTED, Corrections(**rows)).events  # type: ignore[arg-type]  # each test gives a row it knows
    return {each.name: each for each in found}


def test_headers_are_sent_unless_documented_otherwise_and_the_action_id_is_no_header() -> None:
    found = events_of()
    assert found["NewTest"].parts == (Snapshot("channel"), Parameter("CauseID", is_required=True))
    assert found["Other"].parts[1] == Parameter("A", is_required=False)


def test_the_wire_s_names_replace_the_documented_ones() -> None:
    found = events_of(renamed_events={"NewTest": "Newtest"}, renamed_headers={"Newtest.Cause": "Reason"})
    assert found["Newtest"].parts[1] == Parameter("ReasonID", is_required=True)
    assert "NewTest" not in found


def test_headers_are_added_dropped_and_made_optional() -> None:
    found = events_of(
        added_headers={"Other": ("B", "C")},
        optional_headers={"Other": ("C",)},
        unsent_headers={"NewTest": ("CauseID",)},
    )
    assert found["Other"].parts[2:] == (Parameter("B", is_required=True), Parameter("C", is_required=False))
    assert found["NewTest"].parts == (Snapshot("channel"),)


def test_an_event_that_nobody_saw_promises_no_header() -> None:
    assert events_of(not_seen=("NewTest",))["NewTest"].parts[1] == Parameter("CauseID", is_required=False)


def test_the_class_of_the_wire_replaces_the_documented_one() -> None:
    assert events_of(classes={"Other": "agent"})["Other"].privilege == "agent"


def test_a_channel_may_be_missing_or_loose() -> None:
    found = events_of(optional_parts={"Other": ("channel Dest",)}, loose_channels=("NewTest",))
    assert found["Other"].parts[0] == Snapshot("channel", "Dest", is_required=False)
    assert found["NewTest"].parts[0] == Snapshot("channel", is_required=False, is_loose=True)


def test_an_undocumented_event_is_there_too_in_the_order_of_names() -> None:
    found = events_of(undocumented={"Nothing": ("app_a", "bridge", "X", "Y")}, optional_headers={"Nothing": ("Y",)})
    assert list(found) == ["NewTest", "Nothing", "Other"]
    parts = (Snapshot("bridge"), Parameter("X", is_required=True), Parameter("Y", is_required=False))
    assert found["Nothing"] == Event("Nothing", "", "app_a", parts)


def test_an_action_is_corrected() -> None:
    table = Corrections(
        not_generated=("Login",),
        required_parameters={"Do": ("Two",)},
        may_be_empty={"Do": ("One",)},
        lists={"Do": ("Item", "Other", "ItemComplete")},
    )
    parameters = (Parameter("One", is_required=True, may_be_empty=True), Parameter("Two", is_required=True))
    found = corrected(DOCUMENTED, table).actions
    assert found == (Action("Do", "builtin", parameters, ("Item", "Other"), "ItemComplete"),)


@pytest.mark.parametrize(
    "table",
    [
        Corrections(renamed_events={"No": "Other"}),
        Corrections(renamed_headers={"Other.B": "C"}),
        Corrections(added_headers={"Other": ("A",)}),
        Corrections(added_headers={"No": ("A",)}),
        Corrections(unsent_headers={"No": ("A",)}),
        Corrections(optional_headers={"Other": ("B",)}),
        Corrections(optional_headers={"No": ("B",)}),
        Corrections(optional_parts={"Other": ("bridge Dest",)}),
        Corrections(classes={"Other": "call"}),
        Corrections(classes={"No": "call"}),
        Corrections(loose_channels=("No",)),
        Corrections(not_seen=("No",)),
        Corrections(undocumented={"Other": ("builtin",)}),
        Corrections(not_generated=("No",)),
        Corrections(required_parameters={"Do": ("One",)}),
        Corrections(required_parameters={"No": ("One",)}),
        Corrections(may_be_empty={"No": ("One",)}),
        Corrections(lists={"No": ("Item", "ItemComplete")}),
    ],
)
def test_a_row_that_corrects_nothing_is_refused(table: Corrections) -> None:
    with pytest.raises(CorrectionError, match=r"^corrections: "):
        corrected(DOCUMENTED, table)


# --- names and types -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CallerIDNum", "caller_id_num"),
        ("CallerIDani", "caller_id_ani"),
        ("Cause-txt", "cause_txt"),
        ("CID-CallingPres", "cid_calling_pres"),
        ("DurationMs", "duration_ms"),
        ("UniqueID", "unique_id"),
        ("Uniqueid", "uniqueid"),
        ("ACLName", "acl_name"),
        ("T38UdptlEc", "t38_udptl_ec"),
        ("SuppressQ850ReasonHeaders", "suppress_q850_reason_headers"),
        ("Qualify2xxOnly", "qualify_2xx_only"),
        ("Channel1", "channel1"),
        ("LocalOne", "local_one"),
    ],
)
def test_names_become_snake_case(name: str, expected: str) -> None:
    assert snake_case(name) == expected


@pytest.mark.parametrize("name", ["100rel", "From", "(0)"])
def test_what_python_takes_for_no_name_needs_a_row(name: str) -> None:
    with pytest.raises(DocumentationError, match="needs a row"):
        snake_case(name)


def test_some_names_have_rows() -> None:
    assert attribute("EndpointDetail", "100rel") == "rel100"
    assert attribute("Parkinglot", "Name") == "parkinglot"
    assert argument("MessageSend", "From") == "from_uri"
    assert argument("Originate", "Async") == "asynchronous"
    assert class_name("AOC-D") == "AOCD"


@pytest.mark.parametrize(
    ("header", "words", "expected"),
    [
        ("Hangup.Cause", (), "domain.HangupCause.parse"),
        ("PeerStatus.Cause", (), ""),
        ("Any.ListItems", (), "int"),
        ("Any.QualifyTimeout", (), "float"),
        ("Any.Waiting", (), "flag"),
        ("Any.Muted", ("Yes", "No"), "flag"),
        ("Any.Paused", ("0", "1"), "flag"),
        ("Any.TalkingStatus", ("on", "off"), "flag"),
        ("Any.Status", ("enabled", "disabled"), ""),
    ],
)
def test_headers_have_types(header: str, words: tuple[str, ...], expected: str) -> None:
    event_name, _, name = header.partition(".")
    assert parser(event_name, name, words) == expected


def test_the_channel_of_loose_events_has_the_attributes_of_all_others() -> None:
    fields = {name: field for name, field in vars(ChannelFields).items() if isinstance(field, Field)}
    assert [(name, header) for name, header, _ in CHANNEL] == [(name, field.header) for name, field in fields.items()]
    functions = {"": str, "int": int, "known": known, "domain.ChannelState.parse": ChannelState.parse}
    assert [functions[read] for _, _, read in CHANNEL] == [field.parse for field in fields.values()]


@pytest.mark.parametrize(
    ("parameter", "annotation"),
    [
        (Parameter("Channel"), "str"),
        (Parameter("Penalty"), "int"),
        (Parameter("Priority"), "int | str"),
        (Parameter("Paused"), "bool"),
        (Parameter("State", words=("on", "off")), "bool"),
        (Parameter("MsgType", words=("S", "D")), "Literal['S', 'D']"),
    ],
)
def test_parameters_have_types(parameter: Parameter, annotation: str) -> None:
    assert parameter_type("Any", parameter).annotation == annotation


# --- writing ---------------------------------------------------------------------------------------------------------


def test_an_event_class_is_written_with_its_base_fields_and_parts() -> None:
    written = render_events(
        Documentation(
            (Action("Show", "builtin", (), ("Test-A",), "TestComplete"),),
            (
                Event(
                    "Test-A",
                    "call",
                    "app_test",
                    (Snapshot("channel"), Snapshot("channel", "Dest"), Parameter("Duration")),
                ),
                Event("TestB", "", "builtin", (Snapshot("bridge"), Snapshot("channel"))),
                Event("TestC", "call", "builtin", (Snapshot("channel", is_required=False), Snapshot("bridge", "To"))),
                Event("TestComplete", "command", "builtin", (Parameter("ListItems", is_required=True),)),
            ),
        ),
        version="22.0",
    )
    tree = ast.parse(written)
    found = {each.name: ast.unparse(each) for each in tree.body if isinstance(each, ast.ClassDef)}
    assert found["TestA"].startswith("class TestA(ChannelEvent, event='Test-A'):")
    assert "Event ``Test-A``, class ``call``, sent by app_test; an item of Show." in found["TestA"]
    assert "dest = channel('Dest')" in found["TestA"]
    assert "duration = optional('Duration', int)" in found["TestA"]
    assert found["TestB"].startswith("class TestB(BridgeEvent, ChannelFields, event='TestB'):")
    assert found["TestC"].startswith("class TestC(AmiEvent, event='TestC'):")
    assert "caller = optional_channel('')" in found["TestC"]
    assert "to_bridge = bridge('To')" in found["TestC"]
    assert "list_items = field('ListItems', int)" in found["TestComplete"]
    assert "; the end of Show." in found["TestComplete"]


def test_an_action_class_is_written_with_its_signature_and_headers() -> None:
    parameters = (
        Parameter("Optional"),
        Parameter("Channel", is_required=True),
        Parameter("Muted", words=("yes", "no")),
        Parameter("Value", is_required=True, may_be_empty=True),
    )
    described = Documentation(
        (Action("Test", "app_test", parameters, ("Item", "Gone"), "End"),), (Event("Item", "", ""),)
    )
    written = ast.unparse(ast.parse(render_actions(described, version="22.0")))
    assert "class Test(ListAction['events.Item | AmiEvent']):" in written
    assert "Action ``Test``, of app_test. Answered with a list of ``Item``, ``Gone``, ended by ``End``." in written
    assert "__slots__ = ('channel', 'muted', 'optional', 'value')" in written
    assert (
        "def __init__(self, channel: str, value: str, *, optional: str | None=None, muted: bool | None=None)" in written
    )
    assert "self.channel: Final = required(self, 'channel', channel)" in written
    assert "self.value: Final = value" in written
    assert (
        "super().__init__(('Optional', optional), ('Channel', channel), ('Muted', yes_no(muted)), ('Value', value))"
        in written
    )


def test_021_what_may_be_a_secret_is_marked_in_the_class() -> None:
    described = Documentation((Action("Setvar", "builtin", (Parameter("Variable"), Parameter("Value"))),), ())
    assert "secret_headers = ('Value',)" in ast.unparse(ast.parse(render_actions(described, version="22.0")))
    assert "secret_headers" not in render_actions(Documentation((Action("Ping", "builtin"),), ()), version="22.0")


@pytest.mark.parametrize("name", SECRET)
def test_021_every_secret_is_that_of_a_parameter(name: str) -> None:
    kind = getattr(actions, name)
    assert kind.secret_headers == SECRET[name]
    source = inspect.getsource(kind)
    # The changes of UpdateConfig hold theirs inside.
    assert all(f'("{header}", ' in source for header in SECRET[name]) or name == "UpdateConfig"


def test_every_sentence_is_about_a_class_and_every_class_but_the_ends_of_lists_has_one() -> None:
    assert set(ACTIONS) == {getattr(actions, name).name for name in actions.__all__}
    names = {getattr(events, name)(b"").name for name in events.__all__}
    assert set(EVENTS) <= names
    assert {name for name in names - set(EVENTS) if not name.endswith("Complete")} == set()


def test_no_correction_speaks_of_a_class_that_is_not_generated() -> None:
    names = {getattr(events, name)(b"").name for name in events.__all__}
    rows = {
        *ASTERISK_22.optional_headers,
        *ASTERISK_22.not_seen,
        *ASTERISK_22.undocumented,
        *ASTERISK_22.loose_channels,
    }
    assert rows <= names
    assert not hasattr(actions, "Login")
