"""What a person is told, and by which channel: in-app, e-mail, SMS port.

This room is laid out and still empty: its issue fills it (see ARCHITECTURE.md, "Rooms").
"""

__all__: list[str] = []
