"""What a note offers to be tested. Pure values; an order itself is yet to come (see ARCHITECTURE.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class LabOrderDraft(BaseModel):
    """A test or image heard as ordered, offered and never placed by itself.

    `order_key`: of the order in the visit's note, the same when more is said. `test`: its name in our table, `said` as
    it was spoken. The rest is "" when not said; `timing` is an ISO 8601 duration from the visit, "P0D" the same day.
    `evidence`: ids of the visit's utterances.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    visit_id: UUID
    order_key: str
    kind: Literal["lab", "imaging"]
    test: str
    said: str
    codes: Mapping[str, str] = {}
    specimen: str = ""
    body_site: str = ""
    laterality: str = ""
    timing: str = ""
    timing_at_most: str = ""
    reason: str = ""
    evidence: tuple[UUID, ...] = ()
    status: Literal["offered", "accepted"] = "offered"
