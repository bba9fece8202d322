"""AMI over TLS: whom the client trusts, and what happens on the wrong port."""

import pytest

from asterisk_py_ami import ConnectionState, LoginMethod, LoginTimeoutError, TlsError
from asterisk_py_ami.events import FullyBooted
from tests.live.ami import QUICKLY, Watch, client, mark, run_of, trusting, within
from tools.asterisk import Asterisk


@pytest.mark.parametrize("login", list(LoginMethod))
async def test_a_client_that_trusts_the_authority_logs_in_and_gets_events(pbx: Asterisk, login: LoginMethod) -> None:
    ami = client(pbx, ssl=trusting(pbx), login=login)
    watch = Watch(ami)
    async with ami:
        await ami.ping()
        await mark(ami, watch)
    assert isinstance(watch.events[0], FullyBooted)


async def test_an_answer_larger_than_a_tls_record_arrives_whole(pbx: Asterisk) -> None:
    async with client(pbx, ssl=trusting(pbx)) as ami:
        response = await ami.send("Command", {"Command": "module show"})
    assert len(response.raw) > 16_384
    assert response.output[-1].endswith("modules loaded")


async def test_an_untrusted_certificate_is_fatal_and_nothing_is_retried(pbx: Asterisk) -> None:
    ami = client(pbx, ssl=True, policy=QUICKLY, retry_first=True)
    states = ami.states()
    with pytest.raises(TlsError, match="certificate verify failed") as caught:
        await within(ami.connect())
    assert caught.value.certificate
    assert not caught.value.is_retryable
    assert await run_of(states) == ["CONNECTING", "DISCONNECTED"]


async def test_a_certificate_for_another_name_is_fatal(our_pbx: Asterisk) -> None:
    # Another spelling of 127.0.0.1, and none of the two names on the certificate.
    ami = client(our_pbx, host="127.1", ssl=trusting(our_pbx), policy=QUICKLY, retry_first=True)
    with pytest.raises(TlsError, match="certificate verify failed: Hostname mismatch") as caught:
        await within(ami.connect())
    assert caught.value.certificate
    assert ami.state is ConnectionState.DISCONNECTED


async def test_a_certificate_is_good_for_each_of_its_names(our_pbx: Asterisk) -> None:
    async with client(our_pbx, host="localhost", ssl=trusting(our_pbx)) as ami:
        await ami.ping()


async def test_a_plain_client_on_the_tls_port_waits_in_vain_for_a_banner(pbx: Asterisk) -> None:
    ami = client(pbx, port=pbx.ami_tls_port, timeout=0.5)
    with pytest.raises(LoginTimeoutError, match=f":{pbx.ami_tls_port} did not complete the login"):
        await within(ami.connect())
    assert ami.state is ConnectionState.DISCONNECTED


async def test_a_tls_client_on_the_plain_port_is_told_that_this_is_no_tls(pbx: Asterisk) -> None:
    ami = client(pbx, ssl=trusting(pbx), port=pbx.ami_port)
    with pytest.raises(TlsError, match="WRONG_VERSION_NUMBER") as caught:
        await within(ami.connect())
    assert not caught.value.certificate
    assert caught.value.is_retryable
