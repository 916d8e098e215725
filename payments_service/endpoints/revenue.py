"""What came in, by period and by what."""

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from kit.contracts.payments.revenue import Revenue, RevenueQuery, TableForm
from kit.web import ReadSession, Router
from payments_service.actions import revenue as sums
from payments_service.endpoints.given import MoneyReader
from payments_service.endpoints.ledger import sent

router = Router(tags=["revenue"])
Asked = Annotated[RevenueQuery, Query()]


@router.get("/revenue", summary="What was paid, by period and group")
async def see_revenue(caller: MoneyReader, session: ReadSession, asked: Asked) -> Revenue:
    return await sums.revenue(session, asked)


@router.get("/revenue/{form}", response_class=Response, summary="The same as CSV or XLSX")
async def revenue_table(
    form: TableForm, caller: MoneyReader, session: ReadSession, asked: Asked
) -> StreamingResponse:
    return sent(await sums.table(session, asked, form))
