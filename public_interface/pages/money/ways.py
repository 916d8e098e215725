"""Ways to pay, as a payer sees them: the words, and a mark of our own."""

from kit.contracts.payments.orders import MethodOffered
from kit.i18n import Language, mark
from kit.schema import Schema


class WayView(Schema):
    """`value` is what the form sends: "provider:method". `note` is what to know beforehand."""

    value: str
    words: str
    letters: str
    hue: str
    symbol: str
    needs_phone: bool
    note: str
    is_predicted: bool
    is_test: bool


class Mark(Schema):
    words: str
    letters: str = ""
    hue: str = "plain"
    symbol: str = ""


MARKS = {
    "mtn": Mark(words="MTN MoMo", letters="MTN", hue="amber"),
    "moov": Mark(words="Moov Money", letters="Mv", hue="blue"),
    "celtiis": Mark(words="Celtiis Cash", letters="Ce", hue="teal"),
    "orange": Mark(words="Orange Money", letters="OM", hue="orange"),
    "wave": Mark(words="Wave", letters="Wv", hue="sky"),
    "mixx": Mark(words="Mixx by Yas", letters="Mx", hue="lime"),
    "free": Mark(words="Free Money", letters="Fr", hue="red"),
    "airtel": Mark(words="Airtel Money", letters="Ai", hue="red"),
    "expresso": Mark(words="E-Money", letters="EM", hue="teal"),
    "wizall": Mark(words="Wizall Money", letters="Wz", hue="teal"),
    "card": Mark(words=mark("Carte bancaire"), symbol="credit-card"),
    "paypal": Mark(words="PayPal", letters="PP", hue="blue"),
}
# What providers call them, where that is another word.
ALSO = {
    "sbin": "celtiis", "togocel": "mixx", "tmoney": "mixx", "yas": "mixx", "om": "orange",
    "momo": "mtn", "flooz": "moov", "emoney": "expresso",
}  # fmt: skip
TEST = Mark(words=mark("Paiement d’essai"), hue="test", symbol="flask-conical")
OTHER = Mark(words=mark("Mobile money"), symbol="smartphone")


def mark_of(method: str, *, is_test: bool = False) -> Mark:
    """Return the mark of a method, by what a provider calls it: `mtn`, `mtn_open`, `moov_tg`."""
    name = method.partition("_")[0]
    known = MARKS.get(name) or MARKS.get(ALSO.get(name, ""))
    return known or (TEST if is_test else OTHER)


def way(offered: MethodOffered, words: Language) -> WayView:
    found = mark_of(offered.method, is_test=offered.is_test)
    notes = []
    if offered.rate:
        notes.append(words.money(offered.amount, offered.currency))
    if offered.is_shaky:
        notes.append(words("peine en ce moment"))
    if not offered.needs_phone and found.symbol != "credit-card" and not offered.is_test:
        notes.append(words("dans son application"))
    return WayView(
        value=f"{offered.provider}:{offered.method}",
        words=words(found.words),
        letters=found.letters,
        hue=found.hue,
        symbol=found.symbol,
        needs_phone=offered.needs_phone,
        note=" · ".join(notes),
        is_predicted=offered.is_predicted,
        is_test=offered.is_test,
    )
