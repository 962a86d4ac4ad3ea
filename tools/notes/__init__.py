"""Training of the notes' linear models: ``python -m tools.notes.train``."""
