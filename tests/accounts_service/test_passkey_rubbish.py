"""Whatever a browser, or somebody who plays one, sends for a passkey is refused, never a fault."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts_service.providers.webauthn import Passkeys
from kit.contracts.accounts.factors import PasskeyRefused
from tests.authenticator import Authenticator, decoded, encoded

CHARLIE = "charlie@example.org"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "rawId", "type", "response"]), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]
RESPONSES = st.dictionaries(
    st.sampled_from(FIELDS), st.binary(max_size=80).map(encoded) | JSON, max_size=5
)
OURS = Passkeys.of("", ["http://127.0.0.1:5062"], "Karangou")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(max_size=5), JSON, max_size=3), RESPONSES, st.binary(max_size=40))
def test_nonsense_is_refused_and_never_a_fault(
    rubbish: dict[str, Any], response: dict[str, Any], raw: bytes
) -> None:
    shaped = {"id": encoded(raw), "rawId": encoded(raw), "type": "public-key"}
    for answer in (rubbish, {**shaped, "response": response}):
        with pytest.raises(PasskeyRefused):
            OURS.added(answer, encoded(b"c" * 32))
        with pytest.raises(PasskeyRefused):
            OURS.verified(answer, encoded(b"c" * 32), _Stored())


@given(st.binary(max_size=200))
@settings(max_examples=150, deadline=None)
def test_a_damaged_attestation_is_refused_and_never_a_fault(damage: bytes) -> None:
    device = Authenticator()
    options, challenge = OURS.to_add(b"u" * 16, CHARLIE, "Charlie", [])
    answer = device.make(options)
    whole = decoded(answer["response"]["attestationObject"])
    answer["response"]["attestationObject"] = encoded(whole[: len(damage) % len(whole)] + damage)
    with pytest.raises(PasskeyRefused):
        OURS.added(answer, challenge)


class _Stored:
    credential_id = b"x"
    public_key = b"\xa1\x01\x02"
    sign_count = 0
    transports: list[str] = []
