"""One call's audio, on the virtual clock: hearing, speaking as fast as it is played, and every way to end."""

import asyncio
import gc
from collections import deque
from typing import Any

import pytest

from asterisk_py_ari.media import FRAME_CAPACITY, MediaConnection
from asterisk_py_ari.protocol.media_commands import MediaCommand, MediaDirection
from asterisk_py_ari.protocol.media_events import (
    DtmfEnd,
    MediaEvent,
    MediaMarkProcessed,
    MediaRefused,
    MediaXoff,
    UnknownMediaEvent,
)
from asterisk_py_core.errors import (
    AsteriskError,
    ClientClosedError,
    ConnectionClosedError,
    EventsLostError,
    InputError,
    OutcomeUnknownError,
    ProtocolError,
    ReadTimeoutError,
    RequestRejectedError,
    UnexpectedResponseError,
    WriteTimeoutError,
)
from tests.virtual_clock import on_virtual_clock

START = (
    "MEDIA_START connection_id:media channel:WebSocket/media/0x1 channel_id:1.0 format:ulaw optimal_frame_size:160 "
    "ptime:20"
)
JSON_START = (
    '{"event":"MEDIA_START","connection_id":"media","channel":"WebSocket/media/0x1","channel_id":"1.0","format":"ulaw",'
    '"optimal_frame_size":160,"ptime":20,"channel_variables":{}}'
)
OPUS_START = START.replace("ulaw", "opus").replace(":160", ":0")
FRAME = b"\xff" * 160
SECOND = FRAME * 50


class Asterisk:
    """The other end of a socket: plays what it gets in virtual time and answers, both as chan_websocket does."""

    address = "127.0.0.1:40000"

    def __init__(self, *first: str | bytes | AsteriskError | None) -> None:
        self.sent: list[str | bytes] = []
        self.dropped = 0
        self.queue: deque[str | bytes] = deque()
        self.paused = False
        self.answers_status = True
        self.takes = True
        self.closed = False
        self._gone = asyncio.Event()
        self._full = False
        self._leftover = b""
        self._incoming: asyncio.Queue[str | bytes | AsteriskError | None] = asyncio.Queue()
        self._player: asyncio.Task[None] | None = None
        for message in first or (START,):
            self.says(message)

    def says(self, message: str | bytes | AsteriskError | None) -> None:
        self._incoming.put_nowait(message)

    @property
    def frames(self) -> int:
        return sum(isinstance(item, bytes) for item in self.queue)

    @property
    def commands(self) -> list[str]:
        return [message for message in self.sent if isinstance(message, str) and message != "GET_STATUS"]

    @property
    def audio(self) -> bytes:
        return b"".join(message for message in self.sent if isinstance(message, bytes))

    # --- the socket ---

    async def receive(self) -> str | bytes | None:
        if self.closed:
            raise ConnectionClosedError(address=self.address)
        message = await self._incoming.get()
        if isinstance(message, AsteriskError):
            raise message
        return message

    async def send(self, message: str | bytes) -> None:
        if self.closed:
            raise ConnectionClosedError(address=self.address)
        self.sent.append(message)
        if not self.takes:
            await self._gone.wait()
            raise ConnectionClosedError(address=self.address)
        if isinstance(message, bytes):
            self._queue(message)
        else:
            self._obey(message)
        if self._player is None and self.queue:
            self._player = asyncio.create_task(self._play())

    async def aclose(self) -> None:
        self.closed = True
        self._gone.set()
        if self._player is not None:
            self._player.cancel()
            await asyncio.wait([self._player])
        self.says(None)

    # --- chan_websocket ---

    def _queue(self, message: bytes) -> None:
        if self.frames >= 1000:
            self.dropped += len(message) // 160
            return
        data = self._leftover + message
        whole = len(data) // 160 * 160
        self.queue.extend(data[start : start + 160] for start in range(0, whole, 160))
        self._leftover = data[whole:]
        if not self._full and self.frames >= 900:
            self._full = True
            self.says("MEDIA_XOFF")

    def _obey(self, message: str) -> None:
        match message.partition(" "):
            case ("GET_STATUS", _, _) if self.answers_status:
                full = str(self._full).lower()
                self.says(
                    f"STATUS channel_id:1.0 queue_length:{self.frames} xon_level:800 xoff_level:900 queue_full:{full} "
                    f"bulk_media:false media_paused:{str(self.paused).lower()}"
                )
            case ("STOP_MEDIA_BUFFERING", _, key):
                if self._leftover:
                    self.queue.append(self._leftover)
                self._leftover = b""
                self.queue.append(f"MEDIA_BUFFERING_COMPLETED {key}")
            case ("MARK_MEDIA", _, key):
                self.queue.append(f"MEDIA_MARK_PROCESSED {key}")
            case ("FLUSH_MEDIA", _, _):
                self.queue.clear()
                self._leftover = b""
            case ("PAUSE_MEDIA" | "CONTINUE_MEDIA" as command, _, _):
                self.paused = command == "PAUSE_MEDIA"
            case ("HANGUP", _, _):
                self.says(None)
            case _:
                pass

    async def _play(self) -> None:
        while True:
            await asyncio.sleep(0.02)
            if self.paused:
                continue
            if self._full and self.frames < 800:
                self._full = False
                self.says("MEDIA_XON")
            while self.queue and isinstance(message := self.queue.popleft(), str):
                self.says(message)


async def begin(pbx: Asterisk, **options: Any) -> MediaConnection:
    return await MediaConnection.begin(pbx, **{"frame_capacity": FRAME_CAPACITY, "timeout": 10.0} | options)


def now() -> float:
    return asyncio.get_running_loop().time()


# --- hearing ---


@on_virtual_clock
async def test_frames_are_heard_until_the_call_is_hung_up() -> None:
    pbx = Asterisk(START, b"one", b"two", "DTMF_END digit:1 channel_id:1.0", b"three")
    async with await begin(pbx) as media:
        pbx.says(None)
        heard = [frame async for frame in media]

    assert heard == [b"one", b"two", b"three"]
    assert media.start.format == "ulaw"
    assert repr(media) == "<MediaConnection WebSocket/media/0x1 ulaw closed>"


@on_virtual_clock
async def test_what_is_subscribed_to_first_misses_nothing() -> None:
    pbx = Asterisk(START, "DTMF_END digit:1 channel_id:1.0", b"audio", "NEWS at ten", "DTMF_END digit:2 channel_id:1.0")
    async with await begin(pbx) as media:
        await asyncio.sleep(1)
        keys, everything = media.events(DtmfEnd), media.events()
        pbx.says(None)

        assert [event.digit async for event in keys] == ["1", "2"]
        assert [type(event) async for event in everything] == [DtmfEnd, UnknownMediaEvent, DtmfEnd]
        assert [frame async for frame in media] == [b"audio"]


@on_virtual_clock
async def test_a_slow_listener_is_told_what_it_missed_and_goes_on() -> None:
    pbx = Asterisk(START, *[b"%d" % number for number in range(10)])
    async with await begin(pbx, frame_capacity=4) as media:
        media.events()
        await asyncio.sleep(1)

        with pytest.raises(EventsLostError) as caught:
            await media.frames.recv()
        assert caught.value.count == 6
        assert [await media.frames.recv() for _ in range(4)] == [b"6", b"7", b"8", b"9"]


@on_virtual_clock
async def test_a_lost_connection_ends_the_iteration_with_its_error_once() -> None:
    pbx = Asterisk(START, b"one", ConnectionClosedError(address="pbx:1"))
    async with await begin(pbx) as media:
        frames = aiter(media)
        assert await anext(frames) == b"one"
        with pytest.raises(ConnectionClosedError, match="pbx:1"):
            await anext(frames)
        assert [frame async for frame in media] == []


@on_virtual_clock
async def test_an_event_that_does_not_fit_is_heard_and_the_call_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    pbx = Asterisk(START, "DTMF_END", b"one", "DTMF_END", "DTMF_END digit:2", b"two")
    async with await begin(pbx) as media:
        keys = media.events(DtmfEnd)
        pbx.says(None)

        assert [frame async for frame in media] == [b"one", b"two"]
        assert [(event.digit, event.misfits) async for event in keys] == [
            (None, ("DTMF_END.digit: is missing",)),
            (None, ("DTMF_END.digit: is missing",)),
            ("2", ()),
        ]
    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "An event of a call does not fit its class, and has values as they came: DTMF_END.digit: is missing"
    ]


@on_virtual_clock
async def test_what_is_no_event_at_all_is_left_out_and_the_call_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    pbx = Asterisk(JSON_START, "", "{", b"one", '{"event":5}', '{"digit":"4711"}', b"two")
    async with await begin(pbx) as media:
        events = media.events()
        pbx.says(None)

        assert [frame async for frame in media] == [b"one", b"two"]
        assert [event async for event in events] == []
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 2  # one for what is no JSON, one for what has no name
    assert "4711" not in caplog.text


@on_virtual_clock
async def test_a_call_whose_beginning_is_odd_is_a_call() -> None:
    pbx = Asterisk(START.replace("ptime:20", "ptime:0").replace("format:ulaw ", ""), b"one")
    async with await begin(pbx) as media:
        assert await media.send(SECOND * 20)
        assert pbx.dropped == 0
        pbx.says(None)
        assert [frame async for frame in media] == [b"one"]
        described: tuple[object, float] = (media.start.format, media.start.frame_duration)
        assert described == (None, 0.02)
        assert len(media.start.misfits) == 2


@on_virtual_clock
async def test_a_defect_ends_the_call_and_is_logged_with_its_traceback(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pbx = Asterisk(START, "MEDIA_XON")
    async with await begin(pbx) as media:

        def fail(_: object) -> None:
            raise LookupError("a defect")

        monkeypatch.setattr(media._sender, "received", fail)
        with pytest.raises(ConnectionClosedError, match="LookupError"):
            [frame async for frame in media]
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [LookupError]


@on_virtual_clock
async def test_a_connection_that_nobody_uses_notices_its_end_too() -> None:
    pbx = Asterisk(START, None)
    media = await begin(pbx, timeout=3.0)
    await media.wait_closed()

    assert now() == pytest.approx(3)


@pytest.mark.parametrize(
    "first", ["MEDIA_XON", b"\xff", "", None, "nonsense", "MEDIA_START", START.replace(":160", ":many")]
)
def test_a_peer_that_does_not_begin_as_asterisk_does_is_refused(first: Any) -> None:
    @on_virtual_clock
    async def refused() -> None:
        pbx = Asterisk("x")
        pbx._incoming.get_nowait()
        pbx.says(first)
        with pytest.raises(ProtocolError):
            await begin(pbx)
        assert pbx.closed

    refused()


@on_virtual_clock
async def test_a_peer_that_says_nothing_is_given_up() -> None:
    pbx = Asterisk("x")
    pbx._incoming.get_nowait()
    with pytest.raises(ReadTimeoutError, match="MEDIA_START"):
        await begin(pbx, timeout=5.0)

    assert pbx.closed
    assert now() == 5


# --- speaking ---


@on_virtual_clock
async def test_short_audio_is_sent_at_once_and_whole() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        assert await media.send(FRAME)
        assert await media.send(memoryview(SECOND))

        assert pbx.sent == [FRAME, SECOND]
        assert now() == 0


@on_virtual_clock
async def test_long_audio_is_sent_as_fast_as_it_is_played_and_none_is_dropped() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        assert await media.send(SECOND * 60)

        assert pbx.dropped == 0
        assert pbx.audio == SECOND * 60
        # The last 18 seconds are in Asterisk's queue, give or take a question.
        assert 41 <= now() <= 44


@on_virtual_clock
async def test_small_sends_are_paced_as_well() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        for _ in range(3000):
            await media.send(FRAME)

        assert pbx.dropped == 0
        assert pbx.audio == SECOND * 60


@on_virtual_clock
async def test_while_media_is_paused_nothing_is_sent_too_much() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        await media.pause()
        sending = asyncio.create_task(media.send(SECOND * 30))
        await asyncio.sleep(100)
        assert pbx.frames == 900
        assert not sending.done()

        await media.resume()
        assert await sending
        assert pbx.dropped == 0


@on_virtual_clock
async def test_audio_that_ends_within_a_frame_is_buffered_and_played_to_its_end() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        await media.send(b"a" * 100)
        await media.send(b"b" * 100)
        assert pbx.commands == ["START_MEDIA_BUFFERING"]
        assert await media.wait_played()

        assert pbx.commands == ["START_MEDIA_BUFFERING", "STOP_MEDIA_BUFFERING asterisk-py 1"]
        assert now() == pytest.approx(0.06)
        await media.send(b"c" * 50)
        assert pbx.commands[2:] == ["START_MEDIA_BUFFERING"]


@on_virtual_clock
async def test_a_flush_ends_a_send_and_a_wait() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        sending = asyncio.create_task(media.send(SECOND * 60))
        await asyncio.sleep(5)
        waiting = asyncio.create_task(media.wait_played())
        await asyncio.sleep(1)
        assert not waiting.done()
        await media.flush()

        assert not await sending
        assert pbx.frames == 0
        # It had not been sent yet, so it is answered by what is played: nothing.
        assert await waiting
        assert now() == pytest.approx(6, abs=0.1)
        assert await media.send(SECOND)


@on_virtual_clock
async def test_a_wait_ends_with_false_when_what_it_waits_for_is_flushed() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        await media.send(SECOND)
        waiting = asyncio.create_task(media.wait_played())
        await asyncio.sleep(0.5)
        await media.flush()

        assert not await waiting
        assert now() == 0.5


@on_virtual_clock
async def test_sends_of_several_tasks_do_not_mix() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        await asyncio.gather(media.send(b"a" * 8000 * 25), media.send(b"b" * 8000 * 2))

        assert pbx.audio == b"a" * 8000 * 25 + b"b" * 8000 * 2


@on_virtual_clock
async def test_a_mark_comes_back_when_what_was_sent_before_it_has_been_played() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        marks = media.events(MediaMarkProcessed)
        await media.send(SECOND)
        await media.mark("half time")
        await media.send(SECOND)

        assert (await marks.recv()).correlation_id == "half time"
        assert now() == pytest.approx(1.02)


@on_virtual_clock
async def test_opus_is_sent_frame_by_frame() -> None:
    pbx = Asterisk(OPUS_START)
    async with await begin(pbx) as media:
        await media.send(b"a frame")
        await media.send(b"another")

        assert pbx.sent == [b"a frame", b"another"]


@on_virtual_clock
async def test_what_asterisk_refuses_to_count_cannot_be_waited_for() -> None:
    pbx = Asterisk(OPUS_START)
    async with await begin(pbx) as media:
        refusals = media.events(MediaRefused)
        waiting = asyncio.create_task(media.wait_played())
        await asyncio.sleep(0)
        pbx.queue.clear()
        pbx.says("ERROR channel_id:1.0 error_text:STOP_MEDIA_BUFFERING not supported in passthrough mode")

        with pytest.raises(RequestRejectedError, match="not supported in passthrough mode"):
            await waiting
        assert "STOP_MEDIA_BUFFERING" in (await refusals.recv()).error_text


@pytest.mark.parametrize("audio", ["text", 5, None, [b"frame"]])
def test_what_is_no_audio_is_refused(audio: Any) -> None:
    @on_virtual_clock
    async def refused() -> None:
        pbx = Asterisk()
        async with await begin(pbx) as media:
            with pytest.raises(InputError, match="audio must be bytes"):
                await media.send(audio)
            assert pbx.sent == []

    refused()


@on_virtual_clock
async def test_a_peer_that_takes_nothing_is_an_error_in_time() -> None:
    pbx = Asterisk()
    async with await begin(pbx, timeout=7.0) as media:
        pbx.takes = False
        with pytest.raises(WriteTimeoutError, match="audio"):
            await media.send(FRAME)

        assert now() == 7


@on_virtual_clock
async def test_a_status_that_does_not_come_is_an_error_in_time_and_a_late_one_is_nobody_elses() -> None:
    pbx = Asterisk()
    async with await begin(pbx, timeout=2.0) as media:
        pbx.answers_status = False
        with pytest.raises(ReadTimeoutError, match="GET_STATUS"):
            await media.status()
        late = "STATUS queue_length:7 xon_level:800 xoff_level:900 queue_full:false bulk_media:false media_paused:false"
        pbx.says(late)
        pbx.answers_status = True

        assert (await media.status()).queue_length == 0


# --- the call ---


@on_virtual_clock
async def test_commands_are_written_as_asterisk_reads_them() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        await media.answer()
        await media.pause()
        await media.resume()
        await media.flush()
        await media.command(MediaCommand.REPORT_QUEUE_DRAINED)

    assert pbx.commands == ["ANSWER", "PAUSE_MEDIA", "CONTINUE_MEDIA", "FLUSH_MEDIA", "REPORT_QUEUE_DRAINED"]


@on_virtual_clock
async def test_commands_are_written_in_json_where_asterisk_speaks_it() -> None:
    pbx = Asterisk(JSON_START)
    async with await begin(pbx) as media:
        await media.mark("m")
        await media.set_direction(MediaDirection.OUT)

    assert pbx.commands == [
        '{"command":"MARK_MEDIA","correlation_id":"m"}',
        '{"command":"SET_MEDIA_DIRECTION","direction":"out"}',
    ]


@on_virtual_clock
async def test_hanging_up_ends_the_iteration() -> None:
    pbx = Asterisk(START, b"frame")
    async with await begin(pbx) as media:
        await media.hangup()

        assert [frame async for frame in media] == [b"frame"]
        with pytest.raises(ConnectionClosedError, match="the call was hung up"):
            await media.send(FRAME)


@on_virtual_clock
async def test_what_waits_when_the_call_ends_ends_with_it() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        pbx.answers_status = False
        pbx.paused = True
        await media.send(SECOND)
        asking, waiting = asyncio.create_task(media.status()), asyncio.create_task(media.wait_played())
        await asyncio.sleep(1)
        pbx.says(None)

        with pytest.raises(OutcomeUnknownError, match="GET_STATUS"):
            await asking
        with pytest.raises(ConnectionClosedError, match="the call was hung up"):
            await waiting
        assert now() == 1


@on_virtual_clock
async def test_closing_ends_everything_and_may_be_repeated() -> None:
    pbx = Asterisk(START, b"frame")
    media = await begin(pbx)
    events = media.events(MediaEvent)
    await asyncio.sleep(0.1)
    sending = asyncio.create_task(media.send(SECOND * 60))
    await asyncio.sleep(1)
    await media.aclose()
    await media.aclose()

    with pytest.raises(ClientClosedError, match="media connection of WebSocket/media/0x1 is closed"):
        await sending
    with pytest.raises(ClientClosedError):
        await media.answer()
    assert [frame async for frame in media] == [b"frame"]
    assert [type(event) async for event in events][:1] == [MediaXoff]


@on_virtual_clock
async def test_a_cancelled_send_leaves_whole_messages_and_the_connection_usable() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        sending = asyncio.create_task(media.send(SECOND * 60))
        await asyncio.sleep(3)
        sending.cancel()
        await asyncio.wait([sending])
        await media.flush()
        before = len(pbx.audio)
        assert before % 160 == 0

        assert await media.send(FRAME)
        assert len(pbx.audio) == before + 160


@on_virtual_clock
async def test_a_cancelled_send_whose_write_then_fails_is_reported_by_nobody() -> None:
    reported: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    pbx = Asterisk()
    async with await begin(pbx) as media:
        pbx.takes = False
        sending = asyncio.create_task(media.send(FRAME))
        await asyncio.sleep(0.1)
        sending.cancel()
        await asyncio.wait([sending])
    await asyncio.sleep(0)
    gc.collect()
    await asyncio.sleep(0)
    assert reported == []


@on_virtual_clock
async def test_a_wait_cancelled_as_its_answer_comes_is_cancelled() -> None:
    pbx = Asterisk()
    async with await begin(pbx) as media:
        pbx.takes = False
        waiting = asyncio.create_task(media.wait_played())
        await asyncio.sleep(0.1)
        pbx.says(f"MEDIA_BUFFERING_COMPLETED {pbx.commands[-1].partition(' ')[2]}")
        await asyncio.sleep(0.1)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting


@on_virtual_clock
@pytest.mark.parametrize("length", ["-1", "1" + "0" * 400, "many", ""])
async def test_a_status_that_cannot_be_is_an_error_for_who_asked_and_the_call_goes_on(length: str) -> None:
    pbx = Asterisk()
    pbx.answers_status = False
    async with await begin(pbx) as media:
        sending = asyncio.create_task(media.send(SECOND * 60))
        await asyncio.sleep(0.1)
        pbx.says(
            f"STATUS channel_id:1.0 queue_length:{length} xon_level:800 xoff_level:900 queue_full:0 bulk_media:0 "
            "media_paused:0"
        )
        with pytest.raises(UnexpectedResponseError, match=r"127\.0\.0\.1:40000: .* how much .*STATUS\.queue_length"):
            await sending

        pbx.answers_status = True
        pbx.says(FRAME)
        assert await media.frames.recv() == FRAME
        assert await media.send(SECOND)
        assert (await media.status()).queue_length > 0


@on_virtual_clock
async def test_a_status_that_is_odd_where_nobody_looks_is_a_status() -> None:
    pbx = Asterisk()
    pbx.answers_status = False
    async with await begin(pbx) as media:
        asking = asyncio.create_task(media.status())
        await asyncio.sleep(0.1)
        pbx.says("STATUS queue_length:7 xon_level:800 xoff_level:900 queue_full:maybe bulk_media:false")

        status = await asking
        values: tuple[object, ...] = (status.queue_length, status.queue_full, status.media_paused)
        assert values == (7, "maybe", None)
        assert len(status.misfits) == 2


@on_virtual_clock
async def test_odd_answers_are_nobodys() -> None:
    pbx = Asterisk(JSON_START)
    async with await begin(pbx) as media:
        waiting = asyncio.create_task(media.wait_played())
        await asyncio.sleep(0)
        pbx.queue.clear()
        for odd in ('{"event":"MEDIA_BUFFERING_COMPLETED","correlation_id":["x"]}', '{"event":"ERROR"}', "STATUS"):
            pbx.says(odd)
        pbx.says(FRAME)
        assert await media.frames.recv() == FRAME
        assert not waiting.done()
    with pytest.raises(ClientClosedError):
        await waiting


@pytest.mark.parametrize("arguments", [("HANGUP",), (None,), (MediaCommand.SET_MEDIA_DIRECTION, "in")])
async def test_what_is_no_command_is_refused(arguments: tuple[Any, ...]) -> None:
    async with await begin(Asterisk(JSON_START)) as media:
        with pytest.raises(InputError):
            await media.command(arguments[0], direction=(*arguments, None)[1])


@pytest.mark.parametrize("options", [{"frame_capacity": 0}, {"timeout": 0}, {"timeout": float("nan")}])
async def test_options_that_cannot_be_meant_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        async with MediaConnection.connect("http://127.0.0.1:1", "id", **options):
            pass


@pytest.mark.parametrize("connection_id", ["", ".", "..", "a\0"])
async def test_093_a_connection_id_that_would_be_another_path_is_refused(connection_id: str) -> None:
    with pytest.raises(InputError, match="connection_id"):
        async with MediaConnection.connect("http://127.0.0.1:1", connection_id):
            pass


@pytest.mark.parametrize(
    "url", ["http://ari:hunter2@127.0.0.1:1", "http://127.0.0.1:1?api_key=ari:hunter2", "127.0.0.1"]
)
async def test_095_a_url_with_credentials_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InputError, match="url") as caught:
        async with MediaConnection.connect(url, "id"):
            pass
    assert "hunter2" not in str(caught.value)
