"""The public surface is what is written here, and importing it is light."""

import inspect
import subprocess
import sys

import pytest

import biorelay
from biorelay.errors import BiorelayError

HEAVY = ("faust", "aiokafka", "confluent_kafka", "onnxruntime", "tokenizers", "neo4j", "ladybug", "numpy", "pydantic", "rich", "torch")


def test_the_public_names() -> None:
    assert biorelay.__all__ == ["BiorelayError", "Extractor", "Publisher", "RelationStream", "__version__", "open_graph"]
    assert dir(biorelay) == biorelay.__all__


@pytest.mark.parametrize("name", biorelay.__all__)
def test_every_public_name_loads_and_is_documented(name: str) -> None:
    value = getattr(biorelay, name)
    if name == "__version__":
        assert value[0].isdigit()
    else:
        assert inspect.isclass(value) or inspect.isfunction(value)
        assert inspect.getdoc(value)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = biorelay.nothing


def test_the_base_of_the_errors_is_the_same_everywhere() -> None:
    assert biorelay.BiorelayError is BiorelayError


def test_importing_biorelay_loads_nothing_heavy() -> None:
    code = f"import sys, biorelay; print([name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert run.stdout.strip() == "[]"


def test_the_help_of_the_command_line_loads_nothing_heavy() -> None:
    heavy = tuple(name for name in HEAVY if name != "rich")
    code = (
        "import sys\nsys.argv = ['biorelay', '--help']\nfrom biorelay.cli import main\n"
        f"try:\n    main()\nexcept SystemExit as end:\n    print(end.code, [name for name in {heavy!r} if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert run.stdout.splitlines()[-1] == "0 []"
