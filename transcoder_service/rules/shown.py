"""Rows as Bunny's wire models show them."""

from collections.abc import Sequence

from kit.contracts.transcoder import wire
from transcoder_service.models import Caption, Collection, Video


def video(row: Video, captions: Sequence[Caption], library_id: int) -> wire.Video:
    return wire.Video(
        video_library_id=library_id,
        guid=str(row.id),
        title=row.title,
        description=row.description,
        date_uploaded=row.created_at,
        length=row.length_seconds,
        status=row.status,
        framerate=row.framerate,
        rotation=row.rotation,
        width=row.width,
        height=row.height,
        available_resolutions=row.available_resolutions,
        output_codecs=row.output_codecs,
        thumbnail_count=row.thumbnail_count,
        encode_progress=row.encode_progress,
        storage_size=row.storage_bytes + row.original_bytes,
        captions=[wire.Caption.model_validate(one) for one in captions],
        collection_id=str(row.collection_id) if row.collection_id else "",
        thumbnail_file_name=row.thumbnail_file_name,
        thumbnail_blurhash=row.thumbnail_blurhash,
        category="unknown",
        chapters=[wire.Chapter.model_validate(one) for one in row.chapters],
        moments=[wire.Mark.model_validate(one) for one in row.moments],
        meta_tags=[wire.MetaTag.model_validate(one) for one in row.meta_tags],
        transcoding_messages=[wire.TranscodingMessage.model_validate(one) for one in row.messages],
        has_original=row.original_path is not None,
        original_hash=row.original_hash,
    )


def collection(
    row: Collection, size: tuple[int, int], previews: Sequence[str], library_id: int
) -> wire.Collection:
    """`size` is count and bytes; `previews` are the ids of its newest videos."""
    count, size_bytes = size
    return wire.Collection(
        video_library_id=library_id,
        guid=str(row.id),
        name=row.name,
        video_count=count,
        total_size=size_bytes,
        preview_video_ids=",".join(previews) or None,
        preview_image_urls=[],
    )
