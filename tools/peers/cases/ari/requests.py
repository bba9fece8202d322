"""ARI: requests, and the errors they end with."""

import io
import logging
import threading

from tools.peers.catalogue import case
from tools.peers.fakes.ami import SECRET
from tools.peers.fakes.ari import OK, ScriptedAri, response
from tools.peers.fakes.server import Link
from tools.peers.outcome import Leaks, Wrong, ends, eventually, open_files, result, said
from tools.peers.runners.interface import AriRunner

from .steps import connected, names, text_of


@case(86, "404 with a JSON message, 500 with HTML, 500 with a broken byte")
def statuses(lib: AriRunner) -> str:
    answers = {
        "404 JSON": response(b"404 Not Found", b'{"message":"Channel not found"}'),
        "500 HTML": response(b"500 Internal Server Error", b"<html><h1>Broken</h1></html>", b"text/html"),
        "500 broken": response(b"500 Internal Server Error", b'{"message":"Zo\xeb"}'),
    }
    seen = []
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        for name, answer in answers.items():
            pbx.script[b"GET /ari/channels/"] = answer
            error = ends(lib.get_channel("1"), 5.0, f"the request answered with {name}")
            if error is not None and name == "404 JSON" and "Channel not found" not in text_of(error):
                raise Wrong(f"{names(error)} without what Asterisk said")
            seen.append(said(error, but=f"nothing is raised for {name}"))
    return ", ".join(seen)


def cut(link: Link) -> None:
    """End the connection instead of answering."""
    link.close()


@case("96b", "the link drops after a POST /channels was written")
def drop_after_a_post(lib: AriRunner) -> str:
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.script[b"POST /ari/channels"] = cut
        error = ends(lib.originate(), 8.0, "the request")
        if (count := pbx.count(b"POST /ari/channels")) > 1:
            raise Wrong(f"sent {count} times: {count} calls")
        said(error, but="nothing is raised")
        if later := ends(lib.get_channel("1"), 8.0, "a later request"):
            raise Wrong(f"{names(error)}; and every later request fails: {later}")
        return names(error)


@case(96, "no answer to POST /channels", seconds=60.0)
def no_answer(lib: AriRunner) -> str:
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.script[b"POST /ari/channels"] = None
        return said(ends(lib.originate(), 25.0, "the request"), but="nothing is raised")


@case(93, "a channel's id with / .. % ? # + and a space")
def strange_identifier(lib: AriRunner) -> None:
    with ScriptedAri() as pbx:
        pbx.script[b"GET "] = OK
        connected(lib, pbx)
        error = ends(lib.get_channel("a/../b%c?d#e f+g"), 5.0, "the request")
        line = next((line for line in pbx.requests if line.startswith(b"GET /ari/channels")), b"")
        path = line.removeprefix(b"GET ").split(b"?")[0].split(b" ")[0]
        # A real Asterisk reads a plus sign in a path as a space, too.
        if path.replace(b"+", b"%20") != b"/ari/channels/a%2F..%2Fb%25c%3Fd%23e%20f%2Bg":
            raise Wrong(f"on the wire: {path.decode() or 'nothing'}" + (f", {names(error)}" if error else ""))


@case(95, "where the secret is seen: request lines, the log at DEBUG, errors")
def secret(lib: AriRunner) -> None:
    log = io.StringIO()
    logging.getLogger().handlers[:] = [logging.StreamHandler(log)]
    logging.getLogger().setLevel(logging.DEBUG)
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.script[b"GET /ari/channels/"] = response(b"500 Internal Server Error", b'{"error":"Allocation failed"}')
        error = ends(lib.get_channel("1"), 5.0, "the request")
        places = {
            "URLs": b" ".join(pbx.requests).decode(),
            "the log": log.getvalue(),
            "the error": text_of(error),
        }
    if leaks := [where for where, text in places.items() if SECRET in text]:
        raise Leaks(f"in {', '.join(leaks)}")


@case("86b", "500 with a body of 10 MiB")
def large_error(lib: AriRunner) -> str:
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.script[b"GET /ari/channels/"] = response(
            b"500 Internal Server Error", b"x" * (10 * 1024 * 1024), b"text/html"
        )
        error = ends(lib.get_channel("1"), 8.0, "the request")
        if len(text_of(error)) > 65_536:
            raise Wrong("all of it is in the error")
        return said(error, but="nothing is raised")


@case(12, "a request while Asterisk is away")
def request_while_away(lib: AriRunner) -> str:
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.stop()
        threading.Event().wait(0.5)
        error = ends(lib.get_channel("1"), 8.0, "the request")
        if SECRET in text_of(error):
            raise Leaks(f"the secret is in the text of {names(error)}")
        return said(error, but="nothing is raised")


@case(13, "DELETE /channels/1 is under way when its connection drops, which was used before")
def delete_at_a_drop(lib: AriRunner) -> str:
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        result(lib.get_channel("1"), 5.0, "a request")
        pbx.script[b"DELETE /ari/channels/"] = cut
        error = ends(lib.hangup("1"), 8.0, "the request")
        if (count := pbx.count(b"DELETE")) > 1:
            raise Wrong(f"sent {count} times: a hangup that worked could be answered with 404")
        return said(error, but="nothing is raised")


@case(6, "closed by the application with a request under way")
def closes(lib: AriRunner) -> str:
    with ScriptedAri() as pbx:
        connected(lib, pbx)
        pbx.script[b"POST /ari/channels"] = None
        request = lib.originate()
        eventually(lambda: pbx.count(b"POST"))
        if error := ends(lib.close(), 6.0, "closing"):
            raise Wrong(f"closing raises {names(error)}: {error}")
        what = said(ends(request, 12.0, "the request"), but="the request raises nothing")
        if not eventually(lambda: all(link.ended for link in pbx.links)):
            raise Leaks("connections stay open")
        return what


@case(22, "16 times connect, one request, close", seconds=120.0)
def connect_and_close(lib: AriRunner) -> None:
    with ScriptedAri() as pbx:
        before = (0, 0)
        for number in range(16):
            client = type(lib)()
            connected(client, pbx)
            result(client.get_channel("1"), 8.0, "a request")
            if error := ends(client.close(), 6.0, "closing"):
                raise Wrong(f"closing raises {names(error)}: {error}")
            del client
            pbx.websockets.clear()
            if number == 5:
                eventually(lambda: all(link.ended for link in pbx.links))
                before = (open_files(), threading.active_count())
        eventually(lambda: open_files() <= before[0] and threading.active_count() <= before[1], 2.0)
        files, threads = open_files() - before[0], threading.active_count() - before[1]
        if files > 3 or threads > 3:
            raise Leaks(f"{files} descriptors and {threads} threads for 10 clients")
