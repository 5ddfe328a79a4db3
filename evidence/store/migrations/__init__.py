"""Alembic's migrations of the store, run by `evidence migrate`."""
