"""The store: schema, migrations, writes, queries, search. SQL lives only here; rows never leave it."""

from evidence.store.engine import SCHEMA_LEVEL, Store, create, migrate, open_store, schema_level

__all__ = ["SCHEMA_LEVEL", "Store", "create", "migrate", "open_store", "schema_level"]
