"""Where an address is, and which passwords leaked: by files the house may have, or not."""

from hashlib import sha1
from pathlib import Path

import pytest

from accounts_service.providers.breached import Breached
from accounts_service.providers.places import Place, Places
from kit.contracts.accounts import WeakPassword
from tests.factories.places import a_table_of_places

LOME = {
    "city": {"names": {"fr": "Lomé", "en": "Lome"}},
    "country": {"iso_code": "TG", "names": {"fr": "Togo", "en": "Togo"}},
}
LEAKED = [f"leaked password {number}" for number in range(500)]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(str(a_table_of_places(tmp_path / "places.mmdb", "192.0.2.0/24", LOME)))


@pytest.fixture(params=["{}\n", "{}:17\r\n"])
def breached(tmp_path: Path, request: pytest.FixtureRequest) -> Breached:
    hashes = sorted(sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in LEAKED)
    file = tmp_path / "leaked.txt"
    file.write_bytes("".join(request.param.format(one) for one in hashes).encode())
    return Breached(str(file))


def test_a_place_is_said_in_the_language_of_who_reads_it(places: Places) -> None:
    assert places.of("192.0.2.77", "fr") == Place("TG", "Lomé, Togo")
    assert places.of("192.0.2.77", "en") == Place("TG", "Lome, Togo")
    places.close()


@pytest.mark.parametrize("address", ["198.51.100.1", "2001:db8::1", "portal", ""])
def test_an_address_that_nobody_knows_is_nowhere(places: Places, address: str) -> None:
    assert places.of(address) == Place()
    places.close()


def test_without_a_table_every_address_is_nowhere() -> None:
    none = Places("")
    assert none.of("192.0.2.77") == Place()
    none.close()


async def test_every_password_of_the_file_is_refused(breached: Breached) -> None:
    for password in LEAKED:
        with pytest.raises(WeakPassword):
            await breached.check(password)


async def test_a_password_that_is_not_in_the_file_is_taken(breached: Breached) -> None:
    for number in range(500):
        await breached.check(f"kept password {number}")


async def test_without_a_file_nothing_has_leaked() -> None:
    await Breached("").check(LEAKED[0])
