"""The rules of ARCHITECTURE.md, read off the syntax tree of every module."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The layer of each module that is not in a `protocol/` folder; those are wire. A new module has to be put somewhere.
# fmt: off
WIRE = {
    "core": {"checks", "credentials", "domain", "errors", "event_log", "lines", "reconnect", "redaction"},
    "ami": {
        "actions", "calls.assembler", "calls.call", "calls.record", "cli.exits", "errors", "events", "originate",
        "queues", "snapshot",
    },
    "agi": {"errors", "events", "fake_channel", "results"},
    "ari": {"errors", "event_filter", "events", "handles", "models", "resync"},
}
FLOW = {
    "core": {"event_bus", "pending", "supervised", "supervisor"},
    "ami": {
        "__main__", "calls.tracker", "client", "cli.access", "cli.calls", "cli.check", "cli.commands", "cli.output",
        "cli.printer", "cli.program",
    },
    "agi": {"async_agi", "commands", "exchange", "routes", "service", "session"},
    "ari": {
        "accepting", "client", "media", "media_sender", "media_server", "outbound",
        "resources.applications", "resources.ari", "resources.asterisk", "resources.bridges", "resources.channels",
        "resources.device_states", "resources.endpoints", "resources.events", "resources.mailboxes",
        "resources.playbacks", "resources.recordings", "resources.resource", "resources.sounds",
    },
}
EDGE = {
    "core": {"listener", "net", "server", "stream", "testing"},
    "ami": {"connection", "testing"},
    "agi": {"server", "stdio", "testing"},
    "ari": {
        "connection", "fake_session", "testing", "transport.acceptor", "transport.faults", "transport.http",
        "transport.media_socket", "transport.outbound_socket", "transport.tls", "transport.websocket",
    },
}
# fmt: on

NETWORK_MODULES = {"aiohttp", "select", "selectors", "socket", "socketserver", "asyncio.streams"}
# Ways to a socket that need no import of `socket`.
NETWORK_NAMES = {
    "BaseProtocol", "BufferedProtocol", "DatagramProtocol", "Protocol", "Stream", "StreamReader", "StreamWriter",
    "connect_accepted_socket", "connect_read_pipe", "connect_write_pipe", "create_connection",
    "create_datagram_endpoint", "create_server", "create_unix_connection", "create_unix_server", "open_connection",
    "open_stream", "open_unix_connection", "sock_accept", "sock_connect", "sock_recv", "sock_sendall", "start_server",
    "start_unix_server",
}  # fmt: skip

# "About 400" and "about 250": a tenth over is still one sitting.
MODULE_LINES = 440
PROTOCOL_MODULE_LINES = 275
FUNCTION_LINES = 40


@dataclass(frozen=True)
class Module:
    package: str
    path: Path

    @property
    def name(self) -> str:
        return ".".join(self.path.relative_to(self.folder).with_suffix("").parts)

    @property
    def folder(self) -> Path:
        return ROOT / "packages" / self.package / "src" / f"asterisk_py_{self.package}"

    @property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def is_generated(self) -> bool:
        return "generated" in self.source.partition("\n")[0].lower()

    @property
    def layer(self) -> str:
        if self.name.startswith("protocol."):
            return "wire"
        layers = {"wire": WIRE, "flow": FLOW, "edge": EDGE}
        return next((layer for layer, modules in layers.items() if self.name in modules[self.package]), "unknown")

    def __str__(self) -> str:
        return f"{self.package}/{self.name}"


MODULES = [
    Module(package, path)
    for package in ("core", "ami", "agi", "ari")
    for path in sorted((ROOT / "packages" / package / "src" / f"asterisk_py_{package}").rglob("*.py"))
]
CODE = [module for module in MODULES if module.path.name != "__init__.py"]

every_module = pytest.mark.parametrize("module", CODE, ids=str)


def imports(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (module, name) of every import that happens at run time; name is empty for a plain import."""
    skipped = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for statement in node.body
        for child in ast.walk(statement)
    }
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (("." * node.level + (node.module or ""), alias.name) for alias in node.names)


def is_in(module: str, names: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in names)


@every_module
def test_every_module_belongs_to_one_layer(module: Module) -> None:
    named = [layer[module.package] for layer in (WIRE, FLOW, EDGE)]

    assert module.layer in {"wire", "flow", "edge"}
    assert sum(module.name in modules for modules in named) <= 1


def test_the_layers_name_no_module_that_is_gone() -> None:
    there = {(module.package, module.name) for module in CODE}
    named = {(package, name) for layer in (WIRE, FLOW, EDGE) for package, names in layer.items() for name in names}

    assert named <= there


@every_module
def test_wire_modules_never_wait(module: Module) -> None:
    waits = (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith, ast.Await)
    if module.layer == "wire":
        assert not [node.lineno for node in ast.walk(module.tree) if isinstance(node, waits)]
        assert not [name for name, _ in imports(module.tree) if is_in(name, {"asyncio", "threading", "time"})]


@every_module
def test_only_edge_modules_reach_the_network(module: Module) -> None:
    used = {node.attr for node in ast.walk(module.tree) if isinstance(node, ast.Attribute)}
    # The `Protocol` of typing opens no socket.
    imported = {name for source, name in imports(module.tree) if source != "typing"}
    if module.layer != "edge":
        assert not [name for name, _ in imports(module.tree) if is_in(name, NETWORK_MODULES)]
        assert not (used | imported) & NETWORK_NAMES


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_package_imports_core_and_never_its_siblings(module: Module) -> None:
    allowed = {f"asterisk_py_{module.package}", "asterisk_py_core"}
    foreign = {name for name, _ in imports(module.tree) if name.startswith("asterisk_py_")}

    assert not [name for name in foreign if not is_in(name, allowed)]


@every_module
def test_the_wire_imports_nothing_that_waits(module: Module) -> None:
    later = {f"asterisk_py_{package}.{name}" for layer in (FLOW, EDGE) for package in layer for name in layer[package]}
    later |= {f".{name}" for layer in (FLOW, EDGE) for name in layer[module.package]}
    # The marker class of events is the one thing wire modules take from a module that waits.
    allowed = {("asterisk_py_core.event_bus", "Event"), (".event_bus", "Event")}
    if module.layer == "wire":
        assert not [
            (name, what) for name, what in imports(module.tree) if name in later and (name, what) not in allowed
        ]


@every_module
def test_a_module_is_one_sitting(module: Module) -> None:
    limit = PROTOCOL_MODULE_LINES if module.name.startswith("protocol.") else MODULE_LINES
    if not module.is_generated:
        assert len(module.source.splitlines()) <= limit


@every_module
def test_a_function_fits_the_screen(module: Module) -> None:
    def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
        return (function.end_lineno or 0) - first.lineno + 1

    functions = [node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    if not module.is_generated:
        assert not [(function.name, lines(function)) for function in functions if lines(function) > FUNCTION_LINES]
