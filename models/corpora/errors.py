"""Errors of corpora and of the guards that stand before training."""

from models.runtime.errors import BiorelayError


class CorpusUnknown(BiorelayError):
    """A recipe names a corpus or a split that the registry does not hold."""

    code = "corpus.unknown"


class CorpusMissing(BiorelayError):
    """A corpus file is not under the data folder."""

    code = "corpus.missing"


class CorpusBroken(BiorelayError):
    """A corpus file is not what its registry entry says: the message names file and line, or record."""

    code = "corpus.broken"


class LeakedDocument(BiorelayError):
    """The training data holds a document of a dev or test set, or a held-out one."""

    code = "corpus.leak"


class LicenceNotAllowed(BiorelayError):
    """A corpus has a licence that is not on the allow-list."""

    code = "corpus.licence"
