"""The secrets of cities' providers, as they lie in the database."""

import base64

import pytest

from app.adapters.sealing import seal, unseal

KEY, SECRET = b"k" * 32, "salaisuus ✨"


def test_only_the_same_key_opens_it_and_no_two_look_alike() -> None:
    sealed = [seal(KEY, SECRET) for _ in range(50)]
    assert len(set(sealed)) == 50
    assert {unseal(KEY, one) for one in sealed} == {SECRET}
    assert unseal(b"j" * 32, sealed[0]) is None
    assert SECRET not in base64.urlsafe_b64decode(sealed[0]).decode("latin-1")


def test_every_altered_bit_is_noticed() -> None:
    content = base64.urlsafe_b64decode(seal(KEY, SECRET))
    for bit in range(8 * len(content)):
        altered = bytearray(content)
        altered[bit // 8] ^= 1 << bit % 8
        assert unseal(KEY, base64.urlsafe_b64encode(altered).decode()) is None


@pytest.mark.parametrize("nothing", ["", "x", "äö", "AAAA", "A" * 15, "A" * 16, "gAAAAABh not ours", "=" * 8])
def test_what_was_never_sealed_is_no_secret(nothing: str) -> None:
    assert unseal(KEY, nothing) is None
