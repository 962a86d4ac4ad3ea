"""The demo clinic: one account per role, a published calendar, and a consult that plays by itself."""
