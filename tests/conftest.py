"""What every test shares: strict time limits are in pyproject.toml, real services in `tests.services`."""

pytest_plugins = ["tests.services"]
