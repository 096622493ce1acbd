from datetime import UTC, datetime

import pytest

from insurance.rules.signed_link import has_expired, link_signature, signature_fits

RIGHT = link_signature("XJ1", 1000, "a")


def test_a_signature_is_the_policys_the_times_and_the_secrets_own():
    every = {link_signature(no, at, secret) for no in ("XJ1", "XJ2") for at in (1000, 1001) for secret in ("a", "b")}
    assert len(every) == 8
    assert all(len(one) == 32 and one.isalnum() for one in every)
    assert signature_fits(RIGHT, "XJ1", 1000, "a")


@pytest.mark.parametrize(
    ("signature", "policy_no", "expires", "secret"),
    [
        (RIGHT, "XJ2", 1000, "a"),
        (RIGHT, "XJ1", 1001, "a"),
        (RIGHT, "XJ1", 1000, "b"),
        (RIGHT[:-1], "XJ1", 1000, "a"),
        (RIGHT.upper(), "XJ1", 1000, "a"),
        ("", "XJ1", 1000, "a"),
        ("签", "XJ1", 1000, "a"),
        ("\ud800", "XJ1", 1000, "a"),
        (link_signature("XJ1", 1000, ""), "XJ1", 1000, ""),
    ],
)
def test_nothing_else_fits(signature, policy_no, expires, secret):
    assert not signature_fits(signature, policy_no, expires, secret)


def test_the_last_second_still_counts():
    assert not has_expired(1000, datetime.fromtimestamp(1000.999, UTC))
    assert has_expired(1000, datetime.fromtimestamp(1001, UTC))
