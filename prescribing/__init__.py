"""Prescriptions: safety checks, dispensing, refills, stock. The plan of a signed note offers drafts to it.

This room is laid out and still empty: its issue fills it (see ARCHITECTURE.md, "Rooms").
"""

__all__: list[str] = []
