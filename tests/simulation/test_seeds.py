"""A virtual hour of faults for each protocol and some seeds; `make simulation` runs a thousand of them."""

import pytest

from tests.simulation.seeds import SIMULATIONS, simulate

SEEDS = range(10)


@pytest.mark.parametrize("protocol", SIMULATIONS)
@pytest.mark.parametrize("seed", SEEDS)
def test_an_hour_of_faults_breaks_no_promise(protocol: str, seed: int) -> None:
    simulation = simulate(protocol, seed)
    # It must have been an hour with something in it.
    assert simulation.was_eventful, vars(simulation)
    assert simulation.outcomes == simulation.asked


@pytest.mark.parametrize("protocol", SIMULATIONS)
def test_a_seed_replays(protocol: str) -> None:
    runs = [simulate(protocol, 7, seconds=600.0) for _ in range(2)]
    first, second = [(run.asked, run.loop.time(), run.loop.rng.random()) for run in runs]
    assert first == second
