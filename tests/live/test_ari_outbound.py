"""WebSockets that Asterisk opens: for each call, and for as long as it runs."""

import asyncio

import pytest

from asterisk_py_ami import AmiClient
from asterisk_py_ari.accepting import PeerRefused
from asterisk_py_ari.errors import NotFoundError
from asterisk_py_ari.events import StasisEnd, StasisStart
from asterisk_py_ari.outbound import AriServer, OutboundAriClient
from asterisk_py_core.credentials import Credentials
from asterisk_py_core.errors import ConnectionClosedError
from asterisk_py_core.reconnect import ConnectionState
from tests.live.ami import LIMIT, client, originate, within
from tools.asterisk import Asterisk


def ari_server(pbx: Asterisk, secret: str | None = None) -> AriServer:
    user = pbx.user("outbound")
    return AriServer(port=pbx.websocket_port, credentials=Credentials(user.username, secret or user.secret))


async def next_client(server: AriServer) -> OutboundAriClient:
    async with asyncio.timeout(LIMIT):
        return await anext(aiter(server))


async def test_asterisk_connects_for_a_call_and_the_call_is_ours(ami: AmiClient, our_pbx: Asterisk) -> None:
    async with ari_server(our_pbx) as server:
        await originate(ami, "Local/outbound@stasis", variables={"STASIS_ARGS": ",one,two"})
        async with await next_client(server) as ari:
            (app,) = ari.apps
            assert app.startswith("outbound:Local/outbound@stasis-")
            events = ari.events(StasisStart, StasisEnd)
            start = await within(events.recv())
            assert isinstance(start, StasisStart)
            assert start.args == ["one", "two"]
            assert (await ari.asterisk.ping()).ping == "pong"
            assert start.channel.id in {channel.id for channel in await ari.channels.list()}
            assert (await ari.applications.get(app)).channel_ids == [start.channel.id]
            with pytest.raises(NotFoundError, match="Channel not found"):
                await ari.channels.get("nobody")
            await start.channel.continue_in_dialplan()
            # Asterisk closes the WebSocket some seconds after the call has left, and that is no error.
            assert [type(event) async for event in events] == [StasisEnd]
        assert ari.state is ConnectionState.DISCONNECTED


async def test_each_call_has_its_own_client(ami: AmiClient, our_pbx: Asterisk) -> None:
    count = 5

    async def handle(ari: OutboundAriClient) -> str:
        async with ari:
            start = await within(ari.events(StasisStart).recv())
            await start.channel.hangup()
            return start.channel.id

    async with ari_server(our_pbx) as server:
        for _ in range(count):
            await originate(ami, "Local/outbound@stasis")
        handled = await asyncio.gather(*[handle(await next_client(server)) for _ in range(count)])
    assert len(set(handled)) == count


async def test_an_asterisk_with_another_secret_is_refused(ami: AmiClient, our_pbx: Asterisk) -> None:
    async with ari_server(our_pbx, secret="another") as server:
        refused = server.events(PeerRefused)
        await originate(ami, "Local/outbound@stasis")
        assert (await within(refused.recv())).reason == "presented no credentials, or wrong ones"


async def test_a_persistent_connection_comes_with_asterisk_and_comes_back_with_it(our_pbx: Asterisk) -> None:
    del our_pbx
    async with AriServer(port=0, credentials=Credentials("pbx", "made up")) as server:
        extra = {
            "websocket_client.conf": "[lasting]\ntype = websocket_client\nconnection_type = persistent\n"
            f"uri = ws://127.0.0.1:{server.port}/ari\nprotocols = ari\nusername = pbx\npassword = made up\n",
            "ari.conf": "[lasting]\ntype = outbound_websocket\nwebsocket_client_id = lasting\napps = lasting,other\n"
            "local_ari_user = ari\n",
        }
        with Asterisk.start(extra_config=extra) as pbx:
            async with await next_client(server) as ari:
                calls = ari.events(StasisStart)
                async with client(pbx) as ami:
                    await originate(ami, "Local/lasting@stasis")
                    start = await within(calls.recv())
                    assert start.application == "lasting"
                    assert ari.apps == ("lasting", "other")
                    await start.channel.hangup()
                await asyncio.to_thread(pbx.kill)
                with pytest.raises(ConnectionClosedError):
                    await within(calls.recv())
            await asyncio.to_thread(pbx.restart)
            async with await next_client(server) as again:
                assert (await again.asterisk.ping()).ping == "pong"
