"""Every error that biorelay raises, drawn once, and the one place to import them from.

Each has a stable `code`, which also travels in dead-letter headers and metric labels; an `action`, which says whether to
retry, to dead-letter the message, or to stop; and mostly a `remedy`, which says how to mend it.

    BiorelayError
      ArtefactError           artefact.unusable
        ArtefactCorrupt       artefact.corrupt
        ArtefactMissing       artefact.missing
      BadInput                input.unusable
      CorpusBroken            corpus.broken
      CorpusMissing           corpus.missing
      CorpusUnknown           corpus.unknown
      DemoStalled             demo.stalled
      DeviceFailed            runtime.device-failed
      ExplorerError           explorer.error
        BadRequest            explorer.bad-request
        BodyTooLarge          explorer.body-too-large
        Busy                  explorer.busy
        ForeignHost           explorer.foreign-host
        TooManyRequests       explorer.too-many-requests
        TooSlow               explorer.too-slow
        UnknownView           explorer.unknown-view
      GoldUnusable            evaluation.gold
      GraphError              graph.error
        GraphAuthError        graph.auth
        GraphBadAddress       graph.bad-address
        GraphBadContribution  graph.bad-contribution
        GraphBadImport        graph.bad-import
        GraphBadQuery         graph.bad-query
        GraphBusyImport       graph.busy-import
        GraphLocked           graph.locked
        GraphTimeout          graph.timeout
        GraphUnavailable      graph.unavailable
          GraphOutOfMemory    graph.out-of-memory
          GraphRefuses        graph.refuses
        GraphUnknownArticle   graph.unknown-article
        GraphUnknownEntity    graph.unknown-entity
        GraphUnknownSource    graph.unknown-source
      GuidelineUnknown        model.guideline-unknown
      LeakedDocument          corpus.leak
      LicenceNotAllowed       corpus.licence
      OtherRun                training.other-run
      PrecisionLost           training.precision-lost
      RecipeError             training.recipe
      RecordError             record.invalid
        NotJson               record.not-json
        RecordTooLarge        record.too-large
        UnknownSchema         record.unknown-schema
      ResultUnusable          evaluation.result
      RuntimeUnavailable      runtime.unavailable
      SettingsError           settings.invalid
      SourceError             source.unreadable
        TruncatedSource       source.truncated
        UnknownFormat         source.unknown-format
        UnsafeXml             source.unsafe-xml
        UnsupportedFormat     source.unsupported-format
      SourcingError           sourcing.error
        FileDamaged           sourcing.damaged
        FileMissing           sourcing.missing
        HostAway              sourcing.away
        HostRefuses           sourcing.refused
        StateUnusable         sourcing.state
      StreamError             stream.error
        AccessDenied          stream.access-denied
        BrokerRefused         stream.broker-refused
        BrokerUnreachable     stream.broker-unreachable
        CredentialsUnusable   stream.credentials-unusable
        DeadLetterMissing     stream.dead-letter-missing
        DocumentHangs         stream.document-hangs
        EmbeddedBrokerError   stream.embedded
          EmbeddedBrokerFull  stream.embedded-full
          SecondWorker        stream.second-worker
        EndpointTaken         stream.endpoint-taken
        MessageError          stream.message
          BadKey              stream.bad-key
          KeyMismatch         stream.key-mismatch
          KilledWorker        stream.killed-worker
          MessageTooLarge     stream.too-large
          NoKey               stream.no-key
          NoRevision          stream.no-revision
          TooManyQuestions    stream.too-many-questions
          Unexpected          stream.unexpected
        PositionUnusable      stream.position-unusable
        RegistryRefused       stream.registry-refused
        RegistryUnreachable   stream.registry-unreachable
        ResourceAway          stream.resource-away
        TopicsMismatch        stream.topics-mismatch
        TopicsMissing         stream.topics-missing
        WorkerCrashed         stream.worker-crashed
      TargetsUnusable         training.targets-unusable
      TextTooLong             text.too-long
      TrainingUnavailable     training.unavailable
      WeightsMissing          training.weights-missing
      WeightsUnusable         training.weights-unusable
"""

from biorelay.explorer.refusals import (
    BadRequest,
    BodyTooLarge,
    Busy,
    ExplorerError,
    ForeignHost,
    TooManyRequests,
    TooSlow,
    UnknownView,
)
from biorelay.refusals import BadInput, DemoStalled, SettingsError, TrainingUnavailable
from biorelay.sourcing.errors import FileDamaged, FileMissing, HostAway, HostRefuses, SourcingError, StateUnusable
from graphstore.errors import (
    GraphAuthError,
    GraphBadAddress,
    GraphBadContribution,
    GraphBadImport,
    GraphBadQuery,
    GraphBusyImport,
    GraphError,
    GraphLocked,
    GraphOutOfMemory,
    GraphRefuses,
    GraphTimeout,
    GraphUnavailable,
    GraphUnknownArticle,
    GraphUnknownEntity,
    GraphUnknownSource,
)
from models.corpora.errors import CorpusBroken, CorpusMissing, CorpusUnknown, LeakedDocument, LicenceNotAllowed
from models.evaluation.errors import GoldUnusable, ResultUnusable
from models.runtime.errors import (
    Action,
    ArtefactCorrupt,
    ArtefactError,
    ArtefactMissing,
    BiorelayError,
    DeviceFailed,
    GuidelineUnknown,
    RuntimeUnavailable,
    TextTooLong,
)
from models.training.errors import OtherRun, PrecisionLost, RecipeError, TargetsUnusable, WeightsMissing, WeightsUnusable
from processors.errors import (
    NotJson,
    RecordError,
    RecordTooLarge,
    SourceError,
    TruncatedSource,
    UnknownFormat,
    UnknownSchema,
    UnsafeXml,
    UnsupportedFormat,
)
from stream.errors import (
    AccessDenied,
    BadKey,
    BrokerRefused,
    BrokerUnreachable,
    CredentialsUnusable,
    DeadLetterMissing,
    DocumentHangs,
    EmbeddedBrokerError,
    EmbeddedBrokerFull,
    EndpointTaken,
    KeyMismatch,
    KilledWorker,
    MessageError,
    MessageTooLarge,
    NoKey,
    NoRevision,
    PositionUnusable,
    RegistryRefused,
    RegistryUnreachable,
    ResourceAway,
    SecondWorker,
    StreamError,
    TooManyQuestions,
    TopicsMismatch,
    TopicsMissing,
    Unexpected,
    WorkerCrashed,
)

__all__ = [
    "AccessDenied",
    "Action",
    "ArtefactCorrupt",
    "ArtefactError",
    "ArtefactMissing",
    "BadInput",
    "BadKey",
    "BadRequest",
    "BiorelayError",
    "BodyTooLarge",
    "BrokerRefused",
    "BrokerUnreachable",
    "Busy",
    "CorpusBroken",
    "CorpusMissing",
    "CorpusUnknown",
    "CredentialsUnusable",
    "DeadLetterMissing",
    "DemoStalled",
    "DeviceFailed",
    "DocumentHangs",
    "EmbeddedBrokerError",
    "EmbeddedBrokerFull",
    "EndpointTaken",
    "ExplorerError",
    "FileDamaged",
    "FileMissing",
    "ForeignHost",
    "GoldUnusable",
    "GraphAuthError",
    "GraphBadAddress",
    "GraphBadContribution",
    "GraphBadImport",
    "GraphBadQuery",
    "GraphBusyImport",
    "GraphError",
    "GraphLocked",
    "GraphOutOfMemory",
    "GraphRefuses",
    "GraphTimeout",
    "GraphUnavailable",
    "GraphUnknownArticle",
    "GraphUnknownEntity",
    "GraphUnknownSource",
    "GuidelineUnknown",
    "HostAway",
    "HostRefuses",
    "KeyMismatch",
    "KilledWorker",
    "LeakedDocument",
    "LicenceNotAllowed",
    "MessageError",
    "MessageTooLarge",
    "NoKey",
    "NoRevision",
    "NotJson",
    "OtherRun",
    "PositionUnusable",
    "PrecisionLost",
    "RecipeError",
    "RecordError",
    "RecordTooLarge",
    "RegistryRefused",
    "RegistryUnreachable",
    "ResourceAway",
    "ResultUnusable",
    "RuntimeUnavailable",
    "SecondWorker",
    "SettingsError",
    "SourceError",
    "SourcingError",
    "StateUnusable",
    "StreamError",
    "TargetsUnusable",
    "TextTooLong",
    "TooManyQuestions",
    "TooManyRequests",
    "TooSlow",
    "TopicsMismatch",
    "TopicsMissing",
    "TrainingUnavailable",
    "TruncatedSource",
    "Unexpected",
    "UnknownFormat",
    "UnknownSchema",
    "UnknownView",
    "UnsafeXml",
    "UnsupportedFormat",
    "WeightsMissing",
    "WeightsUnusable",
    "WorkerCrashed",
]
