"""What can go wrong with a local service: one class, one sentence, one remedy."""


class LocalServiceError(RuntimeError):
    """A local service could not be had. ``remedy`` says what to do about it."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}. {self.remedy}"
