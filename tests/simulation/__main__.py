"""Run many seeds of the simulation, on all cores: `make simulation`, or `make simulation SEED=17 PROTOCOL=ami`."""

import argparse
import gc
import itertools
import os
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.seeds import SIMULATIONS, simulate


def attempt(protocol: str, seed: int) -> str | None:
    """Return what went wrong with *seed*, None if nothing did."""
    try:
        simulation = simulate(protocol, seed)
        assert simulation.was_eventful, f"{protocol}, seed {seed}: too little happened: {vars(simulation)}"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
        return "".join(traceback.format_exception(error))
    return None


def main() -> None:
    """Run the seeds, the protocols taking turns, and exit with 1 if a seed fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many, over all protocols (%(default)s)")
    parser.add_argument("--seed", type=int, help="run this one alone")
    parser.add_argument("--protocol", choices=sorted(SIMULATIONS), help="run this protocol alone")
    arguments = parser.parse_args()
    names = [arguments.protocol] if arguments.protocol else list(SIMULATIONS)
    seeds = range(arguments.seeds) if arguments.seed is None else [arguments.seed] * len(names)
    started = time.monotonic()
    # What was imported stays: the garbage collector need not look through it again and again.
    with ProcessPoolExecutor(os.cpu_count(), initializer=gc.freeze) as pool:
        failures = [text for text in pool.map(attempt, itertools.cycle(names), seeds, chunksize=5) if text]
    for text in failures[:5]:
        print(text, file=sys.stderr)
    print(
        f"{len(seeds)} seeds x 1 virtual hour ({', '.join(names)}) in {time.monotonic() - started:.1f} s: "
        f"{len(failures)} failed"
    )
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
