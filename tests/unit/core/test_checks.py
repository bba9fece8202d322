from typing import Any

import pytest

from asterisk_py_core.checks import check_count, check_number, check_timeout
from asterisk_py_core.errors import InputError

NO_NUMBERS = [True, False, None, "1", b"1", [1], float("nan"), float("inf"), float("-inf"), 10**400, -1]


@pytest.mark.parametrize("check", [check_count, check_timeout], ids=lambda check: check.__name__)
def test_a_positive_integer_is_returned_as_it_is(check: Any) -> None:
    assert check("field", 3) == 3


@pytest.mark.parametrize("value", [0.5, 1, 2.0])
def test_a_number_in_the_range_is_returned_as_it_is(value: float) -> None:
    assert check_number("field", value, at_least=0.5, at_most=2) == value


@pytest.mark.parametrize("value", [value for value in [*NO_NUMBERS, 0, 1.0] if value != 10**400])
def test_a_count_is_a_positive_integer(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        check_count("capacity", value)
    assert str(caught.value) == f"capacity must be a positive integer, not {value!r}"


@pytest.mark.parametrize("value", [*NO_NUMBERS, 0, 0.0])
def test_a_timeout_is_a_positive_number_of_seconds(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        check_timeout("timeout", value)
    assert str(caught.value) == f"timeout must be a positive number of seconds, not {value!r}"


@pytest.mark.parametrize("value", NO_NUMBERS)
def test_a_number_outside_the_range_is_refused_with_the_bounds(value: Any) -> None:
    with pytest.raises(InputError, match=r"^max must be a number of at least 0\.1, not "):
        check_number("max", value, at_least=0.1)
    with pytest.raises(InputError, match=r"^jitter must be a number of 0 to 1, not "):
        check_number("jitter", value, at_least=0, at_most=1)


def test_an_integer_that_python_does_not_print_is_refused_like_any_other() -> None:
    for check in (check_count, check_timeout, lambda field, value: check_number(field, value, at_least=0)):
        with pytest.raises(InputError, match=r"^field must be .*, not an integer of thousands of digits$"):
            check("field", -(10**5000))
