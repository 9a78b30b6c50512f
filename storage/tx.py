"""One transaction, whatever the database: the port `Tx` out of its parts."""

from storage.accounts import Accounts
from storage.alerts import Alerts
from storage.away import Away
from storage.bursts import Bursts
from storage.clocks import StoredClocks
from storage.conversations import Conversations
from storage.customers import Customers
from storage.deliveries import Deliveries
from storage.doubts import Doubts
from storage.held import Held
from storage.messages import Messages
from storage.once import Once
from storage.people import People
from storage.processes import Processes
from storage.retention import Retention
from storage.rollup import Rollup
from storage.taking import Taking
from storage.tickets import Tickets
from storage.troubles import Troubles


class StoredTx(
    Messages,
    Customers,
    Conversations,
    Bursts,
    Tickets,
    StoredClocks,
    People,
    Deliveries,
    Alerts,
    Taking,
    Doubts,
    Held,
    Processes,
    Once,
    Away,
    Retention,
    Rollup,
    Accounts,
    Troubles,
):
    """Implements chatops.ports.Tx; each part's module says how."""
