"""`consultroom openapi`: the document that web clients are generated from, without a server or a database."""

from __future__ import annotations

import json

from app.settings import Settings
from app.wiring import Clinic
from core.http.openapi import openapi_document

# Never connected to: building the routes opens no connection.
NOWHERE = "postgresql://nobody@localhost/none"


async def run() -> int:
    settings = Settings().model_copy(
        update={"database_url": NOWHERE, "redis_url": "redis://localhost", "demo": True}
    )
    print(json.dumps(openapi_document(Clinic(settings).routes(), title="Consultroom", version="0"), indent=1))
    return 0
