"""Search: what was typed, forgiven its accents and typos."""

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.queries import derived


async def count_words(session: AsyncSession) -> None:
    """Learn again which words are frequent."""
    await derived.count_words(session)
