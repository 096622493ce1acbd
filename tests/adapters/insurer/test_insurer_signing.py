from datetime import UTC, datetime, timedelta

import pytest

from insurance.adapters.insurer.signing import WINDOW, SigningKey
from insurance.adapters.ports import SignatureInvalid

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
KEY = SigningKey("k1", b"secret")


def headers() -> dict[str, str]:
    return KEY.sign("POST", "/jx/policies?x=1", b'{"a":1}', "request-1", NOW)


def test_the_signature_is_of_the_five_lines_of_the_manual() -> None:
    # printf 'POST\n/p\n1788249600\nr\n%s' "$(printf '' | sha256sum | cut -d' ' -f1)" | openssl dgst -sha256 -hmac secret
    signed = KEY.sign("post", "/p", b"", "r", NOW)
    assert signed["x-timestamp"] == "1788249600"
    assert signed["x-signature"] == "06f258e80e828874ce8231575c34f1c8229930e337def5a3a299898c34ff7f3b"


def test_what_was_signed_is_believed_within_the_window() -> None:
    for moved in (timedelta(0), WINDOW, -WINDOW):
        KEY.verify("POST", "/jx/policies?x=1", b'{"a":1}', headers(), NOW + moved)


def test_names_of_headers_may_be_written_in_any_case() -> None:
    upper = {name.upper(): value for name, value in headers().items()}
    KEY.verify("POST", "/jx/policies?x=1", b'{"a":1}', upper, NOW)


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("PUT", "/jx/policies?x=1", b'{"a":1}'),
        ("POST", "/jx/policies?x=2", b'{"a":1}'),
        ("POST", "/jx/policies?x=1", b'{"a":2}'),
    ],
)
def test_every_part_is_signed(method: str, target: str, body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        KEY.verify(method, target, body, headers(), NOW)


def test_a_request_id_can_not_be_exchanged() -> None:
    with pytest.raises(SignatureInvalid):
        KEY.verify("POST", "/jx/policies?x=1", b'{"a":1}', headers() | {"x-request-id": "request-2"}, NOW)


def test_a_secret_does_not_show_in_a_printed_key() -> None:
    assert "secret" not in repr(KEY)
