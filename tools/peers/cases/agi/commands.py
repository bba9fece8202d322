"""FastAGI: commands, replies, hangup."""

from typing import Any

from tools.peers.catalogue import case
from tools.peers.fakes.agi import ENVIRONMENT, AgiConnection
from tools.peers.outcome import Wrong, ends, eventually, resident, said
from tools.peers.runners.background import call as in_thread
from tools.peers.runners.interface import AgiCall, AgiRunner

from .steps import ROUTE, Handler, named, replies


def sent(lib: AgiRunner, value: str) -> tuple[list[bytes], Any]:
    """Return the lines on the wire for SET VARIABLE X *value*, and how that went."""
    handler = Handler(lambda call: call.set_variable("X", value))
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        while call.command(1.0) is not None:
            call.write(b"200 result=1\n")
        return call.commands, handler.result()


@case(70, "a line end and a second command in an argument")
def line_end_in_an_argument(lib: AgiRunner) -> str:
    lines, result = sent(lib, 'x"\nEXEC System "evil')
    if len(lines) > 1:
        raise Wrong("a second command is on the wire")
    return named(result)


@case(71, "an argument with quotes and a backslash")
def quotes_in_an_argument(lib: AgiRunner) -> None:
    lines, _ = sent(lib, 'say "hi" \\ now')
    if not lines or not lines[0].endswith(rb'"say \"hi\" \\ now"'):
        raise Wrong(f"on the wire: {lines[0].decode() if lines else 'nothing'}")


@case(72, "the value of a variable has a line end and a forged reply; then another command")
def forged_reply(lib: AgiRunner) -> str:
    def body(call: AgiCall) -> tuple[Any, Any]:
        return call.get_variable("X"), call.get_variable("Y")

    result = replies(lib, body, b"200 result=1 (a\n200 result=1 (forged))\n", b"200 result=1 (real)\n")
    if isinstance(result, Exception):
        return type(result).__name__
    if "forged" in str(result[1]):
        raise Wrong("the next command gets the forged reply")
    if result[1] != "real":
        raise Wrong(f"the next command gets {result[1]!r}")
    if "a" not in str(result[0]):
        raise Wrong(f"the value is {result[0]!r}")
    return f"the value is {result[0]!r}"


@case(73, "200 result= (timeout)")
def empty_result(lib: AgiRunner) -> str:
    result = replies(lib, lambda call: call.command("GET DATA", "beep", 1000, 4), b"200 result= (timeout)\n")
    if isinstance(result, Exception):
        raise Wrong(f"raises {type(result).__name__}: {result}")
    if "timeout" not in str(result):
        raise Wrong(f"the timeout is lost: {result}")
    return ""


@case(74, "HANGUP comes before the reply; then another command")
def hangup_before_the_reply(lib: AgiRunner) -> str:
    def body(call: AgiCall) -> list[Any]:
        seen: list[Any] = []
        for name in ("A", "B"):
            try:
                seen.append(call.command("GET VARIABLE", name))
            except Exception as error:  # noqa: BLE001 - it is the result
                seen.append(error)
        return seen

    first, second = replies(lib, body, b"HANGUP\n200 result=1 (of A)\n", b"200 result=1 (of B)\n")
    if "of A" in str(second):
        accident = f"{named(first)}, then " if isinstance(first, Exception) else ""
        raise Wrong(f"{accident}replies are shifted: the second command gets the first one's")
    return "both get their own" if "of B" in str(second) else f"{named(first)}, {named(second)}"


@case(75, "511 on a dead channel, then GET VARIABLE")
def dead_channel(lib: AgiRunner) -> str:
    def body(call: AgiCall) -> tuple[Any, Any]:
        try:
            first: Any = call.command("ANSWER")
        except Exception as error:  # noqa: BLE001 - it is the result
            first = error
        return first, call.get_variable("X")

    dead = b"511 Command Not Permitted on a dead channel or intercept routine\n"
    result = replies(lib, body, dead, b"200 result=1 (1)\n")
    if isinstance(result, Exception) or str(result[1]) != "1":
        raise Wrong(f"GET VARIABLE gets {named(result)}")
    if not isinstance(result[0], Exception) and "511" not in str(result[0]) and "rror" not in str(result[0]):
        raise Wrong(f"returns {result[0]}")
    return named(result[0])


@case(77, "510 Invalid or unknown command")
def invalid_command(lib: AgiRunner) -> str:
    result = replies(lib, lambda call: call.command("NONSENSE"), b"510 Invalid or unknown command\n")
    if not isinstance(result, Exception) and "Invalid" not in str(result):
        raise Wrong(f"returns {result}")
    return named(result)


@case(78, "a command is given up after 0.3 s; its reply comes after the next command was sent")
def late_reply(lib: AgiRunner) -> str:
    def body(call: AgiCall) -> Any:
        call.command_within(0.3, "GET VARIABLE", "A")
        return call.command("GET VARIABLE", "B")

    handler = Handler(body)
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        call.command()
        call.command(2.0)
        call.write(b"200 result=1 (of A)\n200 result=1 (of B)\n")
        result = handler.result()
        if "of A" in str(result):
            raise Wrong("the next command gets the late reply")
        return named(result)


@case(85, "a reply of 16 MiB without a line end", seconds=60.0)
def endless_reply(lib: AgiRunner) -> str:
    handler = Handler(lambda call: call.command("GET VARIABLE", "X"))
    port = lib.serve(ROUTE, handler)
    before = resident()
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        call.command()
        call.write(b"200 result=1 (")
        for _ in range(256):
            if not call.write(b"x" * 65_536):
                break
        if eventually(lambda: handler.results, 3.0):
            return named(handler.results[0])[:60]
        raise Wrong(f"buffers it all: +{resident() - before:.0f} MiB, and waits for more")


@case("E1", "100 Trying, then 200: how GOSUB answers")
def trying(lib: AgiRunner) -> None:
    def body(call: AgiCall) -> tuple[Any, Any]:
        first = call.command("GOSUB", "sub", 1, 1)
        return first, call.get_variable("X")

    result = replies(lib, body, b"100 result=0 Trying...\n200 result=0 Gosub complete\n", b"200 result=1 (1)\n")
    if isinstance(result, Exception):
        raise Wrong(f"raises {named(result)}")
    if result[1] != "1":
        raise Wrong(f"replies are shifted: the next command gets {result[1]!r}")


@case(9, "the connection drops with a command under way")
def drop_with_a_command(lib: AgiRunner) -> str:
    handler = Handler(lambda call: call.command("GET DATA", "beep"))
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        call.command()
    return raised(handler.result())


@case("9b", "half a reply, then the end")
def half_a_reply(lib: AgiRunner) -> str:
    handler = Handler(lambda call: call.get_variable("X"))
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        call.command()
        call.write(b"200 result=1 (ha")
    return raised(handler.result())


def raised(result: Any) -> str:
    """Return the name of the error *result* is; anything else is wrong."""
    is_error = isinstance(result, Exception)
    return said(result if is_error else None, but=f"nothing is raised: the handler gets {result!r}")


@case("73b", "the environment and a value in UTF-8, a byte at a time")
def byte_at_a_time(lib: AgiRunner) -> None:
    handler = Handler(lambda call: (call.env["agi_calleridname"], call.get_variable("X")))
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write_slowly(ENVIRONMENT.replace(b"Ann", "Zoë".encode()) + b"\n")
        call.command()
        call.write_slowly("200 result=1 (Žižkov)\n".encode())
        if (result := handler.result()) != ("Zoë", "Žižkov"):
            raise Wrong(f"the handler gets {named(result)}")


@case("68b", "the value of a variable is not UTF-8")
def value_not_utf8(lib: AgiRunner) -> str:
    result = replies(lib, lambda call: call.get_variable("X"), b"200 result=1 (Zo\xeb)\n")
    if isinstance(result, Exception):
        raise Wrong(f"raises {type(result).__name__}")
    if result in {"Zo", "Zo\N{REPLACEMENT CHARACTER}"}:
        raise Wrong("the byte is lost")
    return ascii(result)


@case(79, "two tasks or threads send a command at once")
def two_at_once(lib: AgiRunner) -> str:
    def body(call: AgiCall) -> list[str]:
        both = [in_thread(call.command, "GET VARIABLE", name) for name in "AB"]
        return [named(ends(future, 3.0) or future.result()) for future in both]

    handler = Handler(body)
    port = lib.serve(ROUTE, handler)
    with AgiConnection(port) as call:
        call.write(ENVIRONMENT + b"\n")
        call.command()
        if call.command(0.5) is not None:
            raise Wrong("both are written at once, and Asterisk takes one at a time")
        call.write(b"200 result=1 (of the first)\n")
        if call.command(0.5):
            call.write(b"200 result=1 (of the second)\n")
        errors = [result for result in handler.result(8.0) if "of the" not in result]
        return ", ".join(errors) or "one after the other"
