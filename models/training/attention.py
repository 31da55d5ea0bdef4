"""Reduced precision while training, and attention that a CPU is quick at in it.

torch's fused attention answers its backward pass in bfloat16 five to ten times slower than its forward pass on a CPU; the same in
three products is as exact as any product of bfloat16, and two to six times as fast over both passes. On a GPU torch's own is used.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention, softmax
from torch.overrides import TorchFunctionMode


@contextmanager
def reduced(device: torch.device, *, bf16: bool) -> Iterator[None]:
    """Products in bfloat16 inside, where the recipe asks for them. Several threads may be inside at once."""
    cast = torch.autocast(device.type, dtype=torch.bfloat16, enabled=bf16, cache_enabled=False)  # threads would share the cache
    with cast, _Attention():
        yield


class _Attention(TorchFunctionMode):
    """Answers calls of `scaled_dot_product_attention` by `attention` where that is the quicker one."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is scaled_dot_product_attention and len(args) == 3 and _fits(args, kwargs):
            query, key, value = args
            return attention(query, key, value, kwargs.get("attn_mask"), scale=kwargs.get("scale"))
        return func(*args, **kwargs)


def _fits(parts: Sequence[Tensor], options: Mapping[str, Any]) -> bool:
    plain = not (options.get("is_causal") or options.get("dropout_p") or options.get("enable_gqa"))
    mask = options.get("attn_mask")
    adds = mask is None or mask.is_floating_point()
    return plain and adds and all(p.dtype == torch.bfloat16 and p.device.type == "cpu" and p.ndim == 4 for p in parts)


def attention(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, *, scale: float | None = None) -> Tensor:
    """(B, H, L, D), twice (B, H, S, D), and what is added to the scores, broadcast to (B, H, L, S) -> (B, H, L, D)."""
    rows, heads, length, width = query.shape
    seen = key.shape[2]
    scale = width**-0.5 if scale is None else scale
    with torch.autocast("cpu", enabled=False):
        q, k, v = (part.reshape(rows * heads, part.shape[2], part.shape[3]) for part in (query, key, value))
        if mask is None:
            scores = torch.bmm(q * scale, k.transpose(1, 2))
        else:
            added = mask.to(query.dtype).expand(rows, heads, length, seen).reshape(rows * heads, length, seen)
            scores = torch.baddbmm(added, q, k.transpose(1, 2), alpha=scale)
        return torch.bmm(softmax(scores, dim=-1), v).view(rows, heads, length, width)
