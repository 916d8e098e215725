"""One's own profile, avatars, and the public pages of makers."""

import io

import pytest
from fastapi import FastAPI
from PIL import Image
from pydantic import ValidationError

from accounts_service.rules import profiles as rules
from kit.contracts.accounts import AccountsClient, SignedIn
from kit.contracts.accounts.profiles import (
    AvatarNotFound,
    AvatarUnreadable,
    Link,
    MakerNotFound,
    NotAMaker,
    Profile,
    ProfileChange,
    ProfileSlugTaken,
    ViewingProfileChange,
    ViewingProfileNew,
)
from kit.errors import TooLarge, Unauthenticated
from kit.schema import Schema
from tests.factories.accounts import a_viewer, an_admin, an_owner, as_stranger

PLACE = 34853  # the EXIF tag of where a photograph was taken


def acting(app: FastAPI, who: SignedIn) -> AccountsClient:
    return as_stranger(app).acting(who.access_token)


def a_photograph(width: int = 900, height: int = 600, kind: str = "JPEG") -> bytes:
    """Return a picture that says where it was taken."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    exif[PLACE] = {1: "N", 2: (6.0, 7.0, 54.0)}
    Image.new("RGB", (width, height), "#7a5cc7").save(out, kind, exif=exif)
    return out.getvalue()


async def test_a_stranger_has_no_profile(app: FastAPI) -> None:
    with pytest.raises(Unauthenticated):
        await as_stranger(app).profile()


async def test_a_profile_is_empty_until_something_is_said(app: FastAPI) -> None:
    charlie = await a_viewer(app)
    found = await acting(app, charlie).profile()
    assert found == Profile(
        account_id=charlie.account.id,
        name="Charlie",
        avatar=None,
        language=None,
        country=None,
        bio="",
        links=(),
        slug=None,
        is_public=False,
        may_be_public=False,
    )


async def test_what_is_left_out_stays_and_null_empties(app: FastAPI) -> None:
    me = acting(app, await a_viewer(app))
    link = Link.model_validate({"label": "Site", "url": "https://example.org/charlie"})
    await me.change_profile(
        ProfileChange(
            name="Charlie K.", language="fr", country="TG", bio="Né à Lomé", links=(link,)
        )
    )
    found = await me.change_profile(ProfileChange(country=None, bio="Vit à Cotonou"))
    assert (found.name, found.language, found.country) == ("Charlie K.", "fr", None)
    assert (found.bio, found.links) == ("Vit à Cotonou", (link,))
    assert await me.profile() == found
    assert (await me.me()).name == "Charlie K."


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://example.org", "example.org", ""])
def test_a_link_leads_to_the_web_or_nowhere(url: str) -> None:
    with pytest.raises(ValidationError):
        Link.model_validate({"label": "Site", "url": url})


async def test_an_avatar_is_square_small_and_says_nothing_of_its_place(app: FastAPI) -> None:
    me = acting(app, await a_viewer(app))
    found = (await me.set_avatar(a_photograph())).avatar
    assert found is not None
    content = await as_stranger(app).avatar(found.address(200))
    with Image.open(io.BytesIO(content)) as shown:
        assert (shown.format, shown.size) == ("WEBP", (256, 256))
        assert not shown.getexif()
    assert b"A camera" not in content


async def test_a_new_avatar_has_a_new_address_and_the_old_one_is_gone(app: FastAPI) -> None:
    me = acting(app, await a_viewer(app))
    before = (await me.set_avatar(a_photograph())).avatar
    after = (await me.set_avatar(a_photograph(kind="PNG"))).avatar
    assert before is not None
    assert after is not None
    assert before.path != after.path
    with pytest.raises(AvatarNotFound):
        await me.avatar(before.address(96))
    assert (await me.delete_avatar()).avatar is None
    with pytest.raises(AvatarNotFound):
        await me.avatar(after.address(96))


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8"]
)
async def test_what_is_no_picture_is_refused(app: FastAPI, content: bytes) -> None:
    me = acting(app, await a_viewer(app))
    with pytest.raises(AvatarUnreadable):
        await me.set_avatar(content)


async def test_a_picture_has_a_limit(app: FastAPI) -> None:
    me = acting(app, await a_viewer(app))
    with pytest.raises(TooLarge):
        await me.set_avatar(bytes(10_000_001))


async def test_a_viewer_has_no_public_page(app: FastAPI) -> None:
    me = acting(app, await a_viewer(app))
    with pytest.raises(NotAMaker):
        await me.change_profile(ProfileChange(is_public=True))


async def test_a_makers_page_is_public_once_they_say_so(app: FastAPI) -> None:
    dana = await an_owner(app)
    me = acting(app, dana)
    with pytest.raises(MakerNotFound):
        await as_stranger(app).maker(str(dana.account.id))
    found = await me.change_profile(ProfileChange(bio="Cinéaste", is_public=True))
    assert found.slug == "dana-agbeko"
    page = await as_stranger(app).maker("dana-agbeko")
    assert (page.id, page.name, page.bio) == (dana.account.id, "Dana Agbeko", "Cinéaste")
    assert await as_stranger(app).maker(str(dana.account.id)) == page
    assert (await as_stranger(app).makers()).items == [page]
    assert "@" not in page.model_dump_json()
    await me.change_profile(ProfileChange(is_public=False))
    with pytest.raises(MakerNotFound):
        await as_stranger(app).maker("dana-agbeko")
    assert (await as_stranger(app).makers()).items == []


async def test_two_pages_never_share_an_address(app: FastAPI) -> None:
    dana = acting(app, await an_owner(app))
    bob = acting(app, await an_admin(app))
    await dana.change_profile(ProfileChange(is_public=True, slug="cinema"))
    with pytest.raises(ProfileSlugTaken):
        await bob.change_profile(ProfileChange(slug="cinema"))
    found = await bob.change_profile(ProfileChange(name="Cinéma!", is_public=True))
    assert found.slug == "cinema-2"


@pytest.mark.parametrize(
    ("name", "address"),
    [("Aïssa N’Diaye", "aissa-n-diaye"), ("Bo", "page-bo"), ("映画", "page"), ("x" * 80, "x" * 50)],
)
def test_a_name_becomes_an_address(name: str, address: str) -> None:
    assert rules.slug(name) == address


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (ProfileChange, {"name": "A\0"}),
        (ProfileChange, {"bio": "\0"}),
        (Link, {"label": "a\0", "url": "https://example.org"}),
        (ViewingProfileNew, {"name": "\0a"}),
        (ViewingProfileChange, {"name": "a\0a"}),
    ],
)
def test_what_the_database_cannot_keep_is_refused(
    kind: type[Schema], values: dict[str, str]
) -> None:
    with pytest.raises(ValidationError):
        kind.model_validate(values)
