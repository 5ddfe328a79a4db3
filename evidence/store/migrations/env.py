"""Run migrations on the connection that `evidence.store.engine.migrate` hands over."""

from alembic import context

from evidence.store import schema

context.configure(
    connection=context.config.attributes["connection"], target_metadata=schema.METADATA, transactional_ddl=True
)
context.run_migrations()
