"""What is published when: a month or a week of publications, by the studio's clock."""

from datetime import date
from zoneinfo import ZoneInfo

from babel import dates
from fastapi import APIRouter, Request, Response

from admin_interface.pages.desk import show, words
from admin_interface.pages.social.sayings import Publisher
from admin_interface.pages.social.zone import zone_of, zone_place
from admin_interface.rules.moments import Span, beside, bounds, by_day, days_of, read_day
from kit.clock import now
from kit.contracts.publisher.social import Publication, PublicationQuery
from kit.schema import Schema

router = APIRouter()
MOST = 200


class Day(Schema):
    """`may_plan`: something can still be planned for it."""

    date: date
    is_beside: bool
    is_today: bool
    may_plan: bool
    publications: list[Publication]


class CalendarView(Schema):
    """`weeks` begin on Monday; `before` and `after` are days of the spans beside this one."""

    span: Span
    title: str
    on: date
    today: date
    before: date
    after: date
    names: list[str]
    weeks: list[list[Day]]
    is_empty: bool
    place: str
    zone: ZoneInfo


@router.get("/social/calendar")
async def calendar_page(
    request: Request, publisher: Publisher, view: str = "month", on: str = ""
) -> Response:
    zone, span = zone_of(request), _span(view)
    today = now().astimezone(zone).date()
    day = read_day(on, today)
    days = days_of(span, day)
    start, end = bounds(days, zone)
    filters = PublicationQuery(from_at=start, until_at=end)
    found = (await publisher.publications(filters, limit=MOST)).items
    placed = by_day(((each.publish_at, each) for each in found), zone)

    def shown(each: date) -> Day:
        return Day(
            date=each,
            is_beside=span == "month" and each.month != day.month,
            is_today=each == today,
            may_plan=each >= today,
            publications=placed.get(each, []),
        )

    before, after = beside(span, day)
    locale = words(request).code
    return show(
        request,
        "pages/social/calendar.html",
        CalendarView(
            span=span,
            title=_title(span, days[0][0] if span == "week" else day, locale),
            on=day,
            today=today,
            before=before,
            after=after,
            names=[str(dates.format_date(each, "EEEE", locale=locale)) for each in days[0]],
            weeks=[[shown(each) for each in week] for week in days],
            is_empty=not found,
            place=zone_place(request),
            zone=zone,
        ),
    )


def _span(typed: str) -> Span:
    return "week" if typed == "week" else "month"


def _title(span: Span, day: date, locale: str) -> str:
    if span == "month":
        return str(dates.format_date(day, "LLLL yyyy", locale=locale))
    last = date.fromordinal(day.toordinal() + 6)
    return str(dates.format_interval(day, last, "yMMMd", locale=locale))
