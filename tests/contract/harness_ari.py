"""ARI under the contract, over HTTP and over the WebSocket: `asterisk_py_ari.testing`'s fake server, and AriClient."""

import base64
from collections.abc import Mapping, Sequence
from ssl import SSLContext
from typing import Any, ClassVar

from asterisk_py_ari import AriClient
from asterisk_py_ari.events import ChannelUserevent
from asterisk_py_ari.protocol.requests import Request
from asterisk_py_ari.testing import FakeAriServer, ReceivedRequest, Reply
from tests.contract.harness import Capability, Client
from tests.contract.harness_fake import FakeServerHarness

__all__ = ["AriHttpHarness", "AriWebSocketHarness"]

ASKED = ("POST", "/channels/c/answer")
ANSWER = Reply(204)


class AriHarness(FakeServerHarness):
    """ARI, whatever carries the requests."""

    capabilities = frozenset(Capability) - {Capability.HANDLERS}
    event_type: ClassVar[type[Any]] = ChannelUserevent
    logins: ClassVar[Sequence[Mapping[str, Any]]] = ({}, {"transport": "auto"})
    finds_silence_in = 30.0
    transport: ClassVar[str]
    _pbx: FakeAriServer

    def __init__(self) -> None:
        self._pbx = _pbx()
        self._held: list[ReceivedRequest] = []
        self.behave()

    def reject_logins(self) -> None:
        self._pbx.refuse_logins()

    def talk_nonsense(self) -> None:
        self._pbx.greeting = b"220 smtp.example.net ESMTP\r\n"

    def speak_tls(self, context: SSLContext) -> None:
        self._pbx = _pbx(ssl=context)
        self.behave()

    def behave(self) -> None:
        self._pbx.answer_normally()
        self._pbx.on(*ASKED, ANSWER)
        self._pbx.on("POST", "/channels/c/variable", ANSWER)
        self._pbx.greeting = b""

    def emit(self, number: int) -> None:
        self._pbx.emit_event("ChannelUserevent", eventname="contract", userevent={"number": number})

    def emit_too_much(self) -> None:
        self._pbx.emit(b" " * (33 * 1024 * 1024))

    def hold_answers(self) -> None:
        self._pbx.on(*ASKED, self._held.append)

    def answer_held(self) -> None:
        self._pbx.on(*ASKED, ANSWER)
        while self._held:
            self._held.pop().reply(ANSWER)

    @property
    def login_attempts(self) -> int:
        return len(self._pbx.called("GET", "/events"))

    @property
    def accepted_logins(self) -> int:
        return self._pbx.handshakes

    @property
    def _received(self) -> list[ReceivedRequest]:
        return self._pbx.received

    def _is_request(self, received: ReceivedRequest) -> bool:
        return (received.method, received.path) == ASKED

    @property
    def secrets(self) -> list[str]:
        secret = self._pbx.credentials.reveal()
        return [secret, base64.b64encode(f"contract:{secret}".encode()).decode()]

    def client(self, **options: Any) -> Client:
        scheme = "https" if options.get("ssl") else "http"
        url = f"{scheme}://{options.pop('host', self._pbx.host)}:{self._pbx.port}"
        arguments: dict[str, Any] = {
            "app": "contract",
            "credentials": self._pbx.credentials,
            "transport": self.transport,
        }
        return AriClient(url, **(arguments | options))

    def number_of(self, event: object) -> int | None:
        return int(event.userevent["number"]) if isinstance(event, ChannelUserevent) else None

    async def request(self, client: Client, **options: Any) -> object:
        assert isinstance(client, AriClient)
        method, path = ASKED
        await client.call(Request(operation="channels.answer", method=method, path=path), **options)
        return None

    async def rejected_request(self, client: Client) -> object:
        assert isinstance(client, AriClient)
        await client.channels.ring("nobody")
        return None

    async def malformed_request(self, client: Client) -> object:
        assert isinstance(client, AriClient)
        await client.channels.answer("c/answer?x=\r\n\r\nPOST /channels/c/answer\0")
        return None

    async def oversized_request(self, client: Client) -> object:
        assert isinstance(client, AriClient)
        method, path = ASKED
        body = b"x" * 40_961  # A byte more than Asterisk takes.
        await client.call(Request(operation="channels.answer", method=method, path=path, body=body))
        return None

    async def large_request(self, client: Client, **options: Any) -> object:
        assert isinstance(client, AriClient)
        body = b"x" * 40_960  # The most that Asterisk takes.
        request = Request(operation="channels.set_variable", method="POST", path="/channels/c/variable", body=body)
        await client.call(request, **options)
        return None


class AriHttpHarness(AriHarness):
    """ARI with requests over HTTP."""

    name = "ari_http"
    capabilities = AriHarness.capabilities - {Capability.LATE_ANSWERS}
    transport = "http"
    at_once = 10  # A connection for each.
    links = 11


class AriWebSocketHarness(AriHarness):
    """ARI with requests over the WebSocket that events come by."""

    name = "ari_websocket"
    transport = "websocket"


def _pbx(**options: Any) -> FakeAriServer:
    return FakeAriServer(username="contract", secret="xyzzy-the-secret", **options)
