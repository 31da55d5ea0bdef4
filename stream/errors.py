"""Errors of the stream."""

from models.runtime.errors import Action, BiorelayError


class StreamError(BiorelayError):
    """Something about the topics or the messages on them."""

    code = "stream.error"


class BrokerUnreachable(StreamError):
    """No broker answers, or it answers too late."""

    code = "stream.broker-unreachable"
    action = Action.RETRY


class AccessDenied(StreamError):
    """The broker refuses the login, or the login may not do this."""

    code = "stream.access-denied"


class CredentialsUnusable(StreamError):
    """A file that the login needs, such as a certificate or its key, cannot be used."""

    code = "stream.credentials-unusable"


class TopicsMissing(StreamError):
    """A topic that is needed is not there."""

    code = "stream.topics-missing"


class TopicsMismatch(StreamError):
    """The stage topics differ in their number of partitions, or a topic forgets too early."""

    code = "stream.topics-mismatch"


class BrokerRefused(StreamError):
    """The broker refuses what was sent or asked, and asking again will not help."""

    code = "stream.broker-refused"


class ResourceAway(StreamError):
    """The operating system refuses something for now: a full disk, no more file handles, a broken connection."""

    code = "stream.resource-away"
    action = Action.RETRY


class MessageError(StreamError):
    """One message cannot be handled, whatever is tried."""

    code = "stream.message"
    action = Action.DEAD_LETTER


class NoKey(MessageError):
    """The message has no key, so that it belongs to no document."""

    code = "stream.no-key"


class BadKey(MessageError):
    """The message's key is not a document's CURIE."""

    code = "stream.bad-key"


class KeyMismatch(MessageError):
    """The record inside names another document than the message's key."""

    code = "stream.key-mismatch"


class NoRevision(MessageError):
    """A derived message has no readable revision in its headers."""

    code = "stream.no-revision"


class KilledWorker(MessageError):
    """Workers died on this document, so it is set aside unprocessed."""

    code = "stream.killed-worker"


class MessageTooLarge(MessageError):
    """A message passes the limit of its topic."""

    code = "stream.too-large"


class TooManyQuestions(MessageError):
    """More standing questions than the settings allow."""

    code = "stream.too-many-questions"


class Unexpected(MessageError):
    """A step failed with an error that nobody foresaw; the document is set aside."""

    code = "stream.unexpected"


class EmbeddedBrokerError(StreamError):
    """The embedded broker cannot be started, or not be used this way."""

    code = "stream.embedded"


class EmbeddedBrokerFull(EmbeddedBrokerError):
    """The embedded broker would lose what is published, because no worker makes room."""

    code = "stream.embedded-full"


class SecondWorker(EmbeddedBrokerError):
    """The embedded broker serves one worker process only."""

    code = "stream.second-worker"


class DeadLetterMissing(StreamError):
    """No dead letter at that place."""

    code = "stream.dead-letter-missing"


class WorkerCrashed(StreamError):
    """The worker stopped by an error that nobody foresaw; nothing that was in hand is acknowledged."""

    code = "stream.worker-crashed"


class DocumentHangs(StreamError):
    """A document's step does not come to its end, so the worker does; the document's mark is kept."""

    code = "stream.document-hangs"


class EndpointTaken(StreamError):
    """The metrics address is in use or not one of this machine's."""

    code = "stream.endpoint-taken"


class RegistryUnreachable(StreamError):
    """The schema registry does not answer, or it is overloaded."""

    code = "stream.registry-unreachable"
    action = Action.RETRY


class RegistryRefused(StreamError):
    """The schema registry refuses the login or a record's schema, or it is none."""

    code = "stream.registry-refused"


class PositionUnusable(StreamError):
    """The file that should hold a consumer's place cannot be used."""

    code = "stream.position-unusable"
