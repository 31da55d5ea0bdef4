"""What every graph engine must do. Subclassed once for each; the subclass supplies the fixture `store`, empty and open."""

from tests.graphstore.asof_contract import AsOfContract
from tests.graphstore.exchange_contract import ExchangeContract
from tests.graphstore.hostile_contract import HostileContract
from tests.graphstore.hub_contract import HubContract
from tests.graphstore.measure_contract import MeasureContract
from tests.graphstore.outbox_contract import OutboxContract
from tests.graphstore.question_contract import QuestionContract
from tests.graphstore.retraction_contract import RetractionContract
from tests.graphstore.set_contract import SetContract
from tests.graphstore.support_contract import SupportContract
from tests.graphstore.watch_contract import WatchContract
from tests.graphstore.writing_contract import WritingContract


class GraphStoreContract(
    WritingContract,
    RetractionContract,
    QuestionContract,
    HubContract,
    MeasureContract,
    AsOfContract,
    OutboxContract,
    SetContract,
    SupportContract,
    WatchContract,
    ExchangeContract,
    HostileContract,
):
    """All of it."""
