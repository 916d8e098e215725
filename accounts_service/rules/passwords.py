"""Which passwords are too easy to guess. Pure.

NIST SP 800-63B: length counts, composition rules do not; refuse what is commonly used,
and what follows from the name of the person or the service. First our own list, with French and
the region in mind; then zxcvbn, which knows the 30 000 passwords most often found in leaks, names,
words, dates and keyboards, and how people decorate them.
"""

import re
import unicodedata
from typing import Final

from zxcvbn import zxcvbn

from kit.contracts.accounts import WeakPassword

SHORTEST = 10
LOOKED_AT = 40  # a longer password may begin with anything; zxcvbn is slow with long ones
STRONG = 3  # zxcvbn: "safely unguessable", more than 10**8 guesses

# The commonest passwords of ten characters and more (shorter ones are refused by length),
# and the short words that people repeat or decorate to reach ten.
_COMMON: Final = """
1234567890 0123456789 0987654321 9876543210 1234567891 12345678910 123456789a 123456789q
1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx3edc qwertyuiop qwerty12345 qwerty123456 azertyuiop azerty12345
azerty123456 qwertzuiop asdfghjkl1 asdfghjkl qsdfghjklm zxcvbnm123 password12 password123
password1234 password12345 passw0rd123 p@ssw0rd123 p@ssword123 motdepasse motdepasse1
motdepasse123 iloveyou12 iloveyou123 iloveyou1234 jetaime123 jetaime1234 jetaimefort welcome123
welcome1234 bienvenue1 bienvenue123 administrator administrateur admin12345 admin123456
adminadmin letmein123 changeme123 changemoi123 football123 football10 liverpool1 manchester
barcelona1 realmadrid princesse1 princess123 soleil1234 doudou1234 marseille13 marseille1
chocolat123 superman123 basketball baseball123 michael123 christian1 alexandre1 sunshine123
whatever123 dragon12345 monkey12345 trustno1trustno1 abcdefghij abcdefghijk abcd123456
abcd1234567 abc1234567 a123456789 q123456789 aa12345678 aa123456789 1111111111 0000000000
secret1234 secretsecret internet123 computer123 ordinateur ordinateur1 samsung123 facebook123
whatsapp123 youtube123 orange1234 moovafrica togocel123 cotedivoire coteivoire225 abidjan225
senegal221 togo228228 benin229229 cameroun237 dakar12345 lome123456 karangou123 karangou1234
jesus12345 jesuschrist jesusisking dieuestgrand dieumerci1 dieumerci123 mamanjetaime
alhamdulillah bismillah123 inchallah123 maman12345 papamaman1 familyfirst mylovemylove
"""
_WORDS: Final = """
password passw0rd motdepasse azerty qwerty admin administrator iloveyou jetaime welcome
bienvenue secret soleil bonjour maman jesus football karangou letmein changeme
"""
COMMON: Final = frozenset(_COMMON.split())
WORDS: Final = frozenset(_WORDS.split())
RUNS: Final = (
    "01234567890",
    "09876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
)


def normal(password: str) -> str:
    """Return the one form that is hashed, however a keyboard composed its accents."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, email: str, name: str = "") -> None:
    """Raise WeakPassword for what a guesser tries first."""
    plain = normal(password).casefold()
    if len(plain) < SHORTEST:
        raise WeakPassword
    about = [email.casefold(), *re.split(r"[^\w]+", f"{email} {name}".casefold())]
    if plain in COMMON or _is_monotonous(plain) or _is_decorated(plain, WORDS | set(about)):
        raise WeakPassword("This password is easy to guess. Choose another one.")
    begins = normal(password)[:LOOKED_AT]
    if zxcvbn(begins, user_inputs=[*filter(None, about), *WORDS])["score"] < STRONG:
        raise WeakPassword("This password is easy to guess. Choose another one.")


def _is_monotonous(plain: str) -> bool:
    """Say whether it is few signs repeated, or a run along the keyboard or the alphabet."""
    if len(set(plain)) < 4:
        return True
    return any(plain in run * 2 or plain in run[::-1] * 2 for run in RUNS)


def _is_decorated(plain: str, words: frozenset[str]) -> bool:
    """Say whether only digits and signs are left beside one guessable word, repeated or not."""
    inside = [word for word in words if len(word) > 3 and word in plain]
    return any(not re.search(r"[^\W\d_]", plain.replace(word, "")) for word in inside)
