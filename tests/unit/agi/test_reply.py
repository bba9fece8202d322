"""Replies as values."""

import pytest

from asterisk_py_agi import MalformedFrameError, Reply
from asterisk_py_agi.protocol.reply import SHORT_REPLIES


@pytest.mark.parametrize(
    ("text", "result", "data", "timed_out", "endpos"),
    [
        ("200 result=0", "0", None, False, None),
        ("200 result=-1", "-1", None, False, None),
        ("200 result=-2", "-2", None, False, None),
        ("200 result=", "", None, False, None),
        ("200 result=*1", "*1", None, False, None),
        ("200 result=007#", "007#", None, False, None),
        ("200 result= (timeout)", "", "timeout", True, None),
        ("200 result=12 (timeout)", "12", "timeout", True, None),
        ("200 result=0 (timeout) endpos=0", "0", "timeout", True, 0),
        ("200 result=35 (dtmf) endpos=3360", "35", "dtmf", False, 3360),
        ("200 result=35 endpos=3360", "35", None, False, 3360),
        ("200 result=-1 endpos=-1", "-1", None, False, -1),
        ("200 result=-1 (writefile)", "-1", "writefile", False, None),
        ("200 result=-1 (hangup)", "-1", "hangup", False, None),
        ("200 result=1 ()", "1", "", False, None),
        ("200 result=1 (a)b (c)", "1", "a)b (c", False, None),
        ("200 result=1 ((x))", "1", "(x)", False, None),
        ("200 result=1 (line1\nline2\n)", "1", "line1\nline2\n", False, None),
        ("200 result=1 (x) endpos=5)", "1", "x) endpos=5", False, None),
        ("200 result=0 Gosub complete", "0", None, False, None),
        ('200 result=1 (speech) endpos=0 results=1 score0=9 text0="a)b" grammar0=g', "1", "speech", False, 0),
    ],
)
def test_073_result_text_and_flags_are_kept_apart(
    text: str, result: str, data: str | None, *, timed_out: bool, endpos: int | None
) -> None:
    reply = Reply.parse(text)

    assert reply == Reply(200, result, data, timed_out, endpos, text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("100 result=0 Trying...", 100),
        ("510 Invalid or unknown command", 510),
        ("511 Command Not Permitted on a dead channel or intercept routine", 511),
        ("520 Invalid command syntax.  Proper usage not available.", 520),
        ("520-Invalid command syntax.  Proper usage follows:\nx\n520 End of proper usage.", 520),
    ],
)
def test_the_code_says_how_it_went(text: str, code: int) -> None:
    reply = Reply.parse(text)

    assert (reply.code, reply.text) == (code, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "HANGUP",
        "200",
        "200 OK",
        "200 result",
        "201 result=1",
        " 200 result=1",
        "5100",
        "530 x",
        "agi_type: x",
        "\n",
    ],
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(MalformedFrameError, match="no answer"):
        Reply.parse(text)


def test_a_position_too_long_to_be_one_is_text() -> None:
    assert Reply.parse("200 result=1 endpos=" + "9" * 5000).endpos is None


def test_the_short_answers_are_what_parsing_would_give() -> None:
    assert {line: Reply.parse(line.decode()) for line in SHORT_REPLIES} == SHORT_REPLIES
    assert SHORT_REPLIES[b"200 result=49"].result == "49"
