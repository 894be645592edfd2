// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: a message costs what the model of the project's workload notes says:
 * 12,493 B of log and 2.25 page writes for a 2 KiB body, 29,696 B for 10 KiB.
 *
 * Method: averages over many messages, from one seed, against those figures.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/model.h"

#define PURGE_BATCH 5
#define MESSAGES 50000
#define PAGES (UINT64_C(1) << 24)

static const struct model_law law = {
	.fixed_bytes = 8192, .body_factor = 2.1, .dirtyings = 2.5, .absorption = 0.4,
	.append_share = 0.6, .uniform_share = 0.3, .zipf_exponent = 1.2,
};

static void init(struct model *model, uint64_t seed, uint32_t body_bytes, uint64_t nr_pages)
{
	model_init(model, &(struct model_config) {
		.seed = seed, .body_bytes = body_bytes, .nr_pages = nr_pages,
		.purge_batch = PURGE_BATCH, .law = law,
	});
}

static void test_log_bytes_match_the_figures(void **state)
{
	struct model model;

	(void)state;
	init(&model, 1, 2048, PAGES);
	assert_true(fabs(model_message_bytes(&model) - 12493) < 1);
	init(&model, 1, 10240, PAGES);
	assert_true(fabs(model_message_bytes(&model) - 29696) < 1);
	init(&model, 1, 0, PAGES);
	assert_true(fabs(model_message_bytes(&model) - 8192) < 1);
}

/* Dirtyings of so many messages, and how many of them hit another page than the one before. */
static void count_pages(struct model *model, double *dirtyings, double *writes)
{
	uint64_t last = UINT64_MAX;
	unsigned int i, class, n;

	*dirtyings = 0;
	*writes = 0;
	for (i = 1; i <= MESSAGES; i++) {
		for (class = 0; class < COMMIT_CLASSES; class++) {
			if (class >= COMMIT_PURGE && i % PURGE_BATCH)
				continue;
			n = model_dirtyings(model, class, class >= COMMIT_PURGE ? PURGE_BATCH : 1);
			*dirtyings += n;
			while (n--) {
				uint64_t page = model_page(model);

				assert_true(page < model->nr_pages);
				*writes += page != last;
				last = page;
			}
		}
	}
}

static void test_pages_per_message_match_the_figures(void **state)
{
	double dirtyings, writes;
	struct model model;

	(void)state;
	init(&model, 1, 2048, PAGES);
	count_pages(&model, &dirtyings, &writes);
	assert_true(fabs(dirtyings / MESSAGES - (2.5 + 2048 / 8040.0 + 1.0)) < 0.001);
	assert_true(fabs(writes / MESSAGES - 2.25) < 0.02);
	init(&model, 1, 10240, PAGES);
	count_pages(&model, &dirtyings, &writes);
	assert_true(fabs(writes / MESSAGES - 2.9) < 0.05);
}

/* Of a spool that is not in the buffer pool: 1 + S / 8040 pages for each message. */
static void test_reads_match_the_figures(void **state)
{
	uint64_t reads = 0, batches = 0;
	struct model model;
	unsigned int i;

	(void)state;
	init(&model, 1, 2048, PAGES);
	for (i = 0; i < MESSAGES; i++)
		reads += model_reads(&model, 1);
	assert_true(fabs((double)reads / MESSAGES - (1 + 2048 / 8040.0)) < 0.0001);
	init(&model, 1, 10240, PAGES);
	for (i = 0; i < 100; i++)
		batches += model_reads(&model, 1000);
	assert_true(fabs((double)batches / 100000 - (1 + 10240 / 8040.0)) < 0.0001);
}

/* What is tracked is logged three times; what is imported once more. */
static void test_options_come_on_top(void **state)
{
	struct model_config config = {
		.seed = 1, .body_bytes = 2048, .nr_pages = PAGES, .purge_batch = 1, .law = law,
	};
	struct model plain, more;
	double bytes = 0;
	unsigned int class;

	(void)state;
	model_init(&plain, &config);
	config.tracked_bytes = 1220;
	config.tracked_bodies = true;
	config.bam_events = 5;
	model_init(&more, &config);
	for (class = 0; class < COMMIT_CLASSES; class++)
		bytes += model_commit_bytes(&more, (enum commit_class)class, 1) -
			 model_commit_bytes(&plain, (enum commit_class)class, 1);
	assert_true(bytes == 3 * 1220 + 2 * 2048 + 600 + 5 * 230);
	assert_int_equal(model_commit_bytes(&plain, COMMIT_TRACK, 1), 0);
	assert_true(model_dirtyings(&more, COMMIT_IMPORT, 100) > 300);
}

static void test_page_law_has_its_shares(void **state)
{
	uint64_t last = 0, append = 0, hot = random_mix(1) % PAGES;
	unsigned int i, same = 0, appended = 0, hottest = 0;
	struct model model;

	(void)state;
	init(&model, 5, 2048, PAGES);
	for (i = 0; i < MESSAGES * 4; i++) {
		uint64_t page = model_page(&model);

		if (page == last) {
			same++;
		} else if (page == append + 1) {
			appended++;
			append = page;
		} else if (page == hot) {
			hottest++;
		}
		last = page;
	}
	assert_true(fabs(same / (MESSAGES * 4.0) - 0.4) < 0.01);
	assert_true(fabs(appended / (MESSAGES * 4.0) - 0.36) < 0.01);
	/* Rank 1 of a Zipf law of exponent 1.2: about 13 % of its draws. */
	assert_true(fabs(hottest / (MESSAGES * 4.0) - 0.06 * 0.13) < 0.003);
}

static void test_one_seed_is_one_sequence_of_pages(void **state)
{
	struct model a, b;
	unsigned int i;

	(void)state;
	init(&a, 3, 2048, 1000);
	init(&b, 3, 2048, 1000);
	for (i = 0; i < MESSAGES; i++)
		assert_int_equal(model_page(&a), model_page(&b));
}

static void test_smallest_volume_is_no_trap(void **state)
{
	struct model model;
	unsigned int i;

	(void)state;
	init(&model, 3, 2048, 1);
	for (i = 0; i < 1000; i++)
		assert_int_equal(model_page(&model), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log_bytes_match_the_figures),
		cmocka_unit_test(test_pages_per_message_match_the_figures),
		cmocka_unit_test(test_reads_match_the_figures),
		cmocka_unit_test(test_options_come_on_top),
		cmocka_unit_test(test_page_law_has_its_shares),
		cmocka_unit_test(test_one_seed_is_one_sequence_of_pages),
		cmocka_unit_test(test_smallest_volume_is_no_trap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
