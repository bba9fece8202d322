"""Attaching to an Asterisk that runs already."""

from collections.abc import Callable

import pytest

from tools.asterisk import Asterisk, AttachError, NotOwnedError, User, attach, find

LOCAL = {
    "ASTERISK_HOST": "127.0.0.1",
    "ASTERISK_AMI_USERNAME": "me",
    "ASTERISK_AMI_SECRET": "pa55",
}


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_is_accepted(host: str) -> None:
    assert attach({**LOCAL, "ASTERISK_HOST": host}).host == host


@pytest.mark.parametrize("host", ["192.0.2.1", "0.0.0.0", "::", "pbx.example", "localhost.example"])  # noqa: S104 - refused
def test_another_machine_is_refused(host: str) -> None:
    with pytest.raises(AttachError, match="ASTERISK_ALLOW_REMOTE=1"):
        attach({**LOCAL, "ASTERISK_HOST": host})


@pytest.mark.parametrize("value", ["", "0", "yes"])
def test_another_machine_is_refused_unless_allowed_in_the_one_right_way(value: str) -> None:
    with pytest.raises(AttachError, match=r"192\.0\.2\.1"):
        attach({**LOCAL, "ASTERISK_HOST": "192.0.2.1", "ASTERISK_ALLOW_REMOTE": value})


def test_another_machine_is_accepted_when_allowed() -> None:
    assert attach({**LOCAL, "ASTERISK_HOST": "192.0.2.1", "ASTERISK_ALLOW_REMOTE": "1"}).host == "192.0.2.1"


def test_ports_are_the_customary_ones_or_those_given() -> None:
    pbx = attach({**LOCAL, "ASTERISK_HTTP_PORT": "18088"})
    assert (pbx.ami_port, pbx.ami_tls_port, pbx.http_port, pbx.agi_port) == (5038, 5039, 18088, 4573)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "5038x", "5 038", "\u0665\u0660"])  # The last: Arabic digits.
def test_a_port_that_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(AttachError, match="ASTERISK_AMI_PORT must be a port number"):
        attach({**LOCAL, "ASTERISK_AMI_PORT": text})


@pytest.mark.parametrize("missing", [*LOCAL])
def test_a_missing_variable_is_named(missing: str) -> None:
    with pytest.raises(AttachError, match=f"{missing} is not set"):
        attach({name: value for name, value in LOCAL.items() if name != missing})


def test_ari_needs_both_name_and_secret_or_neither() -> None:
    with pytest.raises(AttachError, match="ASTERISK_ARI_SECRET is not set"):
        attach({**LOCAL, "ASTERISK_ARI_USERNAME": "ari"})
    with pytest.raises(AttachError, match=r"no user 'ari' .* only admin"):
        attach(LOCAL).user("ari")


def test_users_are_those_given_and_do_not_show_their_secret() -> None:
    pbx = attach({**LOCAL, "ASTERISK_ARI_USERNAME": "you", "ASTERISK_ARI_SECRET": "wo4d"})
    assert pbx.user() == User("me", "pa55")
    assert pbx.user("ari") == User("you", "wo4d")
    assert "pa55" not in repr(pbx.user())


def test_a_certificate_authority_is_used_only_when_given() -> None:
    with pytest.raises(AttachError, match="ASTERISK_CA_FILE"):
        _ = attach(LOCAL).ca_file
    assert str(attach({**LOCAL, "ASTERISK_CA_FILE": "/own/ca.pem"}).ca_file) == "/own/ca.pem"


@pytest.mark.parametrize(
    "call",
    [
        Asterisk.stop,
        Asterisk.kill,
        Asterisk.restart,
        Asterisk.freeze,
        Asterisk.thaw,
        Asterisk.wait_booted,
        Asterisk.log_text,
        lambda pbx: pbx.cli("core stop now"),
        lambda pbx: pbx.add_script("name", "text"),
        lambda pbx: pbx.pid,
    ],
)
def test_an_attached_asterisk_is_left_alone(call: Callable[[Asterisk], object]) -> None:
    pbx = attach(LOCAL)
    assert not pbx.owned
    with pytest.raises(NotOwnedError, match=r"127\.0\.0\.1 is attached"):
        call(pbx)


def test_leaving_the_context_of_an_attached_asterisk_does_nothing() -> None:
    with find(LOCAL) as pbx:
        assert pbx.is_running
    pbx.close()
    assert pbx.is_running
