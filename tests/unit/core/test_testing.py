"""What the fakes of the protocol packages are made of; the rest of it is tested with them."""

import asyncio

from asterisk_py_core.testing import FakeLink, FakeSession


class LineSession(FakeSession):
    """A session whose messages are lines."""

    def __init__(self) -> None:
        self.log: list[object] = []
        super().__init__(FakeLink(), lambda _: self.log.append("joined"), lambda _: self.log.append("left"))

    def take(self) -> bool:
        line, end, self.incoming = self.incoming.partition(b"\n")
        if end:
            self.log.append(line)
        else:
            self.incoming = line
        return bool(end)


def test_what_comes_before_a_connection_is_up_is_taken_once_it_is() -> None:
    session = LineSession()
    session.data_received(b"one\ntw")
    assert session.log == []
    session.connection_made(asyncio.Transport())
    session.data_received(b"o\n")
    session.connection_lost(None)
    assert session.log == ["joined", b"one", b"two", "left"]


def test_a_connection_that_is_lost_before_it_is_up_never_joins() -> None:
    session = LineSession()
    session.data_received(b"one\n")
    session.connection_lost(None)
    session.connection_made(asyncio.Transport())
    assert session.log == []
