"""What may be a handler, and for what."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from asterisk_py_agi import AgiServer, AgiSession, InputError, OnHangup
from asterisk_py_agi.routes import Handler, Route, Routes
from asterisk_py_agi.testing import FakeAsteriskCall


async def answer(call: AgiSession) -> None:
    await call.answer()


def plain(call: AgiSession) -> None:
    """Handle a call as other libraries let one."""


class Menu:
    """Handlers that are no functions of a module."""

    async def __call__(self, call: AgiSession) -> None:
        await call.answer()

    async def method(self, call: AgiSession) -> None:
        await call.answer()

    @staticmethod
    async def static(call: AgiSession) -> None:
        await call.answer()

    @classmethod
    async def of_the_class(cls, call: AgiSession) -> None:
        await call.answer()

    def plain(self, call: AgiSession) -> None:
        """Handle a call as other libraries let one."""


class PlainMenu:
    def __call__(self, call: AgiSession) -> None:
        """Handle a call as other libraries let one."""


async def with_language(language: str, call: AgiSession) -> None:
    await call.set_variable("LANG", language)


def logged(handler: Handler) -> Handler:
    @functools.wraps(handler)
    def run(call: AgiSession) -> Awaitable[object]:
        return handler(call)

    return run


def logged_by_an_object(handler: Handler) -> Callable[[AgiSession], Awaitable[object]]:
    class Run:
        def __init__(self) -> None:
            functools.update_wrapper(self, handler)

        def __call__(self, call: AgiSession) -> Awaitable[object]:
            return handler(call)

    return Run()


def in_a_thread(handler: Callable[[AgiSession], None]) -> Handler:
    class Run:
        def __init__(self) -> None:
            functools.update_wrapper(self, handler)

        async def __call__(self, call: AgiSession) -> None:
            await call.answer()

    return Run()


@pytest.mark.parametrize(
    "handler",
    [
        answer,
        Menu(),
        Menu().method,
        Menu.static,
        Menu.of_the_class,
        functools.partial(with_language, "de"),
        functools.partial(functools.partial(with_language), "de"),
        functools.partial(Menu()),
        logged(answer),
        logged(logged(Menu().method)),
        logged(functools.partial(with_language, "de")),
        functools.partial(logged(answer)),
        logged_by_an_object(answer),
        in_a_thread(plain),
    ],
)
async def test_whatever_is_async_may_be_a_handler(handler: Any) -> None:
    assert AgiServer().route("menu")(handler) is handler
    call = FakeAsteriskCall()
    await call.run(handler)
    assert call.status == "SUCCESS"
    assert len(call.commands) == 1


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        (plain, "plain"),
        (Menu().plain, "Menu.plain"),
        (PlainMenu(), "PlainMenu.__call__"),
        (functools.partial(plain), "plain"),
        (logged(plain), "plain"),  # type: ignore[arg-type]
        (lambda _: None, "<lambda>"),
    ],
)
async def test_a_plain_function_is_refused_where_it_is_written_and_told_what_to_write(handler: Any, name: str) -> None:
    with pytest.raises(InputError, match="handler") as caught:
        AgiServer().route("menu")(handler)
    assert f'must be async: write "async def" for {name} ' in str(caught.value)
    with pytest.raises(InputError, match="handler"):
        await FakeAsteriskCall().run(handler)


@pytest.mark.parametrize("handler", [int, print, PlainMenu])
def test_what_only_the_call_shows_is_not_refused_before(handler: Any) -> None:
    Routes().add("menu", Route(handler, OnHangup.TELL))


@pytest.mark.parametrize("handler", ["menu", None])
def test_a_handler_that_cannot_be_called_is_refused(handler: Any) -> None:
    with pytest.raises(InputError, match="handler"):
        Routes().add("menu", Route(handler, OnHangup.TELL))


@pytest.mark.parametrize("script", ["menu", None])
def test_a_second_handler_for_a_script_is_refused(script: str | None) -> None:
    routes = Routes()
    routes.add(script, Route(answer, OnHangup.TELL))
    with pytest.raises(InputError, match="exists already"):
        routes.add(script, Route(answer, OnHangup.TELL))


@pytest.mark.parametrize("word", ["ignore", None, 1, ""])
def test_what_becomes_of_a_handler_is_one_of_two_words(word: object) -> None:
    with pytest.raises(InputError, match='"tell" or "cancel"'):
        OnHangup.of(word)
