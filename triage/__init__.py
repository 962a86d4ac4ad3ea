"""Symptoms and answers in; level, reasons, red flags and specialties out. Rules are data; vital signs may
only raise a level.

This room is laid out and still empty: its issue fills it (see ARCHITECTURE.md, "Rooms").
"""

__all__: list[str] = []
