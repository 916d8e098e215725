"""A small TUS client, and what it uploads."""

from base64 import b64encode

import httpx

from transcoder_service.rules.tus import OFFSET_TYPE

FILM = bytes(range(256)) * 400
VERSION = {"Tus-Resumable": "1.0.0"}


async def begin(uploader: httpx.AsyncClient, length: int = len(FILM), **metadata: str) -> str:
    pairs = [f"{key} {b64encode(text.encode()).decode()}" for key, text in metadata.items()]
    headers = {"Upload-Length": str(length), "Upload-Metadata": ",".join(pairs)}
    answer = await uploader.post("/tusupload", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def send(
    uploader: httpx.AsyncClient, address: str, offset: int, piece: bytes, **headers: str
) -> httpx.Response:
    given = {"Upload-Offset": str(offset), "Content-Type": OFFSET_TYPE, **headers}
    return await uploader.patch(address, content=piece, headers=given)


async def offset_of(uploader: httpx.AsyncClient, address: str) -> int:
    answer = await uploader.head(address)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return int(answer.headers["upload-offset"])
