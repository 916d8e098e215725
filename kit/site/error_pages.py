"""What a visitor sees when something went wrong: one table from status to page."""

from fastapi import Request
from fastapi.responses import HTMLResponse

from kit.i18n import mark
from kit.schema import Schema
from kit.site.render import Site, render


class ErrorText(Schema):
    """`action` is the one thing to do, `href` where it leads.

    Empty, it leads to the page where one signs in (401), or to the same page again.
    """

    motif: str
    title: str
    text: str
    action: str
    href: str = ""


class ErrorView(ErrorText):
    status: int
    request_id: str
    retry_after: int = 0


HOME = mark("Retour à l’accueil")
AGAIN = mark("Réessayer")
PAGES = {
    400: ErrorText(
        motif="knot",
        title=mark("Cette demande est illisible"),
        text=mark("L’adresse ou le formulaire contient quelque chose que nous ne comprenons pas."),
        action=HOME,
        href="/",
    ),
    401: ErrorText(
        motif="ticket",
        title=mark("Il faut d’abord se connecter"),
        text=mark("Cette page s’ouvre avec votre code ou votre compte."),
        action=mark("Se connecter"),
    ),
    403: ErrorText(
        motif="ticket",
        title=mark("Cette porte reste fermée"),
        text=mark(
            "Vous n’avez pas accès à cette page, ou le formulaire a expiré. "
            "Rechargez la page et recommencez."
        ),
        action=HOME,
        href="/",
    ),
    404: ErrorText(
        motif="screen",
        title=mark("L’écran est vide"),
        text=mark("Cette page n’existe pas, ou le film a quitté l’affiche."),
        action=mark("Voir les films"),
        href="/",
    ),
    413: ErrorText(
        motif="knot",
        title=mark("C’est trop lourd"),
        text=mark("Ce que vous envoyez dépasse la taille acceptée ici."),
        action=HOME,
        href="/",
    ),
    429: ErrorText(
        motif="hourglass",
        title=mark("Un instant"),
        text=mark("Trop de demandes sont venues de votre connexion. Attendez un peu."),
        action=AGAIN,
    ),
    500: ErrorText(
        motif="reel",
        title=mark("La bobine s’est coincée"),
        text=mark("Quelque chose a cassé de notre côté. C’est noté, et nous regardons."),
        action=AGAIN,
    ),
    503: ErrorText(
        motif="reel",
        title=mark("L’entracte se prolonge"),
        text=mark(
            "Une partie du service ne répond pas. Rien n’est perdu ; revenez dans un moment."
        ),
        action=AGAIN,
    ),
}


def error_page(
    request: Request, status: int, request_id: str, retry_after: int = 0
) -> HTMLResponse:
    """Return the page for a status; statuses without one of their own take their class's."""
    found = PAGES.get(status) or PAGES[500 if status >= 500 else 400]
    site: Site = request.app.state.site
    words = site.language(request)
    otherwise = site.sign_in if status == 401 else request.url.path
    view = ErrorView(
        motif=found.motif,
        title=words(found.title),
        text=words(found.text),
        action=words(found.action),
        href=found.href or otherwise,
        status=status,
        request_id=request_id,
        retry_after=retry_after,
    )
    return render(request, "pages/error.html", view, status)
