"""Running one seed: chance, time and the network are its own, and nothing may be left of it."""

import asyncio
import gc
import logging
import random
import secrets
import socket
from collections.abc import Callable
from typing import Any, Final
from unittest import mock

from tests.contract.harness import Capability, Harness
from tests.contract.harnesses import HARNESSES
from tests.simulation.calls import CallSimulation
from tests.simulation.faults import ClientSimulation
from tests.simulation.network import SimulatedLoop, SimulatedSocket
from tests.simulation.simulation import HOUR, Simulation

__all__ = ["HOUR", "SIMULATIONS", "simulate"]


def _simulation_of(harness: type[Harness]) -> Callable[[random.Random, SimulatedLoop], Simulation]:
    # A listening server has no peer of its own: what happens to one happens to its calls.
    if Capability.DIALS not in harness.capabilities:
        return CallSimulation
    return lambda rng, loop: ClientSimulation(harness(), rng, loop)


SIMULATIONS: Final = {harness.name: _simulation_of(harness) for harness in HARNESSES}


def simulate(protocol: str, seed: int, *, seconds: float = HOUR) -> Any:
    """Run the simulation of *seed* for *seconds* of virtual time; AssertionError says what did not hold, and when.

    That is also what it ends with when everybody waits for ever, or somebody spins.
    """
    rng = random.Random(seed)
    complaints: list[str] = []
    log = logging.Handler()
    log.emit = lambda record: complaints.append(record.getMessage())  # type: ignore[method-assign]
    loop = SimulatedLoop(rng)
    simulation: Simulation | None = None

    async def main() -> Simulation:
        nonlocal simulation
        loop.set_exception_handler(lambda _, context: complaints.append(f"asyncio: {context}"))
        simulation = SIMULATIONS[protocol](rng, loop)
        try:
            # Who waits for ever in the midst of timers would be waited for without an end.
            async with asyncio.timeout(2 * seconds + HOUR):
                await simulation.run(seconds)
        except TimeoutError as error:
            raise AssertionError("it has no end: somebody waits for ever") from error
        await asyncio.sleep(60)  # What is still on its way arrives.
        simulation.look_for_secrets("\n".join(complaints))
        unhandled = [complaint for complaint in complaints if complaint.startswith("asyncio: ")]
        assert not unhandled, f"an error reached nobody: {unhandled[:3]}"
        assert asyncio.all_tasks() == {asyncio.current_task()}, f"I3: tasks are left: {asyncio.all_tasks()}"
        timers = [timer for timer in loop._scheduled if not timer.cancelled()]  # type: ignore[attr-defined]
        assert not timers, f"I3: timers are left: {timers}"
        assert not loop.links, f"I3: connections are left: {loop.links}"
        assert not loop.ports, f"I3: somebody still listens on {loop.ports}"
        return simulation

    root = logging.getLogger()
    level = root.level
    root.addHandler(log)
    # When garbage is collected no seed decides.
    gc.disable()
    if seed % 25 == 0:  # Which is each protocol's turn now and then.
        root.setLevel(logging.DEBUG)  # The log of the wire must not show secrets either.
    try:
        # All chance comes from *rng*: that of the client's policy, and the challenges of a fake, too.
        with (
            mock.patch.object(random, "Random", return_value=rng),
            mock.patch.object(secrets, "randbelow", rng.randrange),
            mock.patch.object(socket, "socket", SimulatedSocket),
            asyncio.Runner(loop_factory=lambda: loop) as runner,
        ):
            return runner.run(main())
    except Exception as error:
        # Here, and not in `main`, which never hears that everybody waits for ever.
        trouble = None if simulation is None else simulation.trouble
        error.add_note(
            f"{protocol}, seed {seed}: after {trouble!r} at {loop.time():.3f} s; "
            f"replay with: make simulation SEED={seed} PROTOCOL={protocol}"
        )
        raise
    finally:
        root.removeHandler(log)
        root.setLevel(level)
        gc.enable()
