"""Laboratory orders, specimens, results, reports. The plan of a note offers drafts to it.

This room is laid out; of it only the draft it is offered stands (`LabOrderDraft`, and the port it comes through). Its
issue fills the rest (see ARCHITECTURE.md, "Rooms").
"""

from laboratory.model import LabOrderDraft
from laboratory.ports import OfferedLabOrders

__all__ = ["LabOrderDraft", "OfferedLabOrders"]
