"""A virtual hour of faults for each protocol and some seeds; `make simulation` runs a thousand of them."""

import pytest

from tests.contract.harness import Harness
from tests.simulation.faults import SIMULATED, simulate

SEEDS = range(10)


@pytest.mark.parametrize("harness", SIMULATED, ids=[harness.name for harness in SIMULATED])
@pytest.mark.parametrize("seed", SEEDS)
def test_an_hour_of_faults_breaks_no_promise(harness: type[Harness], seed: int) -> None:
    simulation = simulate(harness, seed)
    # It must have been an hour with something in it.
    assert simulation.emitted > 100
    assert simulation.outcomes == simulation.asked > 20


@pytest.mark.parametrize("harness", SIMULATED, ids=[harness.name for harness in SIMULATED])
def test_a_seed_replays(harness: type[Harness]) -> None:
    runs = [simulate(harness, 7, seconds=600.0) for _ in range(2)]
    first, second = [(run.emitted, run.asked, run.loop.time(), run.loop.rng.random()) for run in runs]
    assert first == second
