"""What people typed into a form: a valid value, or every message to show beside a field."""

from typing import Any, Generic, TypeVar

from fastapi import Request
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import UploadFile

from kit.i18n import Language, mark
from kit.schema import Schema

Form = TypeVar("Form", bound=Schema)

MESSAGES = {
    "missing": mark("Ce champ est nécessaire."),
    "string_too_short": mark("Ce champ est nécessaire."),
    "string_too_long": mark("C’est trop long (%(max_length)s signes au plus)."),
    "string_pattern_mismatch": mark("Cette forme n’est pas acceptée."),
    "int_parsing": mark("Il faut un nombre entier."),
    "int_from_float": mark("Il faut un nombre entier."),
    "greater_than_equal": mark("Il faut au moins %(ge)s."),
    "less_than_equal": mark("Il faut au plus %(le)s."),
    "enum": mark("Choisissez une des valeurs proposées."),
    "literal_error": mark("Choisissez une des valeurs proposées."),
    "uuid_parsing": mark("Choisissez une des valeurs proposées."),
    "datetime_from_date_parsing": mark("Cette date est illisible."),
    "datetime_parsing": mark("Cette date est illisible."),
    "date_from_datetime_parsing": mark("Cette date est illisible."),
    "value_error": "%(error)s",
}
OTHERWISE = mark("Cette valeur n’est pas acceptée.")


class Filled(Generic[Form]):
    """`form` is None when something is wrong: then show `values` again, beside `errors`."""

    def __init__(self, form: Form | None, values: dict[str, Any], errors: dict[str, str]) -> None:
        self.form = form
        self.values = values
        self.errors = errors


async def filled(request: Request, kind: type[Form], words: Language) -> Filled[Form]:
    """Read the form that came with a request. Empty fields count as left out.

    A field declared as a list takes every value of its name.
    """
    sent = await request.form()
    lists = {name for name, field in kind.model_fields.items() if "list" in str(field.annotation)}
    values: dict[str, Any] = {}
    for name in sent:
        texts = [value for value in sent.getlist(name) if not isinstance(value, UploadFile)]
        texts = [text.strip() for text in texts if text.strip()]
        if texts:
            values[name] = texts if name in lists else texts[-1]
    try:
        return Filled(kind.model_validate(values), values, {})
    except ValidationError as error:
        wrong = {_field(found): _message(found, words) for found in error.errors()}
        return Filled(None, values, wrong)


def _field(found: ErrorDetails) -> str:
    return str(found["loc"][0]) if found["loc"] else ""


def _message(found: ErrorDetails, words: Language) -> str:
    context = found.get("ctx", {})
    text = words(MESSAGES.get(found["type"], OTHERWISE))
    if "error" in context:
        return words(str(context["error"]))
    return text % context if "%(" in text else text
