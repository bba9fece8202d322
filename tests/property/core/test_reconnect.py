import random
from itertools import islice

from hypothesis import given, settings
from hypothesis import strategies as st

from asterisk_py_core.errors import InputError
from asterisk_py_core.reconnect import ReconnectPolicy

seconds = st.floats(min_value=0.1, max_value=1e9)
seeds = st.integers(min_value=0, max_value=2**32)
anything = st.one_of(st.none(), st.booleans(), st.text(max_size=3), st.integers(), st.floats(), st.just(10**400))


@st.composite
def policies(draw: st.DrawFn) -> ReconnectPolicy:
    initial = draw(seconds)
    return ReconnectPolicy(
        initial=initial,
        max=draw(st.floats(min_value=initial, max_value=1e9)),
        factor=draw(st.floats(min_value=1, max_value=1e300)),
        jitter=draw(st.floats(min_value=0, max_value=1)),
        max_retries=draw(st.none() | st.integers(min_value=0, max_value=50)),
    )


@settings(deadline=None)
@given(seeds)
def test_001_full_jitter_stays_between_the_floor_and_the_floor_plus_the_doubling_delay(seed: int) -> None:
    for n, delay in enumerate(islice(ReconnectPolicy.exponential().delays(random.Random(seed)), 40)):
        assert 0.1 <= delay <= 0.1 + min(30, 2**n)


@settings(deadline=None)
@given(policies(), seeds)
def test_every_delay_of_every_policy_is_within_its_bounds(policy: ReconnectPolicy, seed: int) -> None:
    taken = list(islice(policy.delays(random.Random(seed)), 60))
    assert all(0.1 <= delay <= (policy.max + 0.1) * (1 + 1e-12) for delay in taken)
    assert len(taken) == (60 if policy.max_retries is None else policy.max_retries)


@settings(deadline=None)
@given(policies(), seeds)
def test_the_same_policy_and_seed_give_the_same_delays(policy: ReconnectPolicy, seed: int) -> None:
    first, second = (list(islice(policy.delays(random.Random(seed)), 20)) for _ in range(2))
    assert first == second


@settings(deadline=None)
@given(anything, anything, anything, anything, anything)
def test_a_policy_is_either_refused_by_name_or_usable(
    initial: object, highest: object, factor: object, jitter: object, max_retries: object
) -> None:
    fields = {"initial": initial, "max": highest, "factor": factor, "jitter": jitter, "max_retries": max_retries}
    refusal: InputError | None = None
    delays: list[float] = []
    try:
        delays += islice(ReconnectPolicy(**fields).delays(random.Random(1)), 5)  # type: ignore[arg-type]  # on purpose
    except InputError as error:
        refusal = error
    if refusal is None:
        assert all(delay >= 0.1 for delay in delays)
    else:
        assert repr(fields[refusal.field]) in str(refusal)
