"""The typed client of catalog_service."""

from typing import ClassVar, Literal
from urllib.parse import quote
from uuid import UUID

from kit.client import Param, ServiceClient
from kit.contracts.catalog import errors
from kit.contracts.catalog.changes import (
    BulkChange,
    BulkResult,
    FilmChange,
    FilmNew,
    ImportReport,
    Publication,
)
from kit.contracts.catalog.films import Film, FilmQuery, Films
from kit.contracts.catalog.playback import Playback, PlaybackNew
from kit.contracts.catalog.search import SearchResults
from kit.contracts.catalog.shelves import (
    Categories,
    Category,
    CategoryChange,
    CategoryNew,
    Home,
    Rail,
    RailChange,
    RailNew,
    RailOrder,
    Rails,
    SeasonChange,
    Series,
    SeriesChange,
    SeriesList,
    SeriesNew,
    Tag,
    TagChange,
    TagNew,
    Tags,
)
from kit.contracts.catalog.sync import (
    Deletion,
    DeletionResolution,
    Deletions,
    Resolution,
    SyncStatus,
)
from kit.schema import PersonalData

__all__ = ["CatalogClient", "errors"]  # the errors must be known to come back by name

Sort = Literal["newest", "title", "year", "duration", "updated"]
SearchSort = Literal["relevance", "newest", "title", "year", "duration"]


class CatalogClient(ServiceClient):
    """Speaks to catalog_service; `.acting(token)` for what a person does.

    Where a film, series, category or tag is asked for, its id and its slug both do.
    `everything=True` (admins) shows what the public does not see.
    """

    SERVICE: ClassVar[str] = "catalog_service"

    # Films

    async def films(
        self,
        filters: FilmQuery | None = None,
        *,
        sort: Sort = "newest",
        cursor: str | None = None,
        limit: int = 50,
    ) -> Films:
        query = _chosen(filters) | {"sort": sort, "cursor": cursor, "limit": limit}
        return await self.get("/films", Films, **query)

    async def search(
        self,
        q: str = "",
        filters: FilmQuery | None = None,
        *,
        sort: SearchSort = "relevance",
        facets: bool = True,
        cursor: str | None = None,
        limit: int = 30,
    ) -> SearchResults:
        query = _chosen(filters) | {"q": q, "sort": sort, "cursor": cursor, "limit": limit}
        return await self.get("/search", SearchResults, facets=facets, **query)

    async def home(self, *, max_age: int | None = None) -> Home:
        return await self.get("/home", Home, max_age=max_age)

    async def film(self, film: UUID | str, *, everything: bool = False) -> Film:
        return await self.get(f"/films/{film}", Film, all=everything or None)

    async def create_film(self, new: FilmNew, *, key: str = "") -> Film:
        return await self.post("/films", new, Film, key=key)

    async def change_film(self, film: UUID | str, change: FilmChange) -> Film:
        return await self.patch(f"/films/{film}", change, Film)

    async def delete_film(self, film: UUID | str) -> None:
        """Delete the film; its video stays in the library."""
        await self.delete(f"/films/{film}")

    async def publish_film(self, film: UUID | str, when: Publication | None = None) -> Film:
        """Publish now or schedule; the same again changes nothing."""
        return await self.put(f"/films/{film}/publication", when or Publication(), Film)

    async def withdraw_film(self, film: UUID | str) -> Film:
        return await self.delete(f"/films/{film}/publication", Film)

    async def set_poster(self, film: UUID | str, picture: bytes) -> Film:
        return Film.model_validate_json(await self._put_bytes(f"/films/{film}/poster", picture))

    async def delete_poster(self, film: UUID | str) -> Film:
        return await self.delete(f"/films/{film}/poster", Film)

    async def set_backdrop(self, film: UUID | str, picture: bytes) -> Film:
        return Film.model_validate_json(await self._put_bytes(f"/films/{film}/backdrop", picture))

    async def delete_backdrop(self, film: UUID | str) -> Film:
        return await self.delete(f"/films/{film}/backdrop", Film)

    async def play_film(
        self, film: UUID | str, new: PlaybackNew, *, viewer_address: str = ""
    ) -> Playback:
        """Return signed addresses, or raise EntitlementNeeded, NotYetPlayable, FilmNotFound."""
        headers = {"X-Viewer-Address": viewer_address} if viewer_address else None
        answer = await self.send("POST", f"/films/{film}/playback", new, headers=headers)
        return Playback.model_validate_json(answer.content)

    async def change_films(self, change: BulkChange) -> BulkResult:
        return await self.post("/films/bulk", change, BulkResult)

    async def import_films(self, table: bytes, *, dry_run: bool = True) -> ImportReport:
        query: dict[str, Param] = {"dry_run": dry_run}
        headers = {"Content-Type": "text/csv"}
        answer = await self.send("POST", "/films/import", table, query=query, headers=headers)
        return ImportReport.model_validate_json(answer.content)

    async def export_films(self) -> bytes:
        return (await self.send("GET", "/films/export.csv")).content

    async def image(self, path: str) -> bytes:
        """Return a picture by `Picture.address(width)`; a front-end passes it on."""
        return (await self.send("GET", path)).content

    # Series

    async def series_list(
        self,
        *,
        everything: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> SeriesList:
        return await self.get(
            "/series", SeriesList, all=everything or None, cursor=cursor, limit=limit
        )

    async def series(self, series: UUID | str, *, everything: bool = False) -> Series:
        return await self.get(f"/series/{series}", Series, all=everything or None)

    async def create_series(self, new: SeriesNew) -> Series:
        return await self.post("/series", new, Series)

    async def change_series(self, series: UUID | str, change: SeriesChange) -> Series:
        return await self.patch(f"/series/{series}", change, Series)

    async def change_season(self, series: UUID | str, number: int, change: SeasonChange) -> Series:
        return await self.put(f"/series/{series}/seasons/{number}", change, Series)

    async def delete_series(self, series: UUID | str) -> None:
        """Delete the series; its episodes stay, as films of their own."""
        await self.delete(f"/series/{series}")

    async def set_series_poster(self, series: UUID | str, picture: bytes) -> Series:
        return Series.model_validate_json(
            await self._put_bytes(f"/series/{series}/poster", picture)
        )

    async def set_series_backdrop(self, series: UUID | str, picture: bytes) -> Series:
        return Series.model_validate_json(
            await self._put_bytes(f"/series/{series}/backdrop", picture)
        )

    # Categories and tags

    async def categories(
        self,
        *,
        everything: bool = False,
        cursor: str | None = None,
        limit: int = 100,
    ) -> Categories:
        return await self.get(
            "/categories", Categories, all=everything or None, cursor=cursor, limit=limit
        )

    async def create_category(self, new: CategoryNew) -> Category:
        return await self.post("/categories", new, Category)

    async def change_category(self, category: UUID | str, change: CategoryChange) -> Category:
        return await self.patch(f"/categories/{category}", change, Category)

    async def delete_category(self, category: UUID | str) -> None:
        await self.delete(f"/categories/{category}")

    async def tags(self, *, q: str = "", cursor: str | None = None, limit: int = 100) -> Tags:
        return await self.get("/tags", Tags, q=q, cursor=cursor, limit=limit)

    async def create_tag(self, new: TagNew) -> Tag:
        return await self.post("/tags", new, Tag)

    async def change_tag(self, tag: UUID | str, change: TagChange) -> Tag:
        return await self.patch(f"/tags/{tag}", change, Tag)

    async def delete_tag(self, tag: UUID | str) -> None:
        await self.delete(f"/tags/{quote(str(tag), safe='')}")

    # Rails

    async def rails(self) -> Rails:
        return await self.get("/rails", Rails)

    async def create_rail(self, new: RailNew) -> Rail:
        return await self.post("/rails", new, Rail)

    async def change_rail(self, rail: UUID | str, change: RailChange) -> Rail:
        return await self.patch(f"/rails/{rail}", change, Rail)

    async def delete_rail(self, rail: UUID | str) -> None:
        await self.delete(f"/rails/{rail}")

    async def order_rails(self, ids: list[UUID]) -> Rails:
        return await self.put("/rails/order", RailOrder(ids=ids), Rails)

    # The video library

    async def sync_status(self) -> SyncStatus:
        return await self.get("/sync", SyncStatus)

    async def start_sync(self) -> SyncStatus:
        """Ask for a full comparison with the video library; one at a time."""
        return await self.post("/sync", None, SyncStatus)

    async def refresh_video(self, film: UUID | str) -> Film:
        """Read the film's video again from the library, now."""
        return await self.post(f"/films/{film}/refresh", None, Film)

    async def deletions(
        self,
        *,
        everything: bool = False,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Deletions:
        """Return the unresolved ones; with `everything`, the resolved as well."""
        return await self.get(
            "/deletions", Deletions, all=everything or None, cursor=cursor, limit=limit
        )

    async def resolve_deletion(self, deletion_id: UUID, resolution: Resolution) -> Deletion:
        body = DeletionResolution(resolution=resolution)
        return await self.put(f"/deletions/{deletion_id}", body, Deletion)

    # People

    async def personal_data(self, account_id: UUID) -> PersonalData:
        """Return what is known of a person; for services of the suite."""
        return await self.get(f"/personal-data/{account_id}", PersonalData)

    async def forget_person(self, account_id: UUID) -> None:
        await self.delete(f"/personal-data/{account_id}")

    async def _put_bytes(self, path: str, content: bytes) -> bytes:
        headers = {"Content-Type": "application/octet-stream"}
        return (await self.send("PUT", path, content, headers=headers)).content


def _chosen(filters: FilmQuery | None) -> dict[str, Param]:
    return filters.model_dump(mode="json", exclude_none=True) if filters else {}
