"""What every graph engine must do. Subclassed once for each; the subclass supplies the fixture `store`, empty and open."""

from tests.graphstore.outbox_contract import OutboxContract
from tests.graphstore.question_contract import QuestionContract
from tests.graphstore.retraction_contract import RetractionContract
from tests.graphstore.writing_contract import WritingContract


class GraphStoreContract(WritingContract, RetractionContract, QuestionContract, OutboxContract):
    """All of it."""
