// SPDX-License-Identifier: GPL-2.0-only
/*
 * The Theil-Sen estimator.  See slope.h.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "slope.h"

#define POINTS_MOST 500
/* Of the normal distribution, for 95 % in the middle. */
#define Z_95 1.959964

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int slope_estimate(const struct slope_point *points, unsigned int nr_points, struct slope *slope)
{
	unsigned int step = nr_points / POINTS_MOST + 1, i, j, nr = 0, used = 0;
	double *slopes, spread, rank;

	*slope = (struct slope) { 0 };
	if (nr_points / step < 3)
		return 0;
	used = (nr_points + step - 1) / step;
	slopes = calloc((size_t)used * used / 2, sizeof(*slopes));
	if (!slopes)
		return -ENOMEM;
	for (i = 0; i < nr_points; i += step)
		for (j = i + step; j < nr_points; j += step)
			if (points[j].x > points[i].x)
				slopes[nr++] = (points[j].y - points[i].y) /
					       (points[j].x - points[i].x);
	qsort(slopes, nr, sizeof(*slopes), compare);
	spread = Z_95 * sqrt(used * (used - 1.0) * (2.0 * used + 5) / 18);
	rank = ceil((nr + spread) / 2);
	if (nr) {
		slope->median = (slopes[(nr - 1) / 2] + slopes[nr / 2]) / 2;
		slope->upper = slopes[rank < nr ? (unsigned int)rank : nr - 1];
	}
	free(slopes);
	return 0;
}
