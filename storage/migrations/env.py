"""Alembic's entry: runs the migrations in one transaction, on the address that migrate gives."""

from alembic import context
from sqlalchemy import create_engine

from storage.tables import METADATA

engine = create_engine(context.config.attributes["url"])
try:
    with engine.connect() as connection:
        # SQLite cannot alter a table's constraints; batch mode makes the table anew
        context.configure(connection=connection, target_metadata=METADATA, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
finally:
    engine.dispose()
