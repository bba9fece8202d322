"""Masks secrets in what goes to a wire log.

It takes whole messages, as they are on the wire: a header whose name and value come in two calls is not recognised.
"""

import re
from typing import TypeVar

__all__ = ["redact"]

T = TypeVar("T", str, bytes)

# A word that names a secret: `Secret`, `Password2`, `X-Api-Key`, `md5_cred`, `refresh_token`. Each use below looks
# ahead first, once per word, that its sign (a colon, `=`) follows. Otherwise `passwordpassword...` would be scanned to
# its end again from each `password` in it, and a peer could make logging as slow as it likes.
_WORD = r"[\w-]*?(?:passw(?:or)?d|passphrase|pwd|secret|md5_?cred|api[_-]?key|token)[\w-]*+"
# Header names that are secret as a whole; `Key` is the MD5 answer of an AMI login, and a session cookie is a login.
_HEADER = r"(?:key|(?:proxy-)?authorization|(?:set-)?cookie)(?![\w-])"

_JSON_NAME = rf"\"(?=[\w-]++\"\s*+:)(?:(?:proxy-)?authorization|{_WORD})\"\s*+:\s*+"

# The rest of a line. A CR ends it only before LF or as the last byte: a lone one is part of the secret.
_REST_OF_LINE = r"[^\r\n]*+(?:\r(?=[^\n])[^\r\n]*+)*+"

# Group 1 is what stays; what follows it is the secret.
_PATTERNS = (
    # AMI and HTTP headers, but for `UsingPassword` of a SuccessfulAuth event, which is 0 or 1.
    rf"(^[ \t]*+(?!using)(?=[\w-]++[ \t]*+:)(?:{_HEADER}|{_WORD})[ \t]*+:[ \t]*+){_REST_OF_LINE}",
    # The lines of a configuration file as AMI's GetConfig sends them: `Line-000000-000003: secret=...`.
    rf"(^Line-\d++-\d++:[ \t]*+(?=[\w-]++[ \t]*+=){_WORD}[ \t]*+=[ \t]*+){_REST_OF_LINE}",
    # The variables of a channel, one to a header: to the end of the line, for a value may hold spaces.
    rf"(^\w*Variable(?:\([^)\r\n]*+\))?+:[ \t]*+(?=[\w-]++=){_WORD}=){_REST_OF_LINE}",
    # What UpdateConfig writes: the name is in another header (`Var-000000: secret`), so every value is masked.
    rf"(^Value-\d++:[ \t]*+){_REST_OF_LINE}",
    # Parameters of URLs and request lines, and channel variables.
    rf"((?<![\w-])(?=[\w-]++=){_WORD}=\"?+)[^&\s\"'<>]++",
    # The password of a URL: from the first colon after `//` to the last `@` before the path.
    r"(://[^\s/?#@:\"<>]*+:)[^\s/?#\"<>]*(?=@)",
    # JSON members: a string (masked to the end of the text where it is cut off), and anything else without brackets.
    rf"({_JSON_NAME}\")[^\"\\]*+(?:\\.[^\"\\]*+)*+\\?+",
    rf"({_JSON_NAME})[\w.+-]++",
)
_FLAGS = re.ASCII | re.IGNORECASE | re.MULTILINE | re.DOTALL
_FOR_TEXT = tuple(re.compile(pattern, _FLAGS) for pattern in _PATTERNS)
_FOR_BYTES = tuple(re.compile(pattern.encode(), _FLAGS) for pattern in _PATTERNS)


def redact(message: T) -> T:
    """Return *message* with every secret in it as ``***``; all other text or bytes are as they were.

    Masked are the values of AMI and HTTP headers (``Secret``, ``Key``, ``Authorization``, ``Cookie`` and names that
    speak of a password, secret, token or API key), of parameters and JSON members of such names, and the password of a
    URL. The time taken is linear in the length, whatever the peer sent.
    """
    if isinstance(message, str):
        for text_pattern in _FOR_TEXT:
            message = text_pattern.sub(r"\1***", message)
    else:
        for bytes_pattern in _FOR_BYTES:
            message = bytes_pattern.sub(rb"\1***", message)
    return message
