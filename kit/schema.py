"""The base of everything that travels between services."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Schema(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True, extra="ignore")


# Lax numbers would take `false` for 0 and "12" for 12; on the wire both are mistakes.
Whole = Annotated[int, Field(strict=True)]
Count = Annotated[int, Field(strict=True, ge=0, le=2**53)]
Flag = Annotated[bool, Field(strict=True)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=20_000)]


class PersonalData(Schema):
    """What one service knows of an account: `GET /personal-data/{account_id}`, for services only.

    `parts` are named lists of plain records, written for the person to read. The same address
    with DELETE forgets what is no record of money, and makes that anonymous.
    """

    service: str
    parts: dict[str, list[dict[str, Any]]]
