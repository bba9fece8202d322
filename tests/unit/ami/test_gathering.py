"""A list ends where Asterisk says so, and not where channel data does."""

import pytest

from asterisk_py_ami.protocol.gathering import ListGathering
from asterisk_py_ami.protocol.message import AmiEvent, Response

STARTED = Response(b"Response: Success\r\nActionID: 1\r\nEventList: start")


def ends(event: bytes) -> bool:
    gathering = ListGathering()
    assert not gathering.receive(STARTED)
    return gathering.receive(AmiEvent(event))


@pytest.mark.parametrize(
    "event",
    [
        b"Event: StatusComplete\r\nActionID: 1\r\nEventList: Complete\r\nListItems: 1",
        b"Event: StatusComplete\r\nActionID: 1\r\nEventList: Complete\r\nListItems: 1\r\nItems: 1",
        b"Event: StatusComplete\r\nActionID: 1\r\nEventList: cancelled",
        b"event: StatusComplete\r\nACTIONID: 1\r\neventlist: COMPLETE\r\nListItems: 1",
        b"Event: PeerlistComplete\r\nEventList: Complete\r\nListItems: 1\r\nActionID: 1",
    ],
)
def test_a_list_ends_with_the_event_asterisk_ends_it_with(event: bytes) -> None:
    assert ends(event)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(
            b"Event: Status\r\nActionID: 1\r\nVariable: X=\r\nEventList: Complete\r\nListItems: 0",
            id="a channel variable with a line end",
        ),
        pytest.param(
            b"Event: X\r\nEventList: Complete\r\nListItems: 0\r\nA: \r\nPosition: 1\r\nActionID: 1",
            id="a caller's name with two, in an item whose ActionID comes last",
        ),
        pytest.param(b"Event: Status\r\nActionID: 1\r\nEventList: start", id="another word"),
    ],
)
def test_032_an_end_forged_inside_an_item_does_not_end_the_list(event: bytes) -> None:
    assert not ends(event)
