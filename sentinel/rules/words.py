"""What to say: whom it touches, why, what to do. French; `locale/en.po` has the English. Pure."""

from collections.abc import Sequence
from typing import Protocol

from kit.contracts.sentinel import Severity
from kit.i18n import mark
from sentinel.rules.faults import Fault, Kind
from sentinel.rules.seen import Seen


class Words(Protocol):
    """A language, as `kit.i18n.Language` is one."""

    def __call__(self, text: str, **values: object) -> str: ...
    def duration(self, seconds: float) -> str: ...
    def number(self, value: float) -> str: ...
    def size(self, count: float) -> str: ...
    def form(self, one: str, many: str, count: int) -> str: ...


NAMES = {
    "public_interface": mark("le portail"),
    "admin_interface": mark("le tableau de bord"),
    "accounts_service": mark("les comptes"),
    "tokens_service": mark("les codes d’accès"),
    "catalog_service": mark("le catalogue"),
    "transcoder_service": mark("la vidéothèque"),
    "gateway": mark("la passerelle"),
    "narrator_service": mark("le narrateur"),
    "publisher_service": mark("les annonces"),
    "payments_service": mark("les paiements"),
    "chat_service": mark("la discussion"),
    "audience_service": mark("les listes et favoris"),
    "postgresql": mark("PostgreSQL"),
    "valkey": mark("Valkey"),
    "sentinel": mark("Sentinel"),
}
# Whom it touches when this service, or engine, does not work.
TOUCHED = {
    "public_interface": mark("Le portail ne s’ouvre plus : personne ne peut regarder un film."),
    "admin_interface": mark(
        "Le tableau de bord ne s’ouvre plus. Les spectateurs ne remarquent rien."
    ),
    "accounts_service": mark(
        "Personne ne peut se connecter au tableau de bord. "
        "Qui est connecté le reste un quart d’heure."
    ),
    "tokens_service": mark(
        "Les codes ne sont plus acceptés : seuls les films gratuits peuvent commencer."
    ),
    "catalog_service": mark("Le portail ne montre plus de films, et aucun ne peut commencer."),
    "transcoder_service": mark("Les films ne jouent plus, et les envois s’arrêtent."),
    "gateway": mark(
        "Les films envoyés ne sont pas publiés d’eux-mêmes. Rien n’est perdu : ils attendent."
    ),
    "narrator_service": mark("Titres et descriptions ne sont plus proposés."),
    "publisher_service": mark("Les annonces et les courriels attendent."),
    "payments_service": mark("Personne ne peut payer."),
    "chat_service": mark("La discussion est fermée."),
    "audience_service": mark("Listes, favoris et reprises ne sont plus à jour."),
    "postgresql": mark("Presque tout est arrêté : ni films, ni comptes, ni envois."),
    "valkey": mark("Tout fonctionne, mais les limites contre les abus ne comptent plus ensemble."),
}
OTHER = mark("Une partie de la suite ne fonctionne plus : %(name)s.")
BLIND = mark("Sentinel n’atteint plus aucun service.")
ROOM = {
    Kind.full: mark("Le disque est plein : les envois échouent et les bases peuvent s’arrêter."),
    Kind.low: mark("Le disque se remplit : bientôt les envois échoueront."),
}
WORK = {
    Kind.late: mark("Des travaux attendent depuis longtemps (%(name)s)."),
    Kind.failed: mark("Des travaux ont échoué pour de bon et attendent une décision (%(name)s)."),
    Kind.books: mark(
        "Les comptes ne tombent pas juste (%(name)s). Personne d’autre ne le remarque."
    ),
    Kind.slow: mark("Tout répond, mais lentement (%(name)s)."),
}
WHY = {
    Kind.blind: mark("Soit tous se sont arrêtés ensemble, soit le réseau de Sentinel est coupé."),
    Kind.engine: mark("%(root)s ne répond pas ; en ont besoin : %(affected)s."),
    Kind.silent: mark("Le service %(service)s ne répond plus."),
    Kind.impaired: mark(
        "Le service %(service)s répond, mais il lui manque quelque chose : %(detail)s"
    ),
    Kind.full: mark("Il reste %(free)s sur %(total)s (%(root)s)."),
    Kind.low: mark("Il reste %(free)s sur %(total)s (%(root)s)."),
    Kind.late: mark("Le plus ancien attend depuis %(oldest)s ; %(waiting)s en tout."),
    Kind.failed: mark("%(failed)s en tout. Chacun a été essayé plusieurs fois."),
    Kind.books: mark("%(findings)s en tout : un solde, une retenue ou un compte de passage."),
    Kind.slow: mark("La dernière réponse a pris %(latency)s ms."),
}
SILENT_ENGINE = mark("%(root)s ne répond pas ; ce qui en a besoin ne s’en plaint pas encore.")
TODO = {
    Kind.blind: mark(
        "Lancez ./karangou doctor sur la machine. "
        "Si tout y va bien, rétablissez le réseau de Sentinel."
    ),
    Kind.engine: mark(
        "Lancez ./karangou doctor : il dit s’il tourne et pourquoi non. "
        "Puis ./karangou up le relance. Regardez aussi la place sur le disque."
    ),
    Kind.silent: mark(
        "Relancez-le : ./karangou up, ou docker compose restart %(service)s. "
        "Les dernières lignes de son journal disent pourquoi il s’est arrêté."
    ),
    Kind.impaired: mark(
        "Vérifiez les réglages de %(service)s, puis ./karangou migrate et ./karangou doctor."
    ),
    Kind.full: mark(
        "Libérez de la place tout de suite : supprimez des vidéos dont personne n’a besoin, "
        "ou déplacez MEDIA_URL vers un stockage plus grand."
    ),
    Kind.low: mark("Supprimez des vidéos inutiles, ou prévoyez un disque plus grand."),
    Kind.late: mark(
        "Ajoutez un ouvrier : ./karangou worker %(service)s. "
        "S’il y en a, son journal dit ce qui coince."
    ),
    Kind.failed: mark(
        "Ouvrez les travaux dans le tableau de bord : la raison est écrite ; "
        "relancez ou abandonnez."
    ),
    Kind.books: mark(
        "Ouvrez Argent › Contrôles dans le tableau de bord : chaque écart y est nommé, "
        "avec ce qui était attendu. Rien ne se corrige autrement que par une écriture inverse."
    ),
    Kind.slow: mark("Regardez la charge de la machine, puis le journal de %(service)s."),
}
NOTHING_WRONG = mark("Tout va bien.")
TO_LOOK_AT = mark("Tout va bien. Une chose à voir quand vous aurez le temps.")
NOT_SURE_YET = mark("Sentinel vient de commencer et regarde encore.")


def name(target: str, words: Words) -> str:
    return words(NAMES[target]) if target in NAMES else target


def who(fault: Fault, words: Words) -> str:
    """Return whom it touches, in one sentence, in terms of what people do."""
    if fault.kind is Kind.blind:
        return words(BLIND)
    if fault.kind in ROOM:
        return words(ROOM[fault.kind])
    if fault.kind in WORK:
        return words(WORK[fault.kind], name=name(fault.root, words))
    if fault.root in TOUCHED:
        return words(TOUCHED[fault.root])
    return words(OTHER, name=name(fault.root, words))


def why(fault: Fault, seen: Seen | None, words: Words) -> str:
    jobs, space = (seen.jobs, seen.space) if seen else (None, None)
    values = {
        "root": name(fault.root, words),
        "service": fault.root,
        "detail": fault.detail or "?",
        "affected": ", ".join(name(one, words) for one in fault.affected),
        "free": words.size(space.free_bytes) if space else "?",
        "total": words.size(space.total_bytes) if space else "?",
        "oldest": words.duration(jobs.oldest_seconds) if jobs else "?",
        "waiting": words.number(jobs.waiting) if jobs else "?",
        "failed": words.number(jobs.failed) if jobs else "?",
        "findings": words.number((seen.findings or 0) if seen else 0),
        "latency": words.number(round(seen.latency_ms or 0)) if seen else "?",
    }
    nobody_hurt = fault.kind is Kind.engine and not fault.affected
    return words(SILENT_ENGINE if nobody_hurt else WHY[fault.kind], **values)


def todo(fault: Fault, words: Words) -> str:
    return words(TODO[fault.kind], service=fault.root)


def headline(found: Sequence[Fault], state: str, words: Words) -> str:
    """Return the one sentence in large type."""
    if found and found[0].severity is not Severity.notice:
        return who(found[0], words)
    if state == "unknown":
        return words(NOT_SURE_YET)
    return words(TO_LOOK_AT) if found else words(NOTHING_WRONG)
