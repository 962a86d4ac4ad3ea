"""Figures of the notes: ``python -m bench.notes``; each module measures one and can be run alone."""
