"""One simulated hour of one AgiServer after the other: random calls and strangers, and what must hold whatever happens.

Beside what holds for every simulation, numbered in the same way:

- I2 each command ends once, with the answer to *it* or an error that says what is known; where bytes came that Asterisk
  does not write, a command may fail, and never gets the answer of another
- I3 after closing no session, handler or connection is left, and closing takes no longer than draining may
- a call that was let in has one SessionStarted and, last, one SessionEnded; one that was not, one SessionRefused; and
  the peer has heard the same: ``failure`` where it was refused or the handler failed, and else not
- there are never more sessions than may be, and none is refused while there is room; who is refused is told at once
- who does not describe his call is given up in time, and so is a peer that vanished
- once all is well, a call goes through
"""

import asyncio
import contextlib
import errno
import itertools
import math
import random
import re
from typing import TYPE_CHECKING, ClassVar, Final

from asterisk_py_agi import (
    AgiEvent,
    AsteriskError,
    ClientClosedError,
    SessionEnded,
    SessionFailed,
    SessionHungUp,
    SessionRefused,
    SessionStarted,
)
from tests.simulation.callers import SECRET, Caller, Peer, Stranger
from tests.simulation.house import House
from tests.simulation.network import SimulatedLoop
from tests.simulation.simulation import CONNECTED, DISCONNECTED, Acts, Simulation

if TYPE_CHECKING:
    from tests.simulation.links import Link

__all__ = ["CallSimulation"]

_LETTERS: Final = {
    SessionStarted: "S",
    SessionHungUp: "H",
    SessionFailed: "F",
    SessionEnded: "E",
    SessionRefused: "R",
}
_STORY: Final = re.compile(r"R|SH?(F?E)?")
_LATENCY: Final = 6.0  # The worst there is.
# TCP's keepalive finds a peer that vanished in 60 s; what is written meanwhile is repeated for 60 s instead.
_FINDS_SILENCE_IN: Final = 120.0
_MEMORY: Final = 300.0  # So long is known who took up room.


class CallSimulation(Simulation):
    """Servers on one port, each with some calls; the last one may still be draining when the next one begins."""

    recovers_in = 200.0

    def __init__(self, rng: random.Random, loop: SimulatedLoop) -> None:
        super().__init__(rng, loop)
        self.house: House
        self.houses: list[House] = []
        self.port = 0
        self.callers: dict[str, Caller] = {}
        self.everybody: list[Peer] = []
        self.peers: list[Peer] = []  # Those whose end has not been looked at.
        self.settled = 0
        self.handled = 0
        self.closing: list[asyncio.Task[None]] = []
        self.upset_at = 0.0  # When weather or clock changed: what is under way then takes as long as it takes.
        self.closed_at = -1.0
        loop.on_link = self._connected

    # --- a server's life ---

    @property
    def was_eventful(self) -> bool:
        return self.settled > 100 and self.handled > 50

    @property
    def secrets(self) -> list[str]:
        return [SECRET]

    @property
    def is_over(self) -> bool:
        return self.house.server.state is DISCONNECTED

    async def begin(self) -> None:
        rng = self.rng
        self.house = House(
            self.callers,
            rng,
            self.loop,
            port=self.port,
            allow=rng.choice([None, ["127.0.0.0/8"]]),
            max_sessions=rng.choice([1, 2, 8, 8]),
            on_hangup=rng.choice(["tell", "cancel"]),
            environment_timeout=rng.choice([2.0, 5.0]),
            drain_timeout=rng.choice([0.1, 5.0, 30.0]),
            policy=self.policy(),
            retry_first=rng.random() < 0.8,
        )
        server = self.house.server
        self.houses.append(self.house)
        long_ago = self.loop.time() - _MEMORY
        self.everybody = [
            peer
            for peer in self.everybody
            if peer in self.peers or (peer.link is not None and peer.link.server.over_at > long_ago)
        ]
        if rng.random() < 0.2:
            with contextlib.suppress(TimeoutError, AsteriskError):
                async with asyncio.timeout(rng.choice([0.0, 0.001, 1.0])):
                    await server.connect()
        elif rng.random() < 0.5:
            self.watch(server.connect())
        else:
            self.watch(server.serve_forever())

    async def end(self) -> None:
        closing = self.loop.create_task(self._close(self.house))
        self.closing.append(closing)
        if self.rng.random() < 0.5:
            await asyncio.wait((closing,))
        await self.check()

    async def clear_up(self) -> None:
        if self.closing:
            await asyncio.wait(self.closing)
        if self.requests:
            await asyncio.wait(self.requests, timeout=1.0)
        await self.check()
        assert not self.requests, f"I2: {len(self.requests)} requests did not end with their server"
        assert not self.peers, f"{len(self.peers)} connections have no end: {[vars(peer) for peer in self.peers[:2]]}"

    async def _close(self, house: House) -> None:
        server = house.server
        self.closed_at = began = self.loop.time()
        if self.rng.random() < 0.2:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.01):
                    await server.aclose()
        await server.aclose()
        assert server.state is DISCONNECTED
        took = self.loop.time() - began
        # Some handlers take 0.5 s to put things away, and each connection 1 s at most to be closed.
        assert took <= house.options["drain_timeout"] + 2.0 or began <= self.jumped_at, f"I3: closing took {took} s"
        await house.read_to_the_end()
        for peer in self.peers:
            if peer.link is not None and peer.address in house.stories:
                assert peer.link.server.is_over, "I3: a connection outlives its server"

    # --- what must hold ---

    async def check(self) -> None:
        self.check_requests()
        for house in self.houses:
            house.check()
        for peer in [peer for peer in self.peers if self._is_settled(peer)]:
            self.peers.remove(peer)
            self.settled += 1
        for closing in [closing for closing in self.closing if closing.done()]:
            self.closing.remove(closing)
            closing.result()
        addresses = {peer.address for peer in self.peers if peer.link is not None}
        self.houses = [
            house
            for house in self.houses
            if house is self.house or not house.is_closed or not addresses.isdisjoint(house.stories)
        ]
        tries = self.loop.binds[-2:]
        at_once = len(tries) == 2 and tries[0][1] is tries[1][1] and tries[1][0] - tries[0][0] < 0.1 - 1e-6
        assert not at_once, "I4: two tries at once"

    async def check_recovery(self) -> None:
        server = self.house.server
        assert server.state in {CONNECTED, DISCONNECTED}, f"all is well, and the server is {server.state}"
        assert not server.sessions, f"everybody has left, and there are {server.sessions} sessions"
        await self.call_calmly(alone=True)

    def _is_settled(self, peer: Peer) -> bool:
        """Look at what has become of *peer*, and return whether that was its end."""
        link = peer.link
        if link is None or link.server.get_extra_info("peername") is None or link.server.begun_at is None:
            # It was lost before the server looked at it, or never came.
            assert peer.session is None, "a handler has a call that did not come"
            return peer.task.done() and (link is None or link.server.is_over)
        story, house = self._story_of(peer)
        letters = "".join(_LETTERS[type(event)] for event in story)
        assert not letters or _STORY.fullmatch(letters), f"what was published of {peer.address} is {letters}"
        now = self.loop.time()
        if not link.server.is_over or peer.is_handled:
            self._check_patience(peer, link, now)
            return False
        unheard = not letters and (peer.heard_failure or peer.broken)
        if unheard and link.server.begun_at == link.server.over_at <= self.closed_at:
            return True  # It came as the server was closed, and nobody was left to be told.
        if letters[-1:] not in {"E", "R"}:
            assert now - link.server.over_at < 1.0, f"{peer.address} has no end: {letters!r}"
            return False
        if not peer.task.done():
            return False
        self._check_agreement(peer, story[-1], house)
        return True

    def _story_of(self, peer: Peer) -> tuple[list[AgiEvent], House]:
        told = [(house.stories[peer.address], house) for house in self.houses if peer.address in house.stories]
        assert len(told) < 2, f"two servers had {peer.address}"
        return told[0] if told else ([], self.house)

    def _check_patience(self, peer: Peer, link: "Link", now: float) -> None:
        begun_at = link.server.begun_at or 0.0

        def is_late(since: float, limit: float) -> bool:
            return now - since > limit and self.jumped_at < since  # Nobody can do anything while suspended.

        late = peer.session is None and is_late(begun_at, 5.0 + 2 * _LATENCY + 1.0)
        assert not late, f"{peer.address} has described no call in {now - begun_at} s"
        missed = is_late(link.silent_since, _FINDS_SILENCE_IN) and not link.server.is_over
        assert not missed, f"{peer.address} was gone {now - link.silent_since} s ago, and nobody has found out"
        if not isinstance(peer, Caller) or peer.session is None or link.silent:
            return
        is_told = peer.session.hungup or not peer.tells or peer.noisy
        assert is_told or not is_late(peer.hung_up_at, 2 * _LATENCY), f"{peer.address} hung up, and nobody heard it"
        assert peer.session.hungup or not link.server.is_over, f"{peer.address} is gone, and has not hung up"
        # An answer may lead to a question, and the answer to that; each takes its time.
        slow = is_late(peer.answered_at.get(peer.waits_for, math.inf), 6 * _LATENCY + 1.0)
        assert not slow, f"{peer.waits_for} was answered, and is still waited for"

    def _check_agreement(self, peer: Peer, last: AgiEvent, house: House) -> None:
        failed = True
        if isinstance(last, SessionEnded):
            failed = last.error is not None
            self.handled += 1
            self._check_end(peer, last, house)
        elif isinstance(last, SessionRefused):
            assert peer.session is None, "a call was refused and handled"
            if "sessions are taken" in last.reason:
                self._check_full_house(peer, house)
        assert peer.broken or peer.heard_failure == failed, f"the peer of {last} has heard something else"

    def _check_end(self, peer: Peer, last: SessionEnded, house: House) -> None:
        assert isinstance(peer, Caller)
        assert peer.session is not None
        assert peer.unsent.isdisjoint(peer.heard), f"I2: {peer.unsent & peer.heard} came, and were said to be unsent"
        heard = [event for event in house.stories[peer.address] if isinstance(event, SessionHungUp)]
        assert bool(heard) == last.hungup, "a hangup was published and not counted, or the other way round"
        failures = [event.error for event in house.stories[peer.address] if isinstance(event, SessionFailed)]
        if failures:
            assert failures == [last.error] == [peer.raised], f"the handler raised {peer.raised!r}, and not {last}"
        elif last.error is not None:
            assert isinstance(last.error, ClientClosedError), f"{last} had no failure"
            assert house is not self.house or self.is_over, "a call was ended by a server that was not"
        elif peer.raised is not None:
            assert last.hungup, f"the handler raised {peer.raised!r}, which nobody heard of"
        try:
            next(peer.session.send("NOOP").__await__())
        except AsteriskError:
            pass
        else:
            raise AssertionError("I8: a session sends after its end")

    def _check_full_house(self, peer: Peer, house: House) -> None:
        assert peer.link is not None
        at = peer.link.server.begun_at or math.inf
        if at < self.loop.time() - _MEMORY:
            return  # This side has been slow to end, and the others are forgotten.
        others = (other for other in reversed(self.everybody) if other is not peer and other.took_room_at(at))
        found = len(list(itertools.islice(others, house.limit)))
        assert found == house.limit, f"{peer.address} was refused, with {found} of {house.limit} sessions"
        told_in = peer.link.client.over_at - at
        at_once = told_in <= 2 * self.loop.weather.latency + 0.01
        assert peer.broken or at_once or self.upset_at >= at, f"{peer.address} was told {told_in} s later"

    def _connected(self, link: "Link") -> None:
        task = asyncio.current_task()
        for peer in self.peers:
            if peer.task is task:
                peer.link = link

    # --- what happens ---

    async def call(self) -> None:
        for _ in range(self.rng.choice([1, 1, 1, 2, 6])):
            self._call(self.rng.choice(["menu", "menu", "tell", "cancel", "unknown"]))

    def _call(self, script: str) -> Caller:
        number = len(self.callers) + 1
        caller = self.callers[str(number)] = Caller(self.rng, self.loop, self.port, number, script)
        self._add(caller)
        return caller

    def _add(self, peer: Peer) -> None:
        self.peers.append(peer)
        self.everybody.append(peer)

    async def call_calmly(self, *, alone: bool = False) -> None:
        """Call, and see that it goes through where it can."""
        server = self.house.server
        if server.state is not CONNECTED or server.sessions >= self.house.limit:
            return
        self.port, epoch = server.port, server.epoch
        caller = self._call("calm")
        await asyncio.wait((caller.task,), timeout=3.0)
        self.house.check()
        if not alone and (server.state, server.epoch) != (CONNECTED, epoch):
            return  # The port was being lost.
        story, _ = self._story_of(caller)
        # Others were on their way already, and may have filled the house.
        is_full = not alone and isinstance(story[-1], SessionRefused) and "are taken" in story[-1].reason
        assert caller.call.status == "SUCCESS" or is_full, f"all is well, and a call came to {story}"

    async def be_strange(self) -> None:
        self._add(Stranger(self.rng, self.loop, self.port))

    def _someone(self) -> Peer | None:
        connected = [peer for peer in self.peers if peer.is_connected]
        return self.rng.choice(connected) if connected else None

    async def hang_up(self) -> None:
        if isinstance(peer := self._someone(), Caller):
            peer.hang_up()

    async def disturb(self) -> None:
        if isinstance(peer := self._someone(), Caller):
            peer.disturb()

    async def leave(self) -> None:
        if (peer := self._someone()) is not None:
            peer.leave()

    async def reset(self) -> None:
        if (peer := self._someone()) is not None:
            peer.reset()

    async def vanish(self) -> None:
        if (peer := self._someone()) is not None:
            peer.vanish()

    async def fail_to_accept(self) -> None:
        for sock in self.loop.listening.values():
            sock.fail(self.rng.choice([errno.EINVAL, errno.EINVAL, errno.EMFILE, errno.ECONNABORTED]))

    async def take_port(self) -> None:
        self.loop.withheld[self.port] = self.rng.choice([*[errno.EADDRINUSE] * 5, errno.EACCES])
        await self.fail_to_accept()

    async def change_weather(self) -> None:
        await super().change_weather()
        self.upset_at = self.loop.time()

    async def heal(self) -> None:
        await super().heal()
        self.upset_at = self.loop.time()
        self.loop.withheld.clear()
        self.port = self.house.server.port
        await self.call_calmly()

    async def recover(self) -> None:
        await self.heal()
        for house in self.houses:
            house.is_leaving = True
        for peer in self.peers:
            peer.leave()

    async def jump(self) -> None:
        await super().jump()
        self.upset_at = self.loop.time()

    async def close(self) -> None:
        self.closing.append(self.loop.create_task(self._close(self.house)))
        await asyncio.sleep(0)

    acts: ClassVar[Acts] = (
        (call, 40),
        (be_strange, 6),
        (hang_up, 12),
        (leave, 6),
        (reset, 4),
        (vanish, 4),
        (disturb, 4),
        (fail_to_accept, 2),
        (take_port, 2),
        (change_weather, 5),
        (heal, 15),
        (jump, 1),
        (close, 2),
    )
