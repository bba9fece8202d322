"""AMI under the contract: the fake server of `asterisk_py_ami.testing`, and AmiClient."""

from collections.abc import Mapping, Sequence
from ssl import SSLContext
from typing import Any, ClassVar, cast

from asterisk_py_ami import AmiClient, AmiEvent
from asterisk_py_ami.events import UserEvent
from asterisk_py_ami.testing import FakeAmiServer, ReceivedAction
from tests.contract.harness import Capability, Client
from tests.contract.harness_fake import FakeServerHarness

__all__ = ["AmiHarness"]

ANSWER = b"Response: Success\r\nVariable: x\r\nValue: 1\r\n\r\n"


class AmiHarness(FakeServerHarness):
    """AMI."""

    name = "ami"
    capabilities = frozenset(Capability) - {Capability.HANDLERS}
    event_type: ClassVar[type[AmiEvent]] = UserEvent
    logins: ClassVar[Sequence[Mapping[str, Any]]] = ({"login": "md5"}, {"login": "plain"})
    finds_silence_in = 20.0
    _pbx: FakeAmiServer

    def __init__(self) -> None:
        self._pbx = _pbx()
        self._held: list[ReceivedAction] = []

    def reject_logins(self) -> None:
        self._pbx.refuse_logins()

    def talk_nonsense(self) -> None:
        self._pbx.banner = b"220 smtp.example.net ESMTP\r\n"

    def speak_tls(self, context: SSLContext) -> None:
        self._pbx = _pbx(ssl=context)

    def behave(self) -> None:
        self._pbx.refuse_logins(None)
        self._pbx.banner = b"Asterisk Call Manager/11.0.0\r\n"

    def emit(self, number: int) -> None:
        self._pbx.emit_event("UserEvent", UserEvent="contract", Number=number)

    def emit_too_much(self) -> None:
        self._pbx.emit(b"x" * (17 * 1024 * 1024))

    def hold_answers(self) -> None:
        self._pbx.on("Getvar", self._held.append)

    def answer_held(self) -> None:
        self._pbx.on("Getvar", ANSWER)
        while self._held:
            self._held.pop().reply(ANSWER)

    @property
    def login_attempts(self) -> int:
        return len(self._pbx.called("Login"))

    @property
    def accepted_logins(self) -> int:
        return self._pbx.logins

    @property
    def _received(self) -> list[ReceivedAction]:
        return self._pbx.received

    def _is_request(self, received: ReceivedAction) -> bool:
        return received.name == "Getvar"

    @property
    def secrets(self) -> list[str]:
        keys = [action.get("Key") for action in self._pbx.called("Login")]
        return [self._pbx.credentials.reveal(), *filter(None, keys)]

    def client(self, **options: Any) -> Client:
        arguments: dict[str, Any] = {
            "host": self._pbx.host,
            "port": self._pbx.port,
            "credentials": self._pbx.credentials,
        }
        return AmiClient(**(arguments | options))

    def number_of(self, event: object) -> int | None:
        return int(event["Number"]) if isinstance(event, UserEvent) else None

    async def request(self, client: Client, **options: Any) -> object:
        return await cast("AmiClient", client).send("Getvar", {"Variable": "x"}, **options)

    async def rejected_request(self, client: Client) -> object:
        return await cast("AmiClient", client).send("NoSuchThing")

    async def malformed_request(self, client: Client) -> object:
        return await cast("AmiClient", client).send("Getvar", {"Variable": "x\r\n\r\nAction: Getvar"})

    async def oversized_request(self, client: Client) -> object:
        return await cast("AmiClient", client).send("Getvar", {"Variable": "x" * 1023})

    async def large_request(self, client: Client, **options: Any) -> object:
        padding = [("Variable", "x" * 1000)] * 100
        return await cast("AmiClient", client).send("Setvar", padding, **options)


def _pbx(**options: Any) -> FakeAmiServer:
    pbx = FakeAmiServer(username="contract", secret="xyzzy-the-secret", **options)
    pbx.on("Getvar", ANSWER)
    pbx.on("Setvar", ANSWER)
    return pbx
