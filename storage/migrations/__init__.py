"""Alembic's scripts; only storage.migrate runs them."""
