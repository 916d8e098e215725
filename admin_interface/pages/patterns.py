"""Every component in every state, for whoever draws them: the page one looks at after a change."""

from fastapi import APIRouter, Request, Response

from admin_interface.pages.desk import show
from admin_interface.pages.staff import Staff
from kit.schema import Schema

router = APIRouter()


class Card(Schema):
    """What a poster and a hero are drawn from."""

    href: str = "/_patterns"
    watch_href: str = "/_patterns"
    title: str = "L’heure bleue"
    note: str = "2023 · 1 h 42"
    picture: None = None
    access: str = "public"
    age: int | None = None
    price: str = ""
    facts: list[str] = ["2023", "Togo", "1 h 42", "français"]
    teaser: str = "Avant que le village ne s’éveille, le soleil monte derrière le grand baobab."
    action: str = "Regarder"
    symbol: str = "play"


class PatternsView(Schema):
    cards: list[Card]


@router.get("/_patterns")
async def patterns(request: Request, staff: Staff) -> Response:
    cards = [
        Card(),
        Card(title="Vertige", access="ppv", price="500 F"),
        Card(title="Les tisserands du petit matin", access="vip", note="", age=12),
    ]
    return show(request, "pages/patterns.html", PatternsView(cards=cards))
