"""An Asterisk for the examples that speak AMI: it answers each action they send, and plays a call to who subscribes."""

import asyncio
from typing import Any, Final

from asterisk_py_ami import AmiClient
from asterisk_py_ami.testing import FakeAmiServer
from tests.docs.pages import ROOT

__all__ = ["ANSWERS", "client_of"]

SUCCESS: Final = b"Response: Success\r\n\r\n"


def listing(action: str, *items: bytes) -> bytes:
    complete = f"Event: {action}Complete\r\nEventList: Complete\r\nListItems: {len(items)}\r\n\r\n".encode()
    return b"Response: Success\r\nEventList: start\r\n\r\n" + b"".join(items) + complete


ORIGINATED: Final = (
    b"Response: Success\r\nMessage: Originate successfully queued\r\n\r\nEvent: OriginateResponse\r\n"
    b"Response: Success\r\nChannel: PJSIP/200-00000001\r\nReason: 4\r\nUniqueid: 1.1\r\n\r\n"
)
QUEUE: Final = (
    b"Event: QueueParams\r\nQueue: support\r\nCalls: 1\r\nStrategy: ringall\r\n\r\n",
    b"Event: QueueMember\r\nQueue: support\r\nName: Agent One\r\n\r\n",
    b"Event: QueueEntry\r\nQueue: support\r\nPosition: 1\r\nWait: 12\r\n\r\n",
)
CHANNEL: Final = (
    b"Event: CoreShowChannel\r\nChannel: PJSIP/200-00000001\r\nChannelState: 6\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\n"
    b"Duration: 00:01:02\r\n\r\n"
)
ANSWERS: Final = {
    **dict.fromkeys(["DBPut", "Hangup", "MyAction", "QueuePause", "Setvar", "UserEvent"], SUCCESS),
    "CoreShowChannels": listing("CoreShowChannels", CHANNEL),
    "DBGet": listing("DBGet", b"Event: DBGetResponse\r\nFamily: family\r\nKey: key\r\nVal: value\r\n\r\n"),
    "Getvar": b"Response: Success\r\nVariable: TENANT\r\nValue: 7\r\n\r\n",
    "Originate": ORIGINATED,
    "QueueStatus": listing("QueueStatus", *QUEUE),
    "Redirect": b"Response: Error\r\nMessage: Channel does not exist: PJSIP/200-00000001\r\n\r\n",
    "Status": listing("Status"),
}
DOOR: Final = b"Event: UserEvent\r\nUserEvent: DoorOpened\r\nDoor: 3\r\n\r\n"


def recorded_call() -> bytes:
    """Return the events of a call as Asterisk sent them, none of those that were an answer."""
    stream = (ROOT / "tests/transcripts/ami-one-call-burst.s2c.bin").read_bytes()
    events = [part for part in stream.split(b"\r\n\r\n") if part.startswith(b"Event: ") and b"\nActionID:" not in part]
    return b"\r\n\r\n".join([*events, b""])


def client_of(pbx: FakeAmiServer) -> type[AmiClient]:
    """Return a client class that connects to *pbx* wherever it is told to, which is port 5038 of some host."""
    call = recorded_call() + DOOR

    class LocalClient(AmiClient):
        def __init__(self, host: str = "127.0.0.1", port: int = 5038, **options: Any) -> None:
            if port == 5038:
                host, port = pbx.host, pbx.port
            super().__init__(host, port, **options)

        def events(self, *types: Any, **options: Any) -> Any:
            subscription = super().events(*types, **options)
            asyncio.get_running_loop().call_soon(pbx.emit, call)
            return subscription

    return LocalClient
