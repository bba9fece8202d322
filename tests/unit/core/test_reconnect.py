import dataclasses
import math
import random
from itertools import islice
from typing import Any

import pytest

from asterisk_py_core.errors import InputError
from asterisk_py_core.event_bus import Event
from asterisk_py_core.reconnect import TRANSITIONS, ConnectionState, ConnectionStateChanged, ReconnectPolicy

NO_NUMBERS: list[Any] = [True, "1", None, [1], 1j, math.nan, math.inf, -math.inf, -1, -0.001, 10**400]


def delays(policy: ReconnectPolicy, count: int, seed: int = 1) -> list[float]:
    return list(islice(policy.delays(random.Random(seed)), count))


class HighestChance(random.Random):
    """Dice that always show the highest number."""

    def random(self) -> float:
        return math.nextafter(1.0, 0.0)


class LowestChance(random.Random):
    def random(self) -> float:
        return 0.0


# --- policies as numbers ---------------------------------------------------------------------------------------------


def test_without_jitter_the_delays_double_up_to_the_cap() -> None:
    policy = ReconnectPolicy.exponential(1, 5, jitter=0)
    assert delays(policy, 5) == [1, 2, 4, 5, 5]


def test_the_default_is_the_exponential_policy_of_one_to_thirty_seconds_without_a_last_retry() -> None:
    assert ReconnectPolicy() == ReconnectPolicy.exponential()
    assert ReconnectPolicy() == ReconnectPolicy(
        initial=1.0, max=30.0, factor=2.0, jitter=1.0, max_retries=None, stable_after=30.0
    )


def test_001_full_jitter_reaches_from_the_floor_to_the_floor_plus_the_doubling_delay() -> None:
    policy = ReconnectPolicy.exponential()
    caps = [1, 2, 4, 8, 16, 30, 30]
    assert list(islice(policy.delays(LowestChance()), 7)) == [0.1] * 7
    assert list(islice(policy.delays(HighestChance()), 7)) == pytest.approx([0.1 + cap for cap in caps])


def test_full_jitter_is_spread_evenly_over_its_range() -> None:
    first = [delays(ReconnectPolicy.exponential(10), 1, seed)[0] for seed in range(1000)]
    assert sum(first) / 1000 == pytest.approx(5.1, abs=0.3)
    assert len(set(first)) == 1000


def test_half_jitter_keeps_half_of_the_delay() -> None:
    policy = ReconnectPolicy.fixed(10, jitter=0.5)
    assert next(policy.delays(LowestChance())) == pytest.approx(5.05)
    assert next(policy.delays(HighestChance())) == pytest.approx(10.05)


def test_a_fixed_policy_waits_the_same_each_time() -> None:
    assert delays(ReconnectPolicy.fixed(2.5), 4) == [2.5, 2.5, 2.5, 2.5]


def test_no_policy_waits_less_than_the_floor_not_even_by_rounding() -> None:
    policies = [ReconnectPolicy.fixed(0.1, jitter=n / 1000) for n in range(1001)]
    assert min(next(policy.delays(LowestChance())) for policy in policies) == 0.1


def test_none_has_no_delay_at_all() -> None:
    assert delays(ReconnectPolicy.none(), 1) == []


@pytest.mark.parametrize("retries", [0, 1, 7])
def test_there_are_as_many_delays_as_retries(retries: int) -> None:
    assert len(delays(ReconnectPolicy.exponential(max_retries=retries), 100)) == retries
    assert len(delays(ReconnectPolicy.fixed(1, max_retries=retries), 100)) == retries


def test_the_millionth_delay_does_not_overflow() -> None:
    [delay] = islice(ReconnectPolicy.exponential().delays(random.Random(1)), 10**6, 10**6 + 1)
    assert 0.1 <= delay <= 30.1


def test_a_factor_that_overflows_at_once_stays_at_the_cap() -> None:
    assert delays(ReconnectPolicy.exponential(10, 20, factor=1e308, jitter=0), 3) == [10, 20, 20]


def test_the_same_seed_gives_the_same_delays_and_another_seed_others() -> None:
    policy = ReconnectPolicy.exponential()
    assert delays(policy, 50, seed=3) == delays(policy, 50, seed=3)
    assert delays(policy, 50, seed=3) != delays(policy, 50, seed=4)


def test_each_call_of_delays_begins_anew() -> None:
    policy = ReconnectPolicy.exponential(jitter=0, max_retries=3)
    assert delays(policy, 9) == delays(policy, 9) == [1, 2, 4]


# --- refused values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: repr(value)[:12])
@pytest.mark.parametrize("field", ["initial", "max", "factor", "jitter", "stable_after"])
def test_what_is_no_number_in_range_is_refused_with_field_and_value(field: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        ReconnectPolicy(**{field: value})  # type: ignore[arg-type]  # wrong on purpose
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field} must be a number of ")
    assert str(caught.value).endswith(f", not {value!r}")


@pytest.mark.parametrize("value", NO_NUMBERS, ids=lambda value: repr(value)[:12])
def test_a_fixed_interval_is_refused_under_its_own_name(value: Any) -> None:
    with pytest.raises(InputError, match=r"^interval must be a number of at least 0\.1, not ") as caught:
        ReconnectPolicy.fixed(value)
    assert caught.value.field == "interval"


@pytest.mark.parametrize("value", [-1, 1.5, 3.0, True, False, "3", math.inf, math.nan])
def test_retries_that_are_no_count_are_refused(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        ReconnectPolicy.exponential(max_retries=value)
    assert str(caught.value) == f"max_retries must be None or an integer of at least 0, not {value!r}"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ReconnectPolicy.exponential(0), "initial must be a number of at least 0.1, not 0"),
        (lambda: ReconnectPolicy.exponential(0.09), "initial must be a number of at least 0.1, not 0.09"),
        (lambda: ReconnectPolicy.exponential(5, 4.9), "max must be a number of at least 5, not 4.9"),
        (lambda: ReconnectPolicy.exponential(60), "max must be a number of at least 60, not 30.0"),
        (lambda: ReconnectPolicy.exponential(factor=0.5), "factor must be a number of at least 1, not 0.5"),
        (lambda: ReconnectPolicy.exponential(jitter=1.01), "jitter must be a number of 0 to 1, not 1.01"),
        (lambda: ReconnectPolicy.fixed(1, jitter=2), "jitter must be a number of 0 to 1, not 2"),
        (lambda: ReconnectPolicy.fixed(0), "interval must be a number of at least 0.1, not 0"),
        (lambda: ReconnectPolicy.fixed(1, stable_after=-1), "stable_after must be a number of at least 0, not -1"),
    ],
)
def test_values_that_do_not_go_together_are_refused(make: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        make()
    assert str(caught.value) == message


def test_a_policy_cannot_be_changed_into_nonsense_later() -> None:
    policy = ReconnectPolicy()
    with pytest.raises(dataclasses.FrozenInstanceError):
        policy.initial = -1  # type: ignore[misc]  # wrong on purpose
    with pytest.raises(InputError, match="initial"):
        dataclasses.replace(policy, initial=-1)


# --- states ----------------------------------------------------------------------------------------------------------


def test_the_table_of_moves_is_the_published_one() -> None:
    legal = {
        "disconnected": {"connecting"},
        "connecting": {"connected", "reconnecting", "disconnected"},
        "connected": {"reconnecting", "disconnected"},
        "reconnecting": {"connecting", "disconnected"},
    }
    assert {state.value: {after.value for after in moves} for state, moves in TRANSITIONS.items()} == legal


def test_a_state_change_is_an_immutable_comparable_event_with_a_useful_repr() -> None:
    cause = ConnectionResetError("gone")
    first, second = (
        ConnectionStateChanged(
            state=ConnectionState.RECONNECTING,
            previous=ConnectionState.CONNECTED,
            epoch=3,
            attempt=1,
            cause=cause,
            retry_in=0.5,
        )
        for _ in range(2)
    )
    assert isinstance(first, Event)
    assert first == second
    assert hash(first) == hash(second)
    assert dataclasses.replace(first, epoch=4) != first
    assert "epoch=3" in repr(first)
    assert "RECONNECTING" in repr(first)
    with pytest.raises(dataclasses.FrozenInstanceError):
        first.epoch = 5  # type: ignore[misc]  # wrong on purpose
