"""Runs an example as it is written, against whatever it is given."""

import ast
import inspect
from collections.abc import AsyncIterable, AsyncIterator
from typing import Any

from tests.docs.pages import Example

__all__ = ["run"]


async def run(example: Example, **names: object) -> list[tuple[object, ...]]:
    """Run *example* with *names* in scope, and return what it printed.

    An ``async for`` that would go on for ever ends when what has come is handed out.
    """
    tree = ast.fix_missing_locations(EndlessLoopsEnd().visit(ast.parse(example.code)))
    code = compile(tree, str(example), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    printed: list[tuple[object, ...]] = []
    scope = {"__name__": "example", "_what_has_come": what_has_come, "print": lambda *values: printed.append(values)}
    running = eval(code, {**scope, **names})  # noqa: S307 - it is ours
    if running is not None:
        await running
    return printed


class EndlessLoopsEnd(ast.NodeTransformer):
    """Ends each ``async for`` after what has come, and lets ``asyncio.run`` be called in a loop that runs."""

    def visit_AsyncFor(self, node: ast.AsyncFor) -> ast.AST:
        self.generic_visit(node)
        node.iter = ast.Call(ast.Name("_what_has_come", ast.Load()), [node.iter], [])
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return ast.Await(node.args[0]) if ast.unparse(node.func) == "asyncio.run" else node


async def what_has_come(items: AsyncIterable[Any]) -> AsyncIterator[Any]:
    iterator = aiter(items)
    try:
        yield await anext(iterator)
        while getattr(items, "backlog", 0):
            yield await anext(iterator)
    finally:
        if inspect.isasyncgen(iterator):
            await iterator.aclose()
