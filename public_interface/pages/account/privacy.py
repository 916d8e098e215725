"""The rights of the person: what they agreed to, everything we know of them, being forgotten."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.errors import WrongCredentials
from kit.contracts.accounts.profiles import (
    Consent,
    ConsentChange,
    DeletionNew,
    DeletionPlan,
    Export,
    ProofNeeded,
    Purpose,
)
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import acting
from public_interface.forms import ConsentsForm, DeletionForm
from public_interface.pages.account.deeds import CONFIRM_FIRST, done, not_done
from public_interface.pages.account.frame import NOT_KEPT, back, show, words

router = APIRouter()
Mine = Annotated[AccountsClient, acting(AccountsClient)]
HERE = "/account/privacy"
VERSION = "2026-11"
CHOICES = {
    Purpose.newsletter: (
        mark("Recevoir la lettre"),
        mark("Les sorties et les séances, une fois par mois."),
    ),
    Purpose.recommendations: (
        mark("Des conseils selon ce que je regarde"),
        mark("Sinon, tout le monde voit les mêmes rangées."),
    ),
    Purpose.statistics: (
        mark("Compter mes visites"),
        mark("Pour savoir ce qui sert. Sans nom, sans autre site."),
    ),
}
STATES = {
    "queued": ("busy", mark("en préparation")),
    "ready": ("success", mark("prête")),
    "failed": ("danger", mark("échouée")),
    "expired": ("neutral", mark("expirée")),
}


class ChoiceView(Schema):
    purpose: str
    words: str
    hint: str
    is_granted: bool


class ExportView(Schema):
    id: UUID
    asked: str
    tone: str
    state: str
    is_ready: bool
    size: int


class PrivacyView(Schema):
    """`asks_password`: there is one, and deleting the account takes it."""

    choices: list[ChoiceView]
    exports: list[ExportView]
    is_under_way: bool
    deletion: DeletionPlan | None
    asks_password: bool
    errors: dict[str, str]


@router.get(HERE)
async def privacy(request: Request, mine: Mine) -> Response:
    return await _page(request, mine)


@router.post(f"{HERE}/consents")
async def change_consents(request: Request, mine: Mine) -> Response:
    """Note what changed, and only that: each word of a person is kept."""
    typed = await filled(request, ConsentsForm, words(request))
    granted = set(typed.form.granted) if typed.form else set()
    try:
        present = _granted((await mine.consents()).current)
        for purpose in CHOICES:
            if (purpose in granted) != (purpose in present):
                change = ConsentChange(granted=purpose in granted, version=VERSION)
                await mine.consent(purpose, change)
    except AppError as error:
        return not_done(request, error, HERE)
    return back(request, HERE, mark("Vos choix sont enregistrés."))


@router.post(f"{HERE}/exports")
async def ask_export(request: Request, mine: Mine) -> Response:
    text = mark("Nous rassemblons tout. Un e-mail vous dira quand l’archive est prête.")
    return await done(request, mine.ask_export(), HERE, text)


@router.get(HERE + "/exports/{export_id}")
async def download(export_id: UUID, mine: Mine) -> Response:
    archive = await mine.export_archive(export_id)
    name = f'attachment; filename="export-{export_id}.zip"'
    headers = {**NOT_KEPT, "Content-Disposition": name}
    return Response(archive, media_type="application/zip", headers=headers)


@router.post(f"{HERE}/deletion")
async def plan_deletion(request: Request, mine: Mine) -> Response:
    say = words(request)
    typed = await filled(request, DeletionForm, say)
    if typed.form is None:
        return await _page(request, mine, typed.errors)
    wish = DeletionNew(password=typed.form.password) if typed.form.password else DeletionNew()
    try:
        await mine.plan_deletion(wish)
    except WrongCredentials:
        return await _page(request, mine, {"password": say(mark("Tapez votre mot de passe."))})
    except ProofNeeded:
        return back(request, f"/account/confirm?next={HERE}", CONFIRM_FIRST, "info")
    except AppError as error:
        return not_done(request, error, HERE)
    return back(request, HERE, mark("La suppression est prévue. Vous pouvez encore la reprendre."))


@router.post(f"{HERE}/deletion/withdrawal")
async def keep_account(request: Request, mine: Mine) -> Response:
    kept = mark("Votre compte reste. Rien n’a été supprimé.")
    return await done(request, mine.take_back_deletion(), HERE, kept)


async def _page(request: Request, mine: Mine, errors: dict[str, str] | None = None) -> Response:
    say = words(request)
    found = await mine.privacy()
    granted = _granted(found.consents.current)
    view = PrivacyView(
        choices=[
            ChoiceView(
                purpose=purpose, words=say(text), hint=say(hint), is_granted=purpose in granted
            )
            for purpose, (text, hint) in CHOICES.items()
        ],
        exports=[_export(each, say) for each in found.exports],
        is_under_way=any(each.state == "queued" for each in found.exports),
        deletion=found.deletion,
        asks_password=(await mine.factors()).has_password,
        errors=errors or {},
    )
    return show(request, "privacy", view, 422 if errors else 200)


def _granted(current: list[Consent]) -> set[Purpose]:
    return {each.purpose for each in current if each.granted}


def _export(each: Export, say: Language) -> ExportView:
    tone, state = STATES[each.state]
    return ExportView(
        id=each.id,
        asked=say.moment(each.requested_at),
        tone=tone,
        state=say(state),
        is_ready=each.state == "ready",
        size=each.size or 0,
    )
