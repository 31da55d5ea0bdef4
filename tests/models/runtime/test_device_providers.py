"""Which provider is chosen of what is there, and how onnxruntime is told; no GPU is asked."""

from pathlib import Path

import pytest

from models.runtime.providers import Inference, buckets, chosen, execution_providers, most_pieces

CPU, CUDA, TENSORRT = "CPUExecutionProvider", "CUDAExecutionProvider", "TensorrtExecutionProvider"
GPU_WHEEL = [TENSORRT, CUDA, CPU]
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


@pytest.mark.parametrize(
    ("asked", "available", "precision", "wanted", "reason"),
    [
        ("cpu", GPU_WHEEL, "int8", (), None),
        ("auto", [CPU], "fp16", (), None),
        ("auto", GPU_WHEEL, "fp16", ("cuda",), None),
        ("auto", GPU_WHEEL, "int8", (), "int8, which is for CPUs"),
        ("cuda", GPU_WHEEL, "fp16", ("cuda",), None),
        ("cuda", GPU_WHEEL, "int8", ("cuda",), "int8, which is for CPUs"),
        ("cuda", ["AzureExecutionProvider", CPU], "fp16", (), "provider is cuda, but the installed onnxruntime has Azure, CPU only"),
        ("tensorrt", GPU_WHEEL, "fp16", ("tensorrt", "cuda"), None),
        ("tensorrt", [CUDA, CPU], "fp16", (), "provider is tensorrt, but the installed onnxruntime has CUDA, CPU only"),
    ],
)
def test_what_is_tried(asked: str, available: list[str], precision: str, wanted: tuple[str, ...], reason: str | None) -> None:
    tried, caution = chosen(asked, available, precision=precision, model="relay@1", padded=True)  # type: ignore[arg-type]
    assert tried == wanted
    assert (caution is None) == (reason is None)
    if caution and reason:
        assert reason in caution.reason
        assert caution.remedy


def test_remedies_name_the_command() -> None:
    _, int8 = chosen("cuda", GPU_WHEEL, precision="int8", model="relay@1", padded=True)
    assert int8
    assert "biorelay models convert relay@1 --precision fp16 --output" in str(int8)
    tried, no_mask = chosen("cuda", GPU_WHEEL, precision="fp16", model="relay@1", padded=False)
    assert tried == ()
    assert no_mask
    assert "takes no attention mask" in str(no_mask)
    _, wheel = chosen("cuda", [CPU], precision="fp16", model="relay@1", padded=True)
    assert wheel
    assert "pip install 'biorelay[gpu]'" in str(wheel)


@pytest.mark.parametrize("window", [3, 32, 48, 128, 256, 300, 512, 1024, 8192])
def test_buckets_are_few_and_end_with_the_window(window: int) -> None:
    lengths = buckets(window)
    assert [*lengths] == sorted(set(lengths))
    assert lengths[-1] == window
    assert len(lengths) <= 60
    assert all(length % 8 == 0 for length in lengths[:-1])
    for length in range(129, window + 1):
        assert next(bucket for bucket in lengths if bucket >= length) < 1.34 * length


def test_the_shipped_window_has_twelve() -> None:
    assert buckets(512) == (32, 64, 96, 128, 160, 192, 224, 256, 320, 384, 448, 512)


def test_a_window_may_be_larger_than_the_budget() -> None:
    assert most_pieces(8192, 4096) == 8192
    assert most_pieces(512, 4096) == 4096


def test_the_number_of_feeders_follows_the_batch() -> None:
    assert Inference("cuda", batch_pieces=16_384).feeders == 64
    assert Inference("cuda", batch_pieces=512).feeders == 2
    assert Inference("cuda", batch_pieces=1).feeders == 1


def test_cuda_falls_back_node_by_node() -> None:
    (cuda, options), (cpu, none) = execution_providers("cuda", Inference("cuda", device=1), inputs=INPUTS, window=512)
    assert (cuda, cpu, none) == (CUDA, CPU, {})
    assert options == {"device_id": "1", "arena_extend_strategy": "kSameAsRequested", "use_tf32": "0"}


def test_the_cpu_is_told_nothing() -> None:
    assert execution_providers("cpu", Inference(), inputs=INPUTS, window=512) == [(CPU, {})]


def test_tensorrt_has_one_profile_over_every_batch_and_keeps_its_engines(tmp_path: Path) -> None:
    inference = Inference("tensorrt", batch_pieces=8192, engines=tmp_path)
    providers = execution_providers("tensorrt", inference, inputs=INPUTS, window=512)
    assert [name for name, _ in providers] == [TENSORRT, CUDA, CPU]
    options = providers[0][1]
    assert options["trt_fp16_enable"] == "True"
    assert options["trt_engine_cache_path"] == options["trt_timing_cache_path"] == str(tmp_path)
    shapes = {which: options[f"trt_profile_{which}_shapes"] for which in ("min", "opt", "max")}
    assert shapes == {
        "min": "input_ids:1x32,attention_mask:1x32,token_type_ids:1x32",
        "opt": "input_ids:21x384,attention_mask:21x384,token_type_ids:21x384",
        "max": "input_ids:128x512,attention_mask:128x512,token_type_ids:128x512",
    }
    unkept = execution_providers("tensorrt", Inference("tensorrt"), inputs=INPUTS, window=512)[0][1]
    assert "trt_engine_cache_path" not in unkept
