/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does a series grow?  The Theil-Sen slope: the median of the slopes between
 * all pairs of points, which a few outliers cannot move, with the upper bound of
 * its 95 % confidence interval by Kendall's variance.
 */
#ifndef BENCH_SLOPE_H
#define BENCH_SLOPE_H

struct slope_point {
	double x;
	double y;
};

struct slope {
	double median;
	double upper;		/* The slope is below this with 97.5 % confidence. */
};

/**
 * slope_estimate - fit a line
 * @points: with ascending x; of more than 500 only every n-th is used
 * @nr_points: how many
 * @slope: filled in; 0 for fewer than three points
 *
 * Return: 0 or -ENOMEM.
 */
int slope_estimate(const struct slope_point *points, unsigned int nr_points, struct slope *slope);

#endif /* BENCH_SLOPE_H */
