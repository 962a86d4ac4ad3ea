"""Orders of a note, offered as drafts to prescribing and the laboratory: read from the note, nothing is placed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy.ext.asyncio import AsyncSession

from access import Actor, Permission, actor_of
from clinical_store import ClinicalStore, OrderFound
from clinical_store.errors import VisitNotFound
from core.errors import Forbidden
from core.http import Call, route
from laboratory import LabOrderDraft
from prescribing import PrescriptionDraft
from soap.model import UNSURE

_CODE = "code."
_MEDICINE = ("dose", "count", "form", "route", "frequency", "length", "quantity", "refills", "change")
_TEST = ("specimen", "body_site", "laterality", "timing", "timing_at_most")


@dataclass(frozen=True, slots=True)
class OfferedOrders:
    """prescribing's OfferedPrescriptions and laboratory's OfferedLabOrders, over the note as it stands."""

    store: ClinicalStore

    async def prescriptions(
        self, session: AsyncSession, actor: Actor, visit_id: UUID
    ) -> tuple[PrescriptionDraft, ...]:
        orders = await self._orders(session, actor, visit_id)
        return tuple(as_prescription(visit_id, order) for order in orders if order.kind == "medication")

    async def lab_orders(
        self, session: AsyncSession, actor: Actor, visit_id: UUID
    ) -> tuple[LabOrderDraft, ...]:
        orders = await self._orders(session, actor, visit_id)
        return tuple(
            as_lab_order(visit_id, order.kind, order) for order in orders if order.kind in ("lab", "imaging")
        )

    async def _orders(self, session: AsyncSession, actor: Actor, visit_id: UUID) -> list[OrderFound]:
        note = await self.store.note_for(session, actor, visit_id)
        return [order for order in note.orders if _is_offered(order)]


def _is_offered(order: OrderFound) -> bool:
    """Neither dismissed nor uncertain: what the machine is not sure of is drafted when the doctor has accepted it."""
    return order.status == "accepted" or (order.status != "dismissed" and UNSURE not in order.details)


def as_prescription(visit_id: UUID, order: OrderFound) -> PrescriptionDraft:
    """A medication order by its parts; what was not said stays ""."""
    return PrescriptionDraft(
        visit_id=visit_id,
        order_key=order.key,
        medicine=order.details.get("medicine", order.description),
        said=order.description,
        codes=_codes(order.details),
        reason=order.reason,
        evidence=order.evidence,
        status=_status(order),
        **{name: order.details.get(name, "") for name in _MEDICINE},
    )


def as_lab_order(visit_id: UUID, kind: Literal["lab", "imaging"], order: OrderFound) -> LabOrderDraft:
    """A lab or imaging order by its parts; what was not said stays ""."""
    return LabOrderDraft(
        visit_id=visit_id,
        order_key=order.key,
        kind=kind,
        test=order.details.get("test", order.description),
        said=order.description,
        codes=_codes(order.details),
        reason=order.reason,
        evidence=order.evidence,
        status=_status(order),
        **{name: order.details.get(name, "") for name in _TEST},
    )


def _codes(details: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(_CODE): code for name, code in details.items() if name.startswith(_CODE)}


def _status(order: OrderFound) -> Literal["offered", "accepted"]:
    return "accepted" if order.status == "accepted" else "offered"


class OrderDrafts(BaseModel):
    """What the note of a visit offers to be prescribed and tested."""

    model_config = ConfigDict(frozen=True)

    prescriptions: tuple[PrescriptionDraft, ...]
    lab_orders: tuple[LabOrderDraft, ...]


class OrderDraftsHttp:
    """GET /api/visits/{visit_id}/order-drafts."""

    def __init__(self, offered: OfferedOrders) -> None:
        self._offered = offered

    @route(
        "GET", "/api/visits/{visit_id}/order-drafts",
        permission=Permission.NOTE_READ, response=OrderDrafts,
        summary="Prescriptions and lab orders that the note offers as drafts; dismissed ones are left out",
        errors=(VisitNotFound, Forbidden),
    )  # fmt: skip
    async def drafts(self, call: Call[None, None]) -> OrderDrafts:
        visit_id, actor = call.path_id("visit_id"), actor_of(call)
        return OrderDrafts(
            prescriptions=await self._offered.prescriptions(call.session, actor, visit_id),
            lab_orders=await self._offered.lab_orders(call.session, actor, visit_id),
        )
