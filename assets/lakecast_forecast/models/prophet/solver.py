"""Posterior mode of Prophet's model for many series that share their dates.

With times t, changepoints s_j, features X and Prophet's priors, the model of a scaled series is

    additive        y = m + k t + Σ δ_j max(t - s_j, 0) + X β + noise
    multiplicative  y = (m + k t + Σ δ_j max(t - s_j, 0)) (1 + X β) + noise
    k, m ~ Normal(0, 5)   δ ~ Laplace(0, τ)   β ~ Normal(0, scales)   noise ~ Normal(0, σ)   σ ~ HalfNormal(.5)

(Taylor and Letham 2018, "Forecasting at scale"; the library's prophet.stan.) A Laplace prior acts like a Normal
one whose variance is τ |δ|, so the mode is approached by iteratively reweighted least squares, σ having a closed
form in each step. All but δ is eliminated beforehand: one eigendecomposition serves every step and σ, and a step
solves one system per series with as many unknowns as there are changepoints, 25 at most by default. The
multiplicative model is linearised around its last estimate (Gauss-Newton) and solved so again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.panel import Array

LEVEL_SCALE = 5.0
"""Prior standard deviation of the offset and of the first slope."""
_NOISE_FLOOR = 1e-8  # variance: a series shorter than its features can be met exactly, and σ would reach 0
_STEPS = 60
_SMOOTHING = 1e-7  # least size of a change, which the reweighting divides by
_TOLERANCE = 1e-5  # of δ and σ from one step to the next, in units of the largest value
_LOOSE = 0.05  # what is accepted after the last step; neighbouring changes that swap hardly move the trend
_LINEARISATIONS = 20
_HALVINGS = 6
_GAIN = 1e-3  # of log density that is worth another linearisation


@dataclass(frozen=True)
class Estimate:
    """The mode of n series.

    trend: (n, 2 + s): offset, first slope, changes of the slope; effects: (n, k); noise: (n,) its deviation.
    converged: (n,) whether the mode was reached; the others are better solved otherwise.
    """

    trend: Array
    effects: Array
    noise: Array
    converged: NDArray[np.bool_]


def additive(trend: Array, features: Array, scaled: Array, scales: Array, tau: float) -> Estimate:
    """Mode of the additive model.

    trend: (T, 2 + s) columns 1, t, max(t - s_j, 0); features: (1 or n, T, k), 1 where all series share them;
    scaled: (n, T) series divided by their largest absolute value; scales: (k,) prior deviations; tau: that of δ.
    """
    level = np.broadcast_to(trend[:, :2], (len(features), *trend[:, :2].shape))
    smooth = np.concatenate([level, features], axis=2)
    return _linear(smooth, trend[None, :, 2:], scaled, _priors(scales), tau)


def multiplicative(trend: Array, features: Array, scaled: Array, scales: Array, tau: float) -> Estimate:
    """Mode of the multiplicative model, arguments as of `additive`: a local one near the additive model's trend."""
    priors = _priors(scales)
    found = _linear(trend[None, :, :2], trend[None, :, 2:], scaled, priors[:2], tau)
    base, noise = found.trend, found.noise
    effects = np.zeros((len(scaled), len(scales)))
    converged = np.zeros(len(scaled), dtype=np.bool_)
    density = _density(trend, features, scaled, priors, tau, base, effects, noise)
    active = np.arange(len(scaled))
    for _ in range(_LINEARISATIONS):
        own = features if len(features) == 1 else features[active]
        y, level = scaled[active], base[active] @ trend.T
        factor = 1 + _times(own, effects[active])
        smooth = np.concatenate([factor[:, :, None] * trend[:, :2], level[:, :, None] * own], axis=2)
        aim = _linear(smooth, factor[:, :, None] * trend[:, 2:], y + level * (factor - 1), priors, tau)
        length = np.ones((len(active), 1))
        for _ in range(_HALVINGS):
            to_base = base[active] + length * (aim.trend - base[active])
            to_effects = effects[active] + length * (aim.effects - effects[active])
            to_noise = noise[active] + length[:, 0] * (aim.noise - noise[active])
            value = _density(trend, own, y, priors, tau, to_base, to_effects, to_noise)
            gain = value - density[active]
            if (gain >= 0).all():
                break
            length[~(gain >= 0)] /= 2
        better = gain >= 0
        rows = active[better]
        base[rows], effects[rows], noise[rows] = to_base[better], to_effects[better], to_noise[better]
        density[rows] = value[better]
        converged[active] = aim.converged & ~(gain > _GAIN)
        active = active[gain > _GAIN]
        if not len(active):
            break
    return Estimate(base, effects, noise, converged)


def _priors(scales: Array) -> Array:
    return np.concatenate([[LEVEL_SCALE, LEVEL_SCALE], scales])


def _linear(smooth: Array, hinges: Array, y: Array, priors: Array, tau: float) -> Estimate:
    """Mode of y (n, T) = smooth (1 or n, T, k) w + hinges (1 or n, T, s) δ + noise, w having Normal priors."""
    n, count = y.shape
    weighted = smooth * priors
    # In the eigenbasis of the smooth columns, the inverse of their system is a division for every σ.
    spectrum, basis = np.linalg.eigh(weighted.swapaxes(1, 2) @ weighted)
    spectrum = np.maximum(spectrum, 0.0)
    rotated = weighted @ basis
    cross = rotated.swapaxes(1, 2) @ hinges
    squares = hinges.swapaxes(1, 2) @ hinges
    smooth_y = (y[:, None, :] @ rotated)[:, 0, :]
    hinge_y = (y[:, None, :] @ hinges)[:, 0, :]
    total = np.einsum("nt,nt->n", y, y)

    variance = np.maximum(y.var(axis=1), _NOISE_FLOOR)
    delta = np.full((n, hinges.shape[2]), tau)
    size = delta.copy()  # of δ, by which the next step weighs it
    weights = np.zeros((n, smooth.shape[2]))
    change = np.full(n, np.inf)
    active = np.arange(n)
    diagonal = np.arange(hinges.shape[2])
    for _ in range(_STEPS):
        row = active if len(cross) > 1 else slice(None)
        square = squares[active if len(squares) > 1 else slice(None)]
        noise = variance[active]
        inverse = 1.0 / (spectrum[row] + noise[:, None])
        divided = inverse[:, :, None] * cross[row]
        system = square - cross[row].swapaxes(1, 2) @ divided
        system[:, diagonal, diagonal] += noise[:, None] / (tau * size[active])
        right = hinge_y[active] - (smooth_y[active, None, :] @ divided)[:, 0, :]
        new = np.linalg.solve(system, right[:, :, None])[:, :, 0]
        left = smooth_y[active] - (cross[row] @ new[:, :, None])[:, :, 0]
        found = inverse * left
        error = (
            total[active]
            - 2 * np.einsum("ni,ni->n", found, left)
            - 2 * np.einsum("ns,ns->n", new, hinge_y[active])
            + np.einsum("ni,ni->n", found**2, np.broadcast_to(spectrum[row], left.shape))
            + np.einsum("ns,ns->n", (square @ new[:, :, None])[:, :, 0], new)
        )
        updated = _noise_variance(error, count)
        # Going on as it went, a change that shrinks would take many steps to vanish: weigh it one step ahead.
        shrunk = np.abs(new) + _SMOOTHING
        size[active] = np.maximum(shrunk * np.clip(shrunk / size[active], 0.01, 10.0), _SMOOTHING)
        change[active] = np.abs(new - delta[active]).max(axis=1) + np.abs(np.sqrt(updated) - np.sqrt(noise))
        delta[active], weights[active], variance[active] = new, found, updated
        active = active[~(change[active] < _TOLERANCE)]
        if not len(active):
            break
    coefficients = priors * (basis @ weights[:, :, None])[:, :, 0]
    trend = np.concatenate([coefficients[:, :2], delta], axis=1)
    finite = np.isfinite(trend).all(axis=1) & np.isfinite(coefficients).all(axis=1) & np.isfinite(variance)
    return Estimate(trend, coefficients[:, 2:], np.sqrt(variance), finite & (change < _LOOSE))


def _noise_variance(error: Array, count: int) -> Array:
    """Variance v that minimises count/2 log v + error/(2 v) + 2 v: the HalfNormal(.5) prior holds it down."""
    error = np.maximum(error, 0.0)
    variance: Array = 2 * error / (count + np.sqrt(count**2 + 16.0 * error))
    return np.maximum(variance, _NOISE_FLOOR)


def _density(
    trend: Array, features: Array, y: Array, priors: Array, tau: float, base: Array, effects: Array, noise: Array
) -> Array:
    """Log posterior density (n,) of the multiplicative model, up to a constant."""
    fitted = (base @ trend.T) * (1 + _times(features, effects))
    variance = noise**2
    smooth = np.concatenate([base[:, :2], effects], axis=1) / priors
    density: Array = (
        -y.shape[1] / 2 * np.log(variance)
        - ((y - fitted) ** 2).sum(axis=1) / (2 * variance)
        - 2 * variance
        - np.abs(base[:, 2:]).sum(axis=1) / tau
        - (smooth**2).sum(axis=1) / 2
    )
    return density


def _times(features: Array, effects: Array) -> Array:
    """(n, T) products of (1 or n, T, k) features and (n, k) effects."""
    products: Array = features @ effects[:, :, None]
    return products[:, :, 0]
