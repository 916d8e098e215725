"""The sandbox's own checkout page: plain HTML, no script, and nobody can take it for real money."""

import hashlib
import hmac
from base64 import b64encode
from html import escape
from urllib.parse import urlsplit

from kit.i18n import Language
from payments_service.models.sandbox import SandboxCharge

STYLE = """
body{margin:0;font:1rem/1.5 system-ui,sans-serif;background:#fff8d6;color:#1d1a10}
header{padding:1rem;background:repeating-linear-gradient(45deg,#ffd400 0 1rem,#1d1a10 1rem 2rem)}
header p{margin:0;padding:.5rem 1rem;background:#fff;text-align:center;font-weight:700}
main{max-width:28rem;margin:2rem auto;padding:0 1rem}
button{display:block;width:100%;margin:.75rem 0;padding:.9rem;font:inherit;border:2px solid #1d1a10;
border-radius:.5rem;background:#fff}
strong{font-size:2rem}a{color:#1d1a10}
button{cursor:pointer;min-height:44px}
button:focus-visible,a:focus-visible{outline:3px solid #1d6b36;outline-offset:3px}
button[value=approve]{background:#1d6b36;color:#fff}
"""
STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
WORDS = {
    "fr": {
        "title": "Paiement d’essai",
        "warning": "ARGENT D’ESSAI — aucun argent réel n’est débité",
        "approve": "Approuver",
        "decline": "Refuser : solde insuffisant",
        "late": "Approuver dans 90 secondes",
        "never": "Ne rien répondre",
        "back": "Revenir sans payer",
        "on": "Revenir à la boutique",
        "over": "Ce paiement d’essai est terminé.",
    },
    "en": {
        "title": "Test payment",
        "warning": "TEST MONEY — no real money is taken",
        "approve": "Approve",
        "decline": "Decline: not enough money",
        "late": "Approve in 90 seconds",
        "never": "Say nothing",
        "back": "Go back without paying",
        "on": "Go back to the shop",
        "over": "This test payment is over.",
    },
}

LANGUAGES = {code: Language(code) for code in WORDS}


def token(key: bytes, ref: str) -> str:
    """Return what a form of this page carries: no other page knows it."""
    return hmac.digest(key, b"form " + ref.encode(), hashlib.sha256).hex()


def policy(return_url: str) -> str:
    """Return the content security policy: our one style, and a form that ends at the portal."""
    split = urlsplit(return_url)
    return (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; base-uri 'none'; "
        f"form-action 'self' {split.scheme}://{split.netloc}; frame-ancestors 'none'"
    )


def page(charge: SandboxCharge, form_token: str, *, is_over: bool) -> str:
    """Return the page on which the payer of a test chooses what becomes of it."""
    code = "en" if charge.locale == "en" else "fr"
    words = WORDS[code]
    amount = escape(LANGUAGES[code].money(charge.amount, charge.currency))
    onward = words["on" if is_over else "back"]
    back = f'<p><a href="{escape(charge.return_url)}">{onward}</a></p>'
    body = f"<p>{words['over']}</p>" if is_over else _form(words, form_token)
    return f"""<!doctype html>
<html lang="{code}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex"><title>{words["title"]}</title>
<style>{STYLE}</style>
<header><p>{words["warning"]}</p></header>
<main><h1>{words["title"]}</h1><p>{escape(charge.description)}</p>
<p><strong>{amount}</strong></p>{body}{back}</main>
</html>
"""


def _form(words: dict[str, str], form_token: str) -> str:
    buttons = "".join(
        f'<button name="outcome" value="{outcome}">{words[outcome]}</button>'
        for outcome in ("approve", "decline", "late", "never")
    )
    hidden = f'<input type="hidden" name="token" value="{form_token}">'
    return f'<form method="post">{hidden}{buttons}</form>'
