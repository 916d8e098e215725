"""Series, categories and tags: made, changed, deleted."""

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.shelves import Category
from catalog_service.queries import shelves as queries
from catalog_service.rules.films import slug
from kit.db import new_id

COLOURS = ("#d4483b", "#c9a227", "#7a5cc7", "#2f8f7b", "#3f6fb5", "#b5527f")


async def seed_categories(session: AsyncSession, names: str) -> None:
    """Make these categories (separated by commas) where there are none at all."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted or await queries.has_categories(session):
        return
    for position, name in enumerate(wanted):
        session.add(
            Category(
                id=new_id(),
                slug=slug(name, "categorie"),
                name_fr=name,
                name_en=name,
                colour=COLOURS[position % len(COLOURS)],
                position=position,
            )
        )
    await session.flush()
