import pytest

from insurance.rules.verification import code_fits, verification_code


def test_a_code_is_the_policys_own_and_the_secrets():
    codes = {verification_code(policy, secret) for policy in ("XJ1", "XJ2") for secret in ("a", "b")}
    assert len(codes) == 4
    assert all(len(code) == 16 and code.isalnum() and code == code.lower() for code in codes)


def test_the_right_code_fits_however_its_letters_are_written():
    code = verification_code("XJ1", "a")
    assert code_fits(code, "XJ1", "a") and code_fits(code.upper(), "XJ1", "a")


@pytest.mark.parametrize(
    "code", ["", "a" * 16, verification_code("XJ2", "a"), verification_code("XJ1", "b"), "码" * 16, "\ud800"]
)
def test_another_code_does_not(code):
    assert not code_fits(code, "XJ1", "a")


def test_nothing_fits_without_a_secret():
    assert not code_fits(verification_code("XJ1", ""), "XJ1", "")
