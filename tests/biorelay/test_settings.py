"""Settings: variables over the file over the defaults, and one clear line for what cannot be used."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import settings as settings_of_test
from hypothesis import strategies as st

from biorelay.errors import SettingsError
from biorelay.settings import Settings, load_settings, origins, unknown_variables
from biorelay.settings.keys import keys
from models.runtime.providers import Inference


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("BIORELAY_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_defaults_need_nothing() -> None:
    settings = load_settings()
    assert settings.broker.bootstrap == "127.0.0.1:9092"
    assert settings.worker.stages == ("ner", "relations", "graph")
    assert settings.graph_url == "ladybug:.local/graph"
    assert origins() == {}


def test_the_embedded_graph_follows_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_DATA_DIR", "/srv/biorelay")
    assert load_settings().graph_url == "ladybug:/srv/biorelay/graph"


def test_a_variable_wins_over_the_file_which_wins_over_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "biorelay.toml").write_text(
        'model = "other"\n[broker]\nbootstrap = "file:1"\ntimeout_s = 3\n[worker]\nstages = ["graph", "ner"]\n'
    )
    monkeypatch.setenv("BIORELAY_BROKER_BOOTSTRAP", "variable:2")
    settings = load_settings()
    assert settings.broker.bootstrap == "variable:2"
    assert settings.broker.timeout_s == 3
    assert settings.model == "other"
    assert settings.worker.stages == ("ner", "graph")
    assert settings.topics.prefix == "biorelay"
    assert origins() == {
        "model": "biorelay.toml:1",
        "broker.bootstrap": "BIORELAY_BROKER_BOOTSTRAP",
        "broker.timeout_s": "biorelay.toml:4",
        "worker.stages": "biorelay.toml:6",
    }


def test_given_values_win_over_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_TOPICS_PREFIX", "variable")
    assert Settings(topics={"prefix": "given"}).topics.prefix == "given"  # type: ignore[arg-type]


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SECURITY": "SASL_SSL", "USERNAME": "app", "PASSWORD": "geheim"}.items():
        monkeypatch.setenv(f"BIORELAY_BROKER_{name}", value)
    monkeypatch.setenv("BIORELAY_GRAPH_PASSWORD", "verborgen")
    settings = load_settings()
    shown = f"{settings!r} {settings.model_dump_json()}"
    assert "geheim" not in shown
    assert "verborgen" not in shown
    assert settings.broker.password is not None
    assert settings.broker.password.get_secret_value() == "geheim"


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("BROKER_BOOTSTRAP", "kafka", "BIORELAY_BROKER_BOOTSTRAP: 'kafka' is not host:port"),
        ("BROKER_BOOTSTRAP", "a:1,b:x", "BIORELAY_BROKER_BOOTSTRAP: 'b:x' is not host:port"),
        ("BROKER_BOOSTRAP", "kafka:1", "BIORELAY_BROKER_BOOSTRAP: there is no such setting"),
        ("BROKER", "kafka:1", "BIORELAY_BROKER: the broker settings are a section"),
        ("BROKER_SECURITY", "SASL_SSL", "the broker settings: SASL_SSL needs a username and a password"),
        ("REGISTRY_URL", "registry:8081", "BIORELAY_REGISTRY_URL: should be http://host:port or https://host:port"),
        ("WORKER_BATCH", "many", "BIORELAY_WORKER_BATCH: should be a valid integer, not 'many'"),
        ("WORKER_STAGES", "ner,paint", "BIORELAY_WORKER_STAGES: should be 'ner', 'relations' or 'graph', not 'paint'"),
        ("WORKER_STAGES", "", "BIORELAY_WORKER_STAGES: names no stage"),
        ("TOPICS_PREFIX", "a b", "BIORELAY_TOPICS_PREFIX: string should match pattern '^[A-Za-z0-9._-]{1,100}$', not 'a b'"),
    ],
)
def test_a_bad_variable_is_one_line(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, line: str) -> None:
    monkeypatch.setenv(f"BIORELAY_{variable}", value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value).lower() == line.lower()
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GRAPH_URL", "bolt://neo4j:geheim@db:7687"),
        ("GRAPH_URL", "bolt:neo4j:geheim@db:7687"),
        ("REGISTRY_URL", "https://app:geheim@registry:8081"),
        ("REGISTRY_URL", "https:app:geheim@registry:8081"),
        ("BROKER_BOOTSTRAP", "app:geheim@kafka:9092"),
        ("BROKER_BOOTSTRAP", "kafka:9092,https://app:geheim@kafka:9092"),
    ],
)
def test_a_login_in_an_address_is_refused_without_repeating_it(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(f"BIORELAY_{variable}", value)
    with pytest.raises(SettingsError, match=r"put (user|the login)") as caught:
        load_settings()
    assert "geheim" not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize(
    "text", ["[graph]\npassword = 12345678\n", "[broker]\npassword = ['12345678']\n", "[worker]\npassword = '12345678'\n"]
)
def test_a_secret_of_the_wrong_kind_or_place_is_not_repeated(tmp_path: Path, text: str) -> None:
    (tmp_path / "biorelay.toml").write_text(text)
    with pytest.raises(SettingsError, match=r"biorelay\.toml:2: \w+\.password: ") as caught:
        load_settings()
    assert "12345678" not in f"{caught.value} {caught.value.__cause__}"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[brokers]\nbootstrap = 'a:1'\n", "[broker]"),
        ("[broker]\nboostrap = 'a:1'\n", "broker.bootstrap"),
        ("bootstrap = 'a:1'\n", "broker.bootstrap"),
        ("[worker]\npartitions = 3\n", "topics.partitions"),
        ("modell = 'x'\n", "model"),
        ("data-dir = 'x'\n", "data_dir"),
        ("[topics]\nretention = 30\n", "topics.retention_days"),
        ("[graph]\nurll = 'x'\n", "graph.url"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_name(tmp_path: Path, written: str, meant: str) -> None:
    (tmp_path / "biorelay.toml").write_text(written)
    with pytest.raises(SettingsError, match=r"biorelay\.toml:\d: .*there is no such setting") as caught:
        load_settings()
    assert caught.value.remedy == f"Did you mean {meant}?"


def test_an_unknown_variable_is_answered_with_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_WORKER_BATCHES", "3")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.remedy == "Did you mean BIORELAY_WORKER_BATCH?"


def test_a_key_like_no_other_sends_the_reader_to_the_list(tmp_path: Path) -> None:
    (tmp_path / "biorelay.toml").write_text("zzzz = 1\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert caught.value.remedy == "`biorelay config show` lists them all."


def test_the_remedy_says_what_the_setting_means_and_accepts(tmp_path: Path) -> None:
    (tmp_path / "biorelay.toml").write_text("# ours\n[worker]\nbatch = 0\n")
    with pytest.raises(SettingsError, match=r"^biorelay\.toml:3: worker\.batch: should be greater than or equal to 1, not 0$") as caught:
        load_settings()
    assert caught.value.remedy == "worker.batch: documents taken at once (whole number, 1 to 10000). Default: 64."


def test_an_option_wins_over_all(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "biorelay.toml").write_text("[worker]\nbatch = 3\n")
    monkeypatch.setenv("BIORELAY_WORKER_BATCH", "4")
    options = ["worker.batch=5", "model=a=b", "worker.stages=graph,ner"]
    settings = load_settings(options=options)
    assert (settings.worker.batch, settings.model, settings.worker.stages) == (5, "a=b", ("ner", "graph"))
    assert origins(options=options) == {"worker.batch": "--set", "model": "--set", "worker.stages": "--set"}


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("worker.batch", "--set worker.batch: no value"),
        ("worker.batch=x", "--set worker.batch: should be a valid integer, not 'x'"),
        ("worker.batches=3", "--set worker.batches: there is no such setting"),
        ("worker=3", "--set worker: the worker settings are a section"),
        ("a.b.c=3", "--set a.b: there is no such setting"),
        ("graph.password=geheim", "--set graph.password: every process of this machine could read it"),
    ],
)
def test_a_bad_option_is_one_line(option: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(options=[option])
    assert str(caught.value) == said
    assert caught.value.remedy
    assert "geheim" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[broker]\n# first\ntimeout_s = 3\n", 3),
        ("broker.timeout_s = 3\n", 1),
        ("\n[ broker ]  # ours\n  'timeout_s' = 3\n", None),
        ("broker = { timeout_s = 3 }\n", None),
    ],
)
def test_the_line_is_told_where_a_key_has_its_own(tmp_path: Path, text: str, line: int | None) -> None:
    (tmp_path / "biorelay.toml").write_text(text)
    assert load_settings().broker.timeout_s == 3
    assert origins() == {"broker.timeout_s": f"biorelay.toml:{line}" if line else "biorelay.toml"}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[broker\n", "not TOML"),
        ("[brokers]\nbootstrap = 'a:1'\n", "brokers: there is no such setting"),
        ("[worker]\nbatch = 'x'\n", "worker.batch: should be a valid integer, not 'x'"),
        ("worker = 3\n", "the worker settings are a section"),
    ],
)
def test_a_bad_file_is_one_line_that_names_it(tmp_path: Path, text: str, line: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "biorelay.toml").write_bytes(b"\xef\xbb\xbf[worker]\nbatch = 3\n")
    assert load_settings().worker.batch == 3
    assert origins() == {"worker.batch": "biorelay.toml:2"}


TOML = st.recursive(
    st.booleans() | st.integers(-10, 10**19) | st.floats() | st.text("ab@:/,.-1", max_size=12),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", min_size=1, max_size=2), inner, max_size=2),
    max_leaves=4,
)


@settings_of_test(deadline=None, max_examples=100)
@given(st.sampled_from(sorted(keys())), TOML)
def test_any_value_of_any_key_is_taken_or_refused_by_name(key: str, value: object) -> None:
    section, _, name = key.rpartition(".")
    with TemporaryDirectory() as folder:
        file = Path(folder) / "own.toml"
        file.write_text(f"[{section}]\n{name} = {toml(value)}\n" if section else f"{name} = {toml(value)}\n", encoding="utf-8")
        refused: SettingsError | None = None
        try:
            load_settings(file)
        except SettingsError as error:
            refused = error
    if refused:
        assert key in str(refused) or f"the {section} settings" in str(refused)
        assert refused.remedy
        assert "\n" not in str(refused)


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return str(value).lower() if isinstance(value, bool | float) else json.dumps(value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"gone\.toml: cannot be read"):
        load_settings(tmp_path / "gone.toml")


def test_unknown_variables_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIORELAY_BOOTSTRAP", "kafka:9092")
    monkeypatch.setenv("BIORELAY_BROKER_BOOTSTRAP", "kafka:9092")
    assert unknown_variables() == ["BIORELAY_BOOTSTRAP"]


def test_threads_follow_the_provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On a GPU as many as fill its batches; on a CPU, and where there is no GPU to be had, one for each core, which 0 stands for."""
    import onnxruntime

    asked = ["inference.provider=cuda", "inference.batch_pieces=8192", f"data_dir={tmp_path}"]
    assert load_settings().stream().threads == 0
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    assert load_settings(options=asked).stream().threads == 0
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"])
    assert load_settings(options=asked).stream().threads == 32
    assert load_settings(options=["inference.provider=auto"]).stream().threads == 64
    assert load_settings(options=[*asked, "worker.threads=3"]).stream().threads == 3
    assert load_settings(options=asked).runs_on() == Inference("cuda", 0, 8192, engines=tmp_path / "tensorrt")
