import re
from pathlib import Path

import pytest

from asterisk_py_core.redaction import redact

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"


def both(text: str) -> str:
    """What becomes of *text*, which must not depend on whether it is text or bytes."""
    redacted = redact(text)
    assert redact(text.encode()) == redacted.encode()
    assert redact(redacted) == redacted
    return redacted


@pytest.mark.parametrize(
    ("transcript", "secret", "header"),
    [
        ("ami-login-ok-ping-logoff", b"test", b"Secret"),
        ("ami-login-fail", b"wrong", b"Secret"),
        ("ami-login-md5", b"bbec02b7732a1c08a0ee41d8d6ba99fa", b"Key"),
    ],
)
def test_021_a_recorded_login_is_masked_and_otherwise_intact(transcript: str, secret: bytes, header: bytes) -> None:
    wire = (TRANSCRIPTS / f"{transcript}.c2s.bin").read_bytes()
    line = next(line for line in wire.split(b"\r\n") if line.startswith(header + b": "))
    assert secret in line or header == b"Secret"
    assert redact(wire) == wire.replace(line, header + b": ***")


@pytest.mark.parametrize("path", sorted(TRANSCRIPTS.glob("*2?.bin")), ids=lambda path: path.name)
def test_021_what_holds_no_secret_is_byte_for_byte_intact(path: Path) -> None:
    wire = path.read_bytes()
    lines = wire.split(b"\n")
    redacted = redact(wire).split(b"\n")
    assert len(redacted) == len(lines)
    changed = [(line, masked) for line, masked in zip(lines, redacted, strict=True) if line != masked]
    # A header's value goes whole, the value of a parameter in a URL for itself.
    headers = [
        (line, masked) for line, masked in changed if line.startswith((b"Secret: ", b"Key: ", b"Authorization: "))
    ]
    assert all(masked == line.partition(b":")[0] + b": ***\r" for line, masked in headers)
    parameters = [change for change in changed if change not in headers]
    assert all(masked == re.sub(rb"(?<=[?&]api_key=)[^& ]+", b"***", line) for line, masked in parameters)


@pytest.mark.parametrize(
    "name",
    [
        *("Secret", "SECRET", "secret", "Key", "key", "Password", "Password2", "MD5Secret", "Passwd", "Passphrase"),
        *(
            "Authorization",
            "Proxy-Authorization",
            "X-Auth-Password",
            "X-Api-Key",
            "X-My-Token",
            "Md5Cred",
            "OauthSecret",
        ),
        *("Cookie", "Set-Cookie", "RefreshToken"),
    ],
)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", ""])
@pytest.mark.parametrize("separator", [": ", ":", " :\t"])
def test_a_secret_header_is_masked_to_the_end_of_its_line(name: str, separator: str, end: str) -> None:
    assert both(f"A: 1\r\n{name}{separator}s3 c: r\tt{end}") == f"A: 1\r\n{name}{separator}***{end}"


def test_a_lone_carriage_return_does_not_end_a_secret() -> None:
    assert both("Secret: one\rtwo\r\rthree\r\nNext: x\r\n") == "Secret: ***\r\nNext: x\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "Keyed: value\r\n",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n",
        "Username: admin\r\n",
        "Secret\r\n",
        "AppData: the secret is out\r\n",
        "Challenge: 123456789\r\n",
        "UsingPassword: 0\r\n",
        "GET /ari/channels?app=demo HTTP/1.1\r\n",
        "http://pbx:8088/path@here",
        '{"url":"http://pbx:8088","mail":"a@b"}',
        '{"username": "admin", "secrets": {"a": 1}}',
        "passwordpasswordpassword",
        "",
    ],
)
def test_what_only_looks_like_a_secret_is_left_alone(text: str) -> None:
    assert both(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "GET /ari/events?app=demo&api_key=ari:s3cr3t&subscribeAll=true HTTP/1.1\r\n",
            "GET /ari/events?app=demo&api_key=***&subscribeAll=true HTTP/1.1\r\n",
        ),
        ("ws://pbx:8088/ari/events?API_KEY=ari%3As3", "ws://pbx:8088/ari/events?API_KEY=***"),
        ("https://ari:s3cr3t@pbx:8089/ari", "https://ari:***@pbx:8089/ari"),
        ("ws://ari:s3@cr3t@pbx/ari?x=a@b", "ws://ari:***@pbx/ari?x=a@b"),
        ("Variable: SIP_PASSWORD=s3cr3t\r\n", "Variable: SIP_PASSWORD=***\r\n"),
        ("Variable: SIP_PASSWORD=s3 cr 3t\r\nA: b", "Variable: SIP_PASSWORD=***\r\nA: b"),
        ("ChanVariable(SIP/1-2): PIN_TOKEN=s3 cr\r\n", "ChanVariable(SIP/1-2): PIN_TOKEN=***\r\n"),
        ("Var-000001: secret\r\nValue-000001: s3 cr 3t\r\n", "Var-000001: secret\r\nValue-000001: ***\r\n"),
        ('Digest password="s3cr3t", x="y"', 'Digest password="***", x="y"'),
        ("Line-000000-000003: secret=s3&cr 3t\r\n", "Line-000000-000003: secret=***\r\n"),
        ("Line-000000-000004: secretary = s\r\n", "Line-000000-000004: secretary = ***\r\n"),
    ],
)
def test_secrets_in_urls_and_parameters_are_masked(text: str, masked: str) -> None:
    assert both(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ('{"password": "s3cr3t", "a": 1}', '{"password": "***", "a": 1}'),
        ('{"Api_Key" : "s3\\"cr\\\\", "a": 1}', '{"Api_Key" : "***", "a": 1}'),
        ('{"password":1234,"secret":null,"a":[1]}', '{"password":***,"secret":***,"a":[1]}'),
        ('{"password":"cut off', '{"password":"***'),
        ('{"password":"cut off\\', '{"password":"***'),
        ('{"authorization": "Basic YTpi"}', '{"authorization": "***"}'),
        (
            '{"fields":[{"password":"a"},{"auth_password":"b"}]}',
            '{"fields":[{"password":"***"},{"auth_password":"***"}]}',
        ),
    ],
)
def test_secrets_in_json_are_masked(text: str, masked: str) -> None:
    assert both(text) == masked


def test_bytes_that_are_no_utf8_survive() -> None:
    assert redact(b"CallerIDName: Ren\xe9\r\nSecret: caf\xe9\r\n") == b"CallerIDName: Ren\xe9\r\nSecret: ***\r\n"
