"""What a note offers to be prescribed. Pure values; a prescription itself is yet to come (see ARCHITECTURE.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class PrescriptionDraft(BaseModel):
    """A medicine heard as ordered, offered and never placed by itself.

    `order_key`: of the order in the visit's note, the same when more is said. `medicine`: its name in our table, `said`
    as it was spoken. `dose`, `frequency` and the like: "" when not said. `length`: ISO 8601 duration. `change`:
    "increase", "decrease" or "refill" of what the patient already has. `evidence`: ids of the visit's utterances.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    visit_id: UUID
    order_key: str
    medicine: str
    said: str
    codes: Mapping[str, str] = {}
    dose: str = ""
    count: str = ""
    form: str = ""
    route: str = ""
    frequency: str = ""
    length: str = ""
    quantity: str = ""
    refills: str = ""
    change: str = ""
    reason: str = ""
    evidence: tuple[UUID, ...] = ()
    status: Literal["offered", "accepted"] = "offered"
