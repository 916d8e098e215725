"""What visitors type."""

from typing import Annotated

from pydantic import StringConstraints

from kit.schema import Schema

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class CodeForm(Schema):
    """`next` is the page to go on to."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    next: Short = ""
