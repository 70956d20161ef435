"""Quantiles of demand: equal to summing the distribution's own probabilities."""

from math import exp, lgamma, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakecast_schema.count_quantile import EXACT_MEAN, negative_binomial_quantile, normal_quantile


def cumulative(mean, variance, count):
    """P(X <= count) of the negative binomial with this mean and variance."""
    size = mean**2 / (variance - mean)
    success = size / (size + mean)
    logs = (
        lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * log(success) + k * log(1 - success)
        for k in range(int(count) + 1)
    )
    return sum(exp(value) for value in logs)


@given(st.floats(0.01, EXACT_MEAN), st.floats(1.05, 20), st.floats(0.05, 0.995))
def test_small_counts_are_the_smallest_that_reach_the_probability(mean, ratio, level):
    (count,) = negative_binomial_quantile(np.array([mean]), np.array([mean * ratio]), np.array([level]))
    assert cumulative(mean, mean * ratio, count) >= level - 1e-9
    assert count == 0 or cumulative(mean, mean * ratio, count - 1) < level + 1e-9


@given(st.floats(EXACT_MEAN, 3000), st.floats(1.01, 2000), st.floats(0.05, 0.999))
def test_large_counts_err_by_under_a_percent(mean, ratio, level):
    (count,) = negative_binomial_quantile(np.array([mean]), np.array([mean * ratio]), np.array([level]))
    slack = 1 + 0.01 * mean
    assert cumulative(mean, mean * ratio, count + slack) >= level
    assert count <= slack or cumulative(mean, mean * ratio, count - slack) <= level


@settings(max_examples=50)
@given(st.floats(250, 2000), st.floats(0.001, 1), st.floats(0.02, 0.999))
def test_large_counts_of_little_spread_err_by_one_at_most(mean, share, level):
    variance = mean * (1 + share * (mean / 200 - 1))  # up to a relative spread of 1 / 200
    (count,) = negative_binomial_quantile(np.array([mean]), np.array([variance]), np.array([level]))
    assert cumulative(mean, variance, count + 1) >= level - 1e-9
    assert cumulative(mean, variance, count - 2) <= level + 1e-9


@given(st.floats(0.01, EXACT_MEAN), st.floats(1, 12), st.floats(0.05, 0.9999))
def test_whatever_the_variance_the_sum_ends(mean, magnitude, level):
    variances = np.array([mean * 10**magnitude])
    (count,) = negative_binomial_quantile(np.array([mean]), variances, np.array([level]))
    assert 0 <= count < np.inf


def test_without_demand_none_is_needed_and_the_normal_is_the_standard_one():
    assert negative_binomial_quantile(np.zeros(1), np.zeros(1), np.array([0.99])) == 0
    assert normal_quantile(np.array([0.5, 0.975, 1.0])) == pytest.approx([0, 1.959964, 3.719016])
