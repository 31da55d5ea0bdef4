"""What every section of the settings is made of."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from biorelay.masking import hide
from biorelay.settings.secret_files import only_line

Port = Annotated[int, Field(ge=0, le=65535)]


class Section(BaseModel):
    """Base of the sections: immutable, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, hide_input_in_errors=True)

    def secret(self) -> str | None:
        """The section's password, wherever it is written; opened here and nowhere else. Raises `SettingsError`."""
        secret: SecretStr | None = getattr(self, "password", None)
        file: Path | None = getattr(self, "password_file", None)
        password = secret.get_secret_value() if secret else None if file is None else only_line(file)
        if password is not None:
            hide(password)
        return password

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        if getattr(self, "password", None) is not None and getattr(self, "password_file", None) is not None:
            raise ValueError("give a password or a password_file, not both")
        return self
