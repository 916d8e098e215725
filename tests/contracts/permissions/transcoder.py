"""Who may pass which door of transcoder_service."""

from tests.contracts.permissions.rules import CLOSED, OPEN, Closed, Table

TUS = {"Tus-Resumable": "1.0.0"}

TABLE: Table = {
    "GET /bcdn_token={signed:path}": CLOSED,
    "GET /library/{library_id}/collections": CLOSED,
    "POST /library/{library_id}/collections": CLOSED,
    "DELETE /library/{library_id}/collections/{collection_id}": CLOSED,
    "GET /library/{library_id}/collections/{collection_id}": CLOSED,
    "POST /library/{library_id}/collections/{collection_id}": CLOSED,
    "GET /library/{library_id}/videos": CLOSED,
    "POST /library/{library_id}/videos": CLOSED,
    "DELETE /library/{library_id}/videos/{video_id}": CLOSED,
    "GET /library/{library_id}/videos/{video_id}": CLOSED,
    "POST /library/{library_id}/videos/{video_id}": CLOSED,
    "PUT /library/{library_id}/videos/{video_id}": CLOSED,
    "DELETE /library/{library_id}/videos/{video_id}/captions/{srclang}": CLOSED,
    "POST /library/{library_id}/videos/{video_id}/captions/{srclang}": CLOSED,
    "GET /library/{library_id}/videos/{video_id}/play": CLOSED,
    "POST /library/{library_id}/videos/{video_id}/thumbnail": CLOSED,
    "GET /openapi.json": OPEN,
    "POST /tusupload": Closed(headers=TUS),
    "DELETE /tusupload/{upload_id}": Closed(headers=TUS),
    "PATCH /tusupload/{upload_id}": Closed(headers=TUS),
    "GET /{video_id:uuid}/{name:path}": CLOSED,
}
