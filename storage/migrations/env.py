"""Alembic's entry: runs the migrations in one transaction, on the connection that migrate gives."""

from alembic import context

from storage.tables import METADATA

# SQLite cannot alter a table's constraints; batch mode makes the table anew
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    transactional_ddl=True,  # of SQLite it takes the contrary for granted
)
with context.begin_transaction():
    context.run_migrations()
