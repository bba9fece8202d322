# Generated from the documentation of Asterisk 22.10.1 by `make generate`; do not edit.
"""Mailboxes that an application counts messages in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from asterisk_py_ari.models import Mailbox
from asterisk_py_ari.protocol.operation import Operation, number

from .resource import Resource

if TYPE_CHECKING:
    import builtins

    from asterisk_py_ari.handles import MailboxOperations

__all__ = ["Mailboxes"]

_LIST: Final = Operation("mailboxes.list", "GET", "/mailboxes", refusals=(), stands_for=("list",))
_GET: Final = Operation("mailboxes.get", "GET", "/mailboxes/{mailbox_name}", refusals=(404,), stands_for=("get",))
_UPDATE: Final = Operation(
    "mailboxes.update",
    "PUT",
    "/mailboxes/{mailbox_name}",
    refusals=(404,),
    query=(
        ("old_messages", "oldMessages", number),
        ("new_messages", "newMessages", number),
    ),
    stands_for=("update",),
)
_DELETE: Final = Operation(
    "mailboxes.delete", "DELETE", "/mailboxes/{mailbox_name}", refusals=(404,), stands_for=("delete",)
)


class Mailboxes(Resource):
    """Mailboxes that an application counts messages in."""

    __slots__ = ()
    operations = (
        _LIST,
        _GET,
        _UPDATE,
        _DELETE,
    )

    async def list(self) -> builtins.list[Mailbox]:
        """Return all mailboxes.

        ``GET /mailboxes``.
        """
        return await self._caller.call(_LIST.request(), list[Mailbox])

    async def get(self, mailbox_name: str | MailboxOperations) -> Mailbox:
        """Return the mailbox as it is now.

        ``GET /mailboxes/{mailboxName}``; refused with 404.
        """
        return await self._caller.call(_GET.request(mailbox_name=mailbox_name), Mailbox)

    async def update(self, mailbox_name: str | MailboxOperations, old_messages: int, new_messages: int) -> None:
        """Set how many messages the mailbox has; this makes it if need be.

        ``PUT /mailboxes/{mailboxName}``; refused with 404.
        """
        await self._caller.call(
            _UPDATE.request(mailbox_name=mailbox_name, old_messages=old_messages, new_messages=new_messages)
        )

    async def delete(self, mailbox_name: str | MailboxOperations) -> None:
        """Forget the mailbox.

        ``DELETE /mailboxes/{mailboxName}``; refused with 404.
        """
        await self._caller.call(_DELETE.request(mailbox_name=mailbox_name))
