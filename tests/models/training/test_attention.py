"""Attention of our own on a CPU: as near to the exact answer as torch's fused one, in both passes, and only where it fits."""

from typing import Any

import pytest

pytestmark = [pytest.mark.torch, pytest.mark.timeout(300)]

SHAPES = [(1, 3, 17, 8), (4, 2, 9, 32)]


def drawn(shape: tuple[int, ...], *, masked: int) -> tuple[list[Any], Any, Any]:
    """Queries, keys and values in bfloat16, a mask over the last places of the first row, and what flows back."""
    import torch

    generator = torch.Generator().manual_seed(1)
    parts = [torch.randn(shape, generator=generator).to(torch.bfloat16).requires_grad_() for _ in range(3)]
    mask = torch.zeros(shape[0], 1, 1, shape[2])
    mask[0, ..., shape[2] - masked :] = torch.finfo(torch.float32).min
    return parts, mask if masked else None, torch.randn(shape, generator=generator).to(torch.bfloat16)


def passes(parts: list[Any], mask: Any, back: Any, *, ours: bool) -> list[Any]:
    """The answer and the three gradients."""
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    from models.training.attention import attention

    given = [part.detach().clone().requires_grad_() for part in parts]
    if ours:
        found = attention(*given, mask)
    else:
        found = scaled_dot_product_attention(*given, attn_mask=None if mask is None else mask.to(given[0].dtype))
    found.backward(back.to(found.dtype))
    return [value.detach().to(torch.float32) for value in (found, *(part.grad for part in given))]


@pytest.mark.parametrize("masked", [0, 4])
@pytest.mark.parametrize("shape", SHAPES)
def test_both_passes_are_as_near_to_the_exact_ones_as_torchs(shape: tuple[int, ...], masked: int) -> None:
    parts, mask, back = drawn(shape, masked=masked)
    exact = passes([part.double() for part in parts], mask, back, ours=False)
    for truth, ours, theirs in zip(exact, passes(parts, mask, back, ours=True), passes(parts, mask, back, ours=False), strict=True):
        gap, allowed = float((ours - truth).norm()), float((theirs - truth).norm())
        assert gap <= 3 * allowed + 0.01 * float(truth.norm())
    if masked:
        assert not exact[3][0, :, -masked:].any()
        assert not passes(parts, mask, back, ours=True)[3][0, :, -masked:].any()


def test_it_answers_inside_alone_and_only_where_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch
    from torch.nn.functional import scaled_dot_product_attention

    from models.training import attention

    asked: list[tuple[int, ...]] = []
    original = attention.attention

    def noted(query: Any, *args: Any, **options: Any) -> Any:
        asked.append(tuple(query.shape))
        return original(query, *args, **options)

    monkeypatch.setattr(attention, "attention", noted)
    parts, mask, _ = drawn(SHAPES[0], masked=2)
    cpu = torch.device("cpu")
    outside = scaled_dot_product_attention(*parts, attn_mask=mask.to(torch.bfloat16))
    assert not asked
    with attention.reduced(cpu, bf16=True):
        inside = scaled_dot_product_attention(*parts, attn_mask=mask, scale=8**-0.5)
        assert asked == [SHAPES[0]]
        for options in ({"is_causal": True}, {"dropout_p": 0.5}, {"attn_mask": mask.bool()}):
            scaled_dot_product_attention(*parts, **options)
        scaled_dot_product_attention(*(part[0] for part in parts))
        assert len(asked) == 1
    with attention.reduced(cpu, bf16=False):
        scaled_dot_product_attention(*(part.float() for part in parts))
    assert len(asked) == 1
    assert torch.allclose(inside.float(), outside.float(), atol=0.03)
