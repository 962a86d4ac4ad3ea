"""Prescriptions: safety checks, dispensing, refills, stock. The plan of a note offers drafts to it.

This room is laid out; of it only the draft it is offered stands (`PrescriptionDraft`, and the port it comes through).
Its issue fills the rest (see ARCHITECTURE.md, "Rooms").
"""

from prescribing.model import PrescriptionDraft
from prescribing.ports import OfferedPrescriptions

__all__ = ["OfferedPrescriptions", "PrescriptionDraft"]
