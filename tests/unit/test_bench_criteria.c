// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a run is held only when every criterion passes, a spool that grows is
 * seen through the saw-tooth of the purge, and a generator that lags makes the
 * run invalid, however good its latencies look.
 *
 * Method: figures made up for a run at 1,000 messages/s, spoiled one by one.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bench/figures.h"
#include "bench/schedule.h"

#define SAMPLES 180
#define RATE 1000.0

static struct measure_sample samples[SAMPLES];

static const struct options options = {
	.limits = {
		.achieved = 0.995, .slope = 0.005, .depth = 500000, .data_mean_ms = 10,
		.data_second_ms = 20, .stall_s = 15,
	},
	.late_limit_us = 100, .purge_s = 10, .purge_batch = 1000, .checkpoint_s = 60,
};

/* A sample each second; a purge every 10 s; the spool grows by @growth_per_s. */
static struct figures good_run(double growth_per_s)
{
	unsigned int i;

	for (i = 0; i < SAMPLES; i++) {
		samples[i].at_ns = (int64_t)i * 1000000000;
		samples[i].spool = (uint64_t)(60 + RATE * (i % 10) + growth_per_s * i);
		samples[i].spool_low = samples[i].spool;
		samples[i].tracking_low = 0;
	}
	return (struct figures) {
		.rate_per_s = RATE, .seconds = SAMPLES, .achieved_share = 1, .late_p99_us = 50,
		.samples = samples, .nr_samples = SAMPLES, .spool_max = 11000,
		.pages_per_s = 2250, .dirty_max = 2250 * 50, .longest_io_s = 0.1,
		.latency[FIGURE_COMMIT] = { .mean_us = 2000, .p99_us = 9000, .p999_us = 14000 },
		.latency[FIGURE_DATA_WRITE] = { .mean_us = 3000 },
	};
}

/* The criterion that fails, "none" or "several". */
static const char *failing(struct figures *figures, const struct options *judge)
{
	const char *name = "none";
	unsigned int i, nr = 0;

	assert_int_equal(figures_judge(figures, judge), 0);
	for (i = 0; i < figures->nr_criteria; i++) {
		if (figures->criteria[i].pass)
			continue;
		name = figures->criteria[i].name;
		nr++;
	}
	assert_true(figures->held == !nr);
	return nr > 1 ? "several" : name;
}

static void test_steady_spool_is_held(void **state)
{
	struct figures figures = good_run(0);

	(void)state;
	assert_string_equal(failing(&figures, &options), "none");
	assert_true(figures.valid && figures.held);
	figures = good_run(4.9);
	assert_string_equal(failing(&figures, &options), "none");
}

static void test_growing_spool_is_seen(void **state)
{
	struct figures figures = good_run(5.1);

	(void)state;
	assert_string_equal(failing(&figures, &options), "C2 spool-slope");
	assert_true(figures.valid && !figures.held);
}

static void test_lagging_generator_makes_the_run_invalid(void **state)
{
	struct figures figures = good_run(0);

	(void)state;
	figures.late_p99_us = 101;
	assert_string_equal(failing(&figures, &options), "C1 generator-late");
	assert_true(!figures.valid && !figures.held);
}

static void test_tracking_that_grows_is_seen(void **state)
{
	struct options tracking = options;
	struct figures figures = good_run(0);
	unsigned int i;

	(void)state;
	tracking.tracking = TRACKING_EVENTS;
	tracking.track_s = 1;
	assert_string_equal(failing(&figures, &tracking), "none");
	for (i = 0; i < SAMPLES; i++)
		samples[i].tracking_low = i * 6;
	assert_string_equal(failing(&figures, &options), "none");
	assert_string_equal(failing(&figures, &tracking), "C4 tracking-slope");
}

/* More than can be sustained is offered: only how it ends counts. */
static void test_floodgate_and_overdrive_have_to_end_well(void **state)
{
	struct options flood = options, over = options;
	struct figures figures = good_run(50);

	(void)state;
	flood.arrivals = SCHEDULE_FLOODGATE;
	flood.limits.recover_s = 600;
	over.arrivals = SCHEDULE_OVERDRIVE;
	over.seconds = 1000;
	figures.achieved_share = 0.9;
	figures.latency[FIGURE_COMMIT].p99_us = 1e6;
	figures.recovered_s = 599;
	figures.drained_s = 10;
	assert_string_equal(failing(&figures, &flood), "none");
	assert_string_equal(failing(&figures, &over), "none");
	figures.recovered_s = INFINITY;
	figures.drained_s = INFINITY;
	assert_string_equal(failing(&figures, &flood), "floodgate recovery");
	assert_string_equal(failing(&figures, &over), "overdrive drain");
	figures.late_p99_us = 101;
	assert_string_equal(failing(&figures, &flood), "several");
	assert_false(figures.valid);
}

static void test_each_limit_is_applied(void **state)
{
	struct options flash = options, burst = options;
	struct figures figures = good_run(0);

	(void)state;
	figures.achieved_share = 0.994;
	assert_string_equal(failing(&figures, &options), "C1 achieved");
	figures = good_run(0);
	figures.gave_up = true;
	assert_string_equal(failing(&figures, &options), "C1 achieved");
	figures = good_run(0);
	figures.spool_max = 500001;
	assert_string_equal(failing(&figures, &options), "C3 spool-depth");
	figures = good_run(0);
	figures.latency[FIGURE_COMMIT].p99_us = 25001;
	assert_string_equal(failing(&figures, &options), "C5 commit-p99");
	figures = good_run(0);
	figures.latency[FIGURE_DATA_READ] = (struct latency) { .count = 1, .mean_us = 10001 };
	assert_string_equal(failing(&figures, &options), "C6 data-read-mean");
	figures = good_run(0);
	figures.worst_data_ms = 21;
	assert_string_equal(failing(&figures, &options), "C6 data-worst-interval");
	figures = good_run(0);
	figures.dirty_max = 2250 * 61;
	assert_string_equal(failing(&figures, &options), "C7 checkpoint-backlog");
	figures = good_run(0);
	figures.hung = true;
	assert_string_equal(failing(&figures, &options), "C8 longest-io");
	flash.class = CLASS_FLASH;
	burst.checkpoint_mode = CHECKPOINT_AUTO;
	assert_string_equal(failing(&figures, &burst), "C8 longest-io");
	figures = good_run(0);
	figures.longest_checkpoint_s = 61;
	assert_string_equal(failing(&figures, &options), "none");
	assert_string_equal(failing(&figures, &burst), "C7 checkpoint-burst");
	figures = good_run(0);
	samples[SAMPLES - 1].spool = 16073;
	assert_string_equal(failing(&figures, &options), "C3 spool-end");
	figures = good_run(0);
	assert_string_equal(failing(&figures, &flash), "C5 commit-p99");
	flash.limits.commit_p99_ms = 9.5;
	assert_string_equal(failing(&figures, &flash), "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steady_spool_is_held),
		cmocka_unit_test(test_growing_spool_is_seen),
		cmocka_unit_test(test_lagging_generator_makes_the_run_invalid),
		cmocka_unit_test(test_tracking_that_grows_is_seen),
		cmocka_unit_test(test_floodgate_and_overdrive_have_to_end_well),
		cmocka_unit_test(test_each_limit_is_applied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
