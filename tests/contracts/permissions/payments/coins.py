"""Who may pass which door of coins, packs, films, bundles."""

from typing_extensions import override

from tests.contracts.permissions.asking import NOBODY
from tests.contracts.permissions.rules import (
    OPEN,
    PASS,
    PERSON,
    Needs,
    Open,
    Person,
    Service,
    Table,
)

KEY = {"idempotency-key": "a key that nobody else has"}
COINS = {"amount": 1, "subject": "film:x"}
PACK = {"name_fr": "Pirogue", "coins": 10, "amount": 100}
BUNDLE = {"title_fr": "Deux", "film_ids": [str(NOBODY)[:-1] + one for one in "12"], "amount": 100}


class PersonOrService(Person):
    """Whoever is signed in, about what is theirs; services of the suite, about anybody's."""

    @override
    def answers(self, visitor: str, method: str) -> set[str]:
        return {PASS} if visitor == "service" else super().answers(visitor, method)


TABLE: Table = {
    "GET /bundles": OPEN,
    "POST /bundles": Needs("money:write", body=BUNDLE),
    "GET /bundles/{bundle_id}": OPEN,
    "PATCH /bundles/{bundle_id}": Needs("money:write", body={"amount": 200}),
    "DELETE /bundles/{bundle_id}": Needs("money:write"),
    "POST /bundles/{bundle_id}/unlock": PERSON,
    "POST /coins/gifts": Person(body={"amount": 1, "account_id": str(NOBODY)}, headers=KEY),
    "POST /coins/house-gifts": Needs(
        "money:write", body={"account_id": str(NOBODY), "amount": 1, "reason": "x"}, headers=KEY
    ),
    "POST /coins/spends": PersonOrService(body=COINS, headers=KEY),
    "GET /film-terms": Needs("money:read"),
    "POST /films/{film_id}/start": PERSON,
    "POST /films/{film_id}/starts": Service(body={}),
    "GET /films/{film_id}/terms": Needs("money:read"),
    "PUT /films/{film_id}/terms": Needs("money:write", body={"coins": 10}),
    "DELETE /films/{film_id}/terms": Needs("money:write"),
    "POST /films/{film_id}/unlock": Person(body={}),
    "GET /grants/{grant_id}": PersonOrService(),
    "POST /grants/{grant_id}/refund": PERSON,
    "POST /grants/{grant_id}/start": PersonOrService(),
    "GET /me/grants": PERSON,
    "GET /me/wallet": PERSON,
    "GET /me/wallet/movements": PERSON,
    "GET /offers": Open(query="film_id=x"),
    "GET /packs": OPEN,
    "POST /packs": Needs("money:write", body=PACK),
    "GET /packs/all": Needs("money:read"),
    "PATCH /packs/{pack_id}": Needs("money:write", body={"amount": 200}),
    "DELETE /packs/{pack_id}": Needs("money:write"),
    "GET /wallets/{account_id}": Needs("money:read"),
    "GET /wallets/{account_id}/movements": Needs("money:read"),
}
