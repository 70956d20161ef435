"""Training of a net on windows drawn from all series, until its loss on later ones stops falling."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lakecast_forecast.interface import LEVELS
from lakecast_forecast.models.lstm.nets import KINDS, Recurrent, Residual, Shape
from lakecast_forecast.models.lstm.views import Frames, Rows, View
from lakecast_forecast.panel import Array

Weights = dict[str, NDArray[np.float32]]

_CLIP = 60.0  # of a target: how far in scales from its anchor a value may pull
_RATE_WEIGHT = 0.2  # of the mean's loss beside that of the quantiles
_RATE_FLOOR = 0.05  # in scales
_LAST_RATE = 20.0  # share of the highest rate with which the last steps begin at least
_FEWEST = 100  # steps, however few windows there are
_FURTHER = 3  # of a net that is trained further: its steps and rate are a third
_HELD_OUT = 8  # one series of so many gives its last window to validation
_LEAST, _VALIDATED = 8, 512  # series that validate at least, if there are so many, and at most


@dataclass(frozen=True)
class Plan:
    """How to train.

    steps: most steps, over which the rate rises to `rate` and falls to 0; batch: windows per seed and step;
    passes: times that a window may be seen on average, for small panels are soon learned by heart;
    every: steps between validations; patience: validations without a better one before the end; flip: share of
    windows turned upside down.
    """

    steps: int = 400
    batch: int = 256
    rate: float = 3e-3
    passes: float = 20.0
    every: int = 25
    patience: int = 8
    flip: float = 0.0

    @property
    def finish(self) -> int:
        """Steps on all windows, the validation's too, in which the rate falls to 0 when the training has ended."""
        return self.steps // 8


@dataclass(frozen=True)
class Trained:
    """A net that can be stored: its kind, sizes and weights, and the validation loss after each `every` steps."""

    kind: str
    shape: Shape
    weights: Weights
    losses: tuple[float, ...]
    steps: int

    @property
    def digest(self) -> str:
        """Of the weights."""
        whole = hashlib.sha256()
        for name, values in sorted(self.weights.items()):
            whole.update(name.encode() + np.ascontiguousarray(values).tobytes())
        return whole.hexdigest()


def train(kind: str, view: View, now: int, plan: Plan, seed: int, start: Trained | None = None) -> Trained | None:
    """Train a net on the series of a view of which `now` columns are known; None where no window has a future.

    start: a net of the same sizes to go on with, for a third of the steps at a third of the rate; it must have known
    no more than `now`. Others, and None, are not looked at.
    The last window of one series in eight validates, and is learned from only when the number of steps is settled.
    Holding back those of all series costs 1 to 3 % of accuracy: the newest windows are the ones that tell.
    """
    with _reproducible(seed):
        return _train(kind, view, now, plan, np.random.default_rng(seed), start)


def answers(trained: Trained, frames: Frames, rows_at_once: int = 512) -> tuple[Array, Array]:
    """Scaled quantiles (b, h, levels) and mean (b, h), averaged over seeds; the same for any batch.

    Computed in double precision: single precision would differ by the batch's size in the sixth digit.
    """
    net = KINDS[trained.kind](trained.shape)
    net.load_state_dict(_tensors_of(trained.weights))
    net = net.double().eval().to(_device())
    quantiles, rates = [], []
    with torch.inference_mode(), _single_thread():
        for first in range(0, len(frames.static), rows_at_once):
            part = _tensors(frames, slice(first, first + rows_at_once), np.float64)
            out = net(*(values.expand(net.seeds, *values.shape[1:]) for values in part))
            anchor = torch.from_numpy((frames.anchor / frames.scale)[first : first + rows_at_once]).to(out.device)
            rates.append(_rate(out, anchor).mean(dim=0).cpu().numpy())
            quantiles.append(out[..., :-1].sort(dim=-1).values.mean(dim=0).cpu().numpy())
    return np.concatenate(quantiles), np.concatenate(rates)


def _train(
    kind: str, view: View, now: int, plan: Plan, random: np.random.Generator, start: Trained | None
) -> Trained | None:
    held = now - view.horizons  # the last origins whose future is known
    final = np.maximum(held - view.first + 1, 0)
    if not final.any():
        return None
    able = np.flatnonzero(final)
    share = min(max(len(able) // _HELD_OUT, _LEAST), len(able), _VALIDATED)
    validating = np.sort(random.choice(able, share, replace=False))
    training = final.copy()
    training[validating] = np.maximum(final[validating] - view.horizons[validating], 0)
    if not training.any():
        validating, training = able[:0], final
    passes = round(plan.passes * int(training.sum()) / plan.batch)
    plan = replace(plan, steps=min(plan.steps, max(passes, _FEWEST)))
    net = _net(kind, view, now)
    if start is not None and (start.kind, start.shape) == (kind, _shape(view, now)):
        net.load_state_dict(_tensors_of(start.weights))
        plan = replace(plan, steps=-(-plan.steps // _FURTHER), rate=plan.rate / _FURTHER)
    optimiser = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=1e-3)
    rising = 0.1 if plan.steps > 20 else 0.3  # the schedule divides by 0 where a share is a single step
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, total_steps=plan.steps, pct_start=rising)
    best, losses, best_weights, waited, step = np.inf, [], _weights(net), 0, 0
    later = view.frames(validating, held[validating]) if len(validating) else None
    truth = view.targets(validating, held[validating]) if len(validating) else None
    for step in range(1, plan.steps + 1):
        _step(net, view, plan, optimiser, random, training)
        schedule.step()
        if later is None or truth is None or step % plan.every:
            continue
        net.eval()
        with torch.inference_mode():
            losses.append(float(_loss(net, later, *truth, view.rated)))
        net.train()
        if losses[-1] < best:
            best, best_weights, waited = losses[-1], _weights(net), 0
        else:
            waited += 1
        if waited >= plan.patience:
            break
    if later is not None:
        net.load_state_dict(_tensors_of(best_weights))
        rate = max(schedule.get_last_lr()[0], plan.rate / _LAST_RATE)
        for left in range(plan.finish, 0, -1):
            for group in optimiser.param_groups:
                group["lr"] = rate * left / plan.finish
            _step(net, view, plan, optimiser, random, final)
    return Trained(kind, _shape(view, now), _weights(net), tuple(losses), step)


def _step(
    net: Recurrent | Residual,
    view: View,
    plan: Plan,
    optimiser: torch.optim.Optimizer,
    random: np.random.Generator,
    counts: Rows,
) -> None:
    chance = np.sqrt(counts)
    rows = random.choice(len(counts), net.seeds * plan.batch, p=chance / chance.sum())
    origins = view.first[rows] + (random.random(len(rows)) * counts[rows]).astype(np.int64)
    frames = view.frames(rows, origins)
    values, known = view.targets(rows, origins)
    signs = np.ones(len(rows))
    if view.mirrors and plan.flip:
        signs = np.where(random.random(len(rows)) < plan.flip, -1.0, 1.0)
        frames = view.mirrored(frames, signs)
    loss = _loss(net, frames, values, known, view.rated, signs)
    optimiser.zero_grad(set_to_none=True)
    (loss * net.seeds).backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(net.parameters(), net.seeds**0.5)
    optimiser.step()


def _loss(
    net: Recurrent | Residual,
    frames: Frames,
    values: Array,
    known: Array,
    rated: bool,
    signs: Array | None = None,
) -> Tensor:
    """Mean pinball loss of the scaled quantiles, and if `rated` the Poisson deviance of the mean.

    Training windows come in as many equal parts as there are seeds; validation windows go to every seed.
    """
    scaled = (values - frames.anchor) / frames.scale
    if signs is not None:
        scaled = scaled * signs[:, None]
    parts = net.seeds if signs is not None else 1
    device = next(net.parameters()).device

    def tensor(array: Array) -> Tensor:
        folded = array.astype(np.float32).reshape(parts, len(array) // parts, *array.shape[1:])
        return torch.from_numpy(folded).to(device).expand(net.seeds, *folded.shape[1:])

    out = net(tensor(frames.sequence), tensor(frames.static), tensor(frames.ahead))
    weight = tensor(known)
    error = tensor(np.clip(scaled, -_CLIP, _CLIP))[..., None] - out[..., :-1]
    levels = torch.tensor(LEVELS, device=device)
    pinball = 2 * torch.maximum(levels * error, (levels - 1) * error).mean(dim=-1)
    if rated:
        share = tensor(np.clip(values / frames.scale, 0.0, _CLIP))
        rate = _rate(out, tensor(frames.anchor / frames.scale))
        pinball = pinball + _RATE_WEIGHT * (rate - share * torch.log(rate))
    return (pinball * weight).sum() / weight.sum().clamp(min=1.0)


def _rate(out: Tensor, anchor: Tensor) -> Tensor:
    """The mean in scales: a factor on the anchor, which is held above zero."""
    return (anchor.clamp(min=0.0) + _RATE_FLOOR) * torch.exp(out[..., -1].clamp(-4.0, 4.0))


def _net(kind: str, view: View, now: int) -> Recurrent | Residual:
    return KINDS[kind](_shape(view, now)).train().to(_device())


def _shape(view: View, now: int) -> Shape:
    one = view.frames(np.zeros(1, dtype=np.int64), np.full(1, now))
    _, steps, channels = one.sequence.shape
    return Shape(steps, channels, one.static.shape[1], one.ahead.shape[2], view.horizon, len(LEVELS) + 1)


def _weights(net: torch.nn.Module) -> Weights:
    return {name: values.detach().cpu().numpy().copy() for name, values in net.state_dict().items()}


def _tensors_of(weights: Weights) -> dict[str, Tensor]:
    return {name: torch.from_numpy(values) for name, values in weights.items()}


def _tensors(frames: Frames, part: slice, kind: type[np.floating]) -> tuple[Tensor, ...]:
    arrays = (frames.sequence[part], frames.static[part], frames.ahead[part])
    return tuple(torch.from_numpy(array.astype(kind))[None].to(_device()) for array in arrays)


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


@contextmanager
def _single_thread() -> Iterator[None]:
    """Sums in one order on any machine; nets as small as these gain nothing from more threads."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def _reproducible(seed: int) -> Iterator[None]:
    """The same random numbers for the same seed, without touching those of others."""
    with torch.random.fork_rng(), _single_thread():
        torch.manual_seed(seed)
        yield
