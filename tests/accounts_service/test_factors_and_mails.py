"""Second factors meet links in mails: neither stands in for the other."""

import pytest
from fastapi import FastAPI

from kit.contracts.accounts.factors import PasskeyRefused, SecondFactor, SecondFactorNeeded
from kit.contracts.accounts.identity import LinkKind, LinkNew, LinkSpent, LinkUse, SignUp
from tests.accounts_service.mails import Mails, token_in
from tests.authenticator import Authenticator
from tests.factories.accounts import PASSWORD, a_viewer, as_stranger
from tests.factories.factors import passkey_sign_in, with_app, with_passkey

CHARLIE = "charlie@example.org"


async def mailed(app: FastAPI, mails: Mails) -> str:
    await as_stranger(app).ask_link(LinkNew(email=CHARLIE, kind=LinkKind.sign_in))
    return token_in(await mails.next("account.sign_in_link"))


async def test_a_link_does_not_replace_the_second_step(app: FastAPI, mails: Mails) -> None:
    phone = await with_app(app, await a_viewer(app))
    token = await mailed(app, mails)
    with pytest.raises(SecondFactorNeeded) as caught:
        await as_stranger(app).use_link(LinkUse(token=token))
    with pytest.raises(LinkSpent):
        await as_stranger(app).use_link(LinkUse(token=token))
    step = SecondFactor(challenge=caught.value.challenge, recovery_code=phone.recovery_codes[0])
    assert (await as_stranger(app).second_factor(step)).account.email == CHARLIE


async def test_what_a_squatter_enrolled_is_gone_once_the_mail_is_read(
    app: FastAPI, mails: Mails
) -> None:
    squatter = await as_stranger(app).sign_up(
        SignUp(email=CHARLIE, name="Not Charlie", password=PASSWORD)
    )
    device = Authenticator()
    await with_passkey(app, squatter, device)
    used = await as_stranger(app).use_link(LinkUse(token=await mailed(app, mails)))
    assert used.signed_in is not None
    factors = await as_stranger(app).acting(used.signed_in.access_token).factors()
    assert (factors.passkeys, factors.recovery_codes_left) == ((), 0)
    with pytest.raises(PasskeyRefused):
        await passkey_sign_in(app, device)
