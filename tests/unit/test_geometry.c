// SPDX-License-Identifier: GPL-2.0-only
/*
 * Goal: every sector of a volume lies where the layout of design.md says, and
 * nowhere else; a leg is laid out without overlap and without waste.
 *
 * Method: a reference model that deals the sectors of the volume out one by
 * one, chunk by chunk and set by set, as one would with a pencil; all small
 * arrays are compared with it sector by sector. Arrays of up to 64 TiB are
 * sampled and held against properties. The model shares no arithmetic with the
 * code: it only counts up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/geometry.h"
#include "prng.h"

#define MODEL_MAX_SECTORS 16384u

/* Where the model has put one sector of the volume. */
struct model_sector {
	struct tandem_spot spot;
	u64 chunk;	/* running number of the chunk; RAID-1: always 0 */
	u64 region;	/* region of the set */
};

static struct model_sector model[MODEL_MAX_SECTORS + 1];
static u8 dealt[MODEL_MAX_SECTORS];

/* Fills the model; returns the sectors of the volume. */
static u64 deal_out(const struct tandem_geometry *geo)
{
	u64 row_sectors = geo->chunk_sectors ? geo->chunk_sectors : geo->set_sectors;
	u64 base, i, nr = 0, chunk = 0;
	u32 set;

	for (base = 0; base < geo->set_sectors; base += row_sectors) {
		for (set = 0; set < geo->nr_sets; set++, chunk++) {
			u64 region = 0, region_end = geo->region_sectors;

			for (i = base; i < base + row_sectors; i++) {
				while (i >= region_end) {
					region++;
					region_end += geo->region_sectors;
				}
				model[nr].spot.set = set;
				model[nr].spot.sector = i;
				model[nr].chunk = chunk;
				model[nr].region = region;
				nr++;
			}
		}
	}
	model[nr].chunk = ~0ull;
	return nr;
}

/* Compares one array with the model, sector by sector. */
static void prove(const struct tandem_geometry *geo)
{
	u64 nr, s, run = 0;

	assert_int_equal(tandem_geometry_check(geo, NULL), 0);
	nr = deal_out(geo);
	assert_int_equal(tandem_geometry_volume_sectors(geo), nr);
	memset(dealt, 0, sizeof(dealt));
	for (s = nr; s-- > 0;) {
		const struct model_sector *want = &model[s];
		struct tandem_spot spot = tandem_geometry_map(geo, s);

		assert_int_equal(spot.set, want->spot.set);
		assert_int_equal(spot.sector, want->spot.sector);
		assert_int_equal(tandem_geometry_unmap(geo, spot), s);
		assert_int_equal(dealt[spot.set * geo->set_sectors + spot.sector]++, 0);
		if (want[1].chunk == want->chunk && want[1].region == want->region)
			run++;
		else
			run = 1;
		assert_int_equal(tandem_geometry_run_sectors(geo, s), run);
	}
}

/* Region sizes add up to the set; only the last may be short. */
static void prove_regions(const struct tandem_geometry *geo)
{
	u32 nr = tandem_geometry_regions(geo), i;
	u64 sum = 0;

	for (i = 0; i < nr; i++) {
		u32 sectors = tandem_geometry_region_sectors(geo, i);

		assert_true(sectors > 0);
		if (i < nr - 1)
			assert_int_equal(sectors, geo->region_sectors);
		assert_true(sectors <= geo->region_sectors);
		sum += sectors;
	}
	assert_int_equal(sum, geo->set_sectors);
}

/* An aligned request of the longest length is what one run holds, everywhere. */
static void prove_max_io(const struct tandem_geometry *geo)
{
	u64 nr = tandem_geometry_volume_sectors(geo), s, left;
	u32 max = tandem_geometry_max_io_sectors(geo);

	for (s = 0; s < nr; s += max) {
		left = nr - s;
		assert_int_equal(tandem_geometry_run_sectors(geo, s), max < left ? max : left);
	}
}

static void test_raid1_agrees_with_the_model_in_every_sector(void **state)
{
	struct tandem_geometry geo = { .level = TANDEM_RAID1, .nr_sets = 1 };
	u32 region;
	u64 size;

	(void)state;
	for (region = 128; region <= 1024; region *= 2) {
		for (size = 8; size <= 1500; size += 8) {
			geo.region_sectors = region;
			geo.set_sectors = size;
			prove(&geo);
			prove_regions(&geo);
			prove_max_io(&geo);
		}
	}
}

static void test_raid10_agrees_with_the_model_in_every_sector(void **state)
{
	struct tandem_geometry geo = { .level = TANDEM_RAID10 };
	u64 rows;

	(void)state;
	for (geo.nr_sets = 1; geo.nr_sets <= 5; geo.nr_sets++) {
		for (geo.chunk_sectors = 8; geo.chunk_sectors <= 512; geo.chunk_sectors *= 2) {
			for (geo.region_sectors = 128; geo.region_sectors <= 512;
			     geo.region_sectors *= 2) {
				for (rows = 1; rows * geo.chunk_sectors <= 1536; rows++) {
					geo.set_sectors = rows * geo.chunk_sectors;
					prove(&geo);
					prove_regions(&geo);
					prove_max_io(&geo);
					/* Many rows of a small chunk add nothing. */
					if (rows > 40)
						rows += 12;
				}
			}
		}
	}
}

/* A valid array of any size up to 64 TiB. */
static struct tandem_geometry random_geometry(struct prng *prng)
{
	struct tandem_geometry geo = { .level = TANDEM_RAID1, .nr_sets = 1 };
	u64 size = prng_next(prng) >> (27 + prng_below(prng, 22));

	geo.region_sectors = 128u << prng_below(prng, 11);
	if (prng_below(prng, 4)) {
		geo.level = TANDEM_RAID10;
		geo.nr_sets = 1 + (u32)prng_below(prng, TANDEM_MAX_SETS);
		geo.chunk_sectors = 8u << prng_below(prng, 13);
		size /= geo.nr_sets;
		size -= size % geo.chunk_sectors;
	}
	size -= size % 8;
	if (size > (u64)geo.region_sectors << 22)
		size = (u64)geo.region_sectors << 22;
	geo.set_sectors = size ? size : 32768;
	return geo;
}

static u64 chunk_of(const struct tandem_geometry *geo, u64 set_sector)
{
	return geo->chunk_sectors ? set_sector / geo->chunk_sectors : 0;
}

static void prove_sample(const struct tandem_geometry *geo, u64 sector)
{
	struct tandem_spot spot = tandem_geometry_map(geo, sector), last, next;
	u64 run = tandem_geometry_run_sectors(geo, sector);
	u64 volume = tandem_geometry_volume_sectors(geo);

	assert_true(spot.set < geo->nr_sets);
	assert_true(spot.sector < geo->set_sectors);
	assert_int_equal(tandem_geometry_unmap(geo, spot), sector);
	assert_in_range(run, 1, tandem_geometry_max_io_sectors(geo));
	assert_true(sector + run <= volume);
	last = tandem_geometry_map(geo, sector + run - 1);
	assert_int_equal(last.set, spot.set);
	assert_int_equal(last.sector, spot.sector + run - 1);
	assert_int_equal(chunk_of(geo, last.sector), chunk_of(geo, spot.sector));
	assert_int_equal(last.sector / geo->region_sectors, spot.sector / geo->region_sectors);
	if (sector + run == volume)
		return;
	/* The next sector is in another chunk or another region. */
	next = tandem_geometry_map(geo, sector + run);
	assert_true(next.set != spot.set ||
		    chunk_of(geo, next.sector) != chunk_of(geo, spot.sector) ||
		    next.sector / geo->region_sectors != spot.sector / geo->region_sectors);
}

static void test_large_arrays_keep_every_property(void **state)
{
	struct prng prng = prng_start();
	unsigned int i, k;

	(void)state;
	for (i = 0; i < 20000; i++) {
		struct tandem_geometry geo = random_geometry(&prng);
		u64 volume = tandem_geometry_volume_sectors(&geo);

		assert_int_equal(tandem_geometry_check(&geo, NULL), 0);
		assert_true(tandem_geometry_regions(&geo) <= TANDEM_MAX_REGIONS_PER_SET);
		prove_sample(&geo, 0);
		prove_sample(&geo, volume - 1);
		for (k = 0; k < 10; k++)
			prove_sample(&geo, prng_below(&prng, volume));
	}
}

/* The largest that the limits allow does not overflow anything. */
static void test_largest_array_is_mapped_to_its_last_sector(void **state)
{
	struct tandem_geometry geo = {
		.level = TANDEM_RAID10, .nr_sets = TANDEM_MAX_SETS,
		.chunk_sectors = TANDEM_MAX_CHUNK_SECTORS,
		.region_sectors = TANDEM_MAX_REGION_SECTORS,
		.set_sectors = (u64)TANDEM_MAX_REGION_SECTORS * TANDEM_MAX_REGIONS_PER_SET,
	};
	u64 volume = 1ull << 44;

	(void)state;
	assert_int_equal(tandem_geometry_check(&geo, NULL), 0);
	assert_int_equal(tandem_geometry_volume_sectors(&geo), volume);
	assert_int_equal(tandem_geometry_regions(&geo), TANDEM_MAX_REGIONS_PER_SET);
	assert_int_equal(tandem_geometry_region_sectors(&geo, TANDEM_MAX_REGIONS_PER_SET - 1),
			 TANDEM_MAX_REGION_SECTORS);
	assert_int_equal(tandem_geometry_map(&geo, volume - 1).set, TANDEM_MAX_SETS - 1);
	assert_int_equal(tandem_geometry_map(&geo, volume - 1).sector, geo.set_sectors - 1);
	prove_sample(&geo, volume - 1);
}

static void test_bad_geometry_is_refused_with_its_reason(void **state)
{
	static const struct {
		struct tandem_geometry geo;	/* level, sets, chunk, region, size */
		const char *why;
	} bad[] = {
		{ { 0, 1, 0, 128, 8 }, "level (raid1 or raid10)" },
		{ { 5, 1, 0, 128, 8 }, "level (raid1 or raid10)" },
		{ { 1, 0, 0, 128, 8 }, "number of sets (RAID-1 has one)" },
		{ { 1, 2, 0, 128, 8 }, "number of sets (RAID-1 has one)" },
		{ { 1, 1, 8, 128, 8 }, "chunk size (RAID-1 has none)" },
		{ { 10, 0, 8, 128, 8 }, "number of sets (1 to 32)" },
		{ { 10, 33, 8, 128, 8 }, "number of sets (1 to 32)" },
		{ { 10, 2, 0, 128, 8 }, "chunk size (a power of two, 4 KiB to 16 MiB)" },
		{ { 10, 2, 4, 128, 8 }, "chunk size (a power of two, 4 KiB to 16 MiB)" },
		{ { 10, 2, 24, 128, 24 }, "chunk size (a power of two, 4 KiB to 16 MiB)" },
		{ { 10, 2, 65536, 128, 65536 }, "chunk size (a power of two, 4 KiB to 16 MiB)" },
		{ { 10, 2, 16, 128, 24 }, "set size (a multiple of the chunk)" },
		{ { 1, 1, 0, 0, 8 }, "region size (a power of two, 64 KiB to 64 MiB)" },
		{ { 1, 1, 0, 64, 8 }, "region size (a power of two, 64 KiB to 64 MiB)" },
		{ { 1, 1, 0, 192, 8 }, "region size (a power of two, 64 KiB to 64 MiB)" },
		{ { 1, 1, 0, 262144, 8 }, "region size (a power of two, 64 KiB to 64 MiB)" },
		{ { 1, 1, 0, 128, 0 }, "set size (a multiple of 4 KiB, not 0)" },
		{ { 10, 2, 8, 128, 0 }, "set size (a multiple of 4 KiB, not 0)" },
		{ { 1, 1, 0, 128, 12 }, "set size (a multiple of 4 KiB, not 0)" },
		{ { 1, 1, 0, 128, (128ull << 22) + 8 },
		  "region size (too small: more than 4 Mi regions per set)" },
		{ { 1, 1, 0, 131072, 0xfffffffffffffff8ull },
		  "region size (too small: more than 4 Mi regions per set)" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *why = NULL;

		assert_int_equal(tandem_geometry_check(&bad[i].geo, &why), -EINVAL);
		assert_string_equal(why, bad[i].why);
		assert_int_equal(tandem_geometry_check(&bad[i].geo, NULL), -EINVAL);
	}
}

/* However short a set is: who asks for its regions never gets none. */
static void test_a_set_shorter_than_a_region_has_one(void **state)
{
	struct tandem_geometry geo = { .level = TANDEM_RAID1, .nr_sets = 1 };
	u64 size;

	(void)state;
	for (geo.region_sectors = TANDEM_MIN_REGION_SECTORS;
	     geo.region_sectors <= TANDEM_MAX_REGION_SECTORS; geo.region_sectors *= 2) {
		for (size = 8; size <= geo.region_sectors; size += 8) {
			geo.set_sectors = size;
			assert_int_equal(tandem_geometry_check(&geo, NULL), 0);
			assert_int_equal(tandem_geometry_regions(&geo), 1);
			assert_int_equal(tandem_geometry_region_sectors(&geo, 0), size);
		}
		geo.set_sectors = 0;
		assert_int_equal(tandem_geometry_check(&geo, NULL), -EINVAL);
	}
}

/* Everything in its place on one disk, and not eight sectors more would fit. */
static void prove_layout(u64 disk_sectors, u32 region_sectors)
{
	struct tandem_layout layout;
	u64 regions, reserve;

	if (tandem_layout_compute(disk_sectors, region_sectors, &layout)) {
		assert_true(disk_sectors < 2048 * 6 + 8);
		return;
	}
	/* Front area of at least 5 MiB, guard, and one block of data. */
	assert_true(disk_sectors >= 2048 * 6 + 8);
	assert_int_equal(layout.data_offset_sectors % 2048, 0);
	assert_int_equal(layout.data_sectors % 8, 0);
	assert_true(layout.data_sectors > 0);
	assert_true(layout.data_offset_sectors >= 8192 + 16ull * layout.map_pages);
	assert_true(layout.data_offset_sectors < 8192 + 16ull * layout.map_pages + 2048);
	assert_in_range(disk_sectors - layout.data_offset_sectors - layout.data_sectors, 2048,
			2048 + 7);
	regions = layout.data_sectors / region_sectors + 1;
	reserve = regions < (1u << 22) / 16 ? 16 * regions : 1u << 22;
	assert_true(layout.map_pages * 2016ull + 16 >= reserve);
	assert_true(layout.map_pages <= 2081);
}

static void test_legs_are_laid_out_without_overlap_and_waste(void **state)
{
	struct prng prng = prng_start();
	unsigned int i;
	u32 region;
	u64 disk;

	(void)state;
	for (region = 128; region <= 131072; region *= 2) {
		for (disk = 0; disk < 14000; disk++)
			prove_layout(disk, region);
		for (i = 0; i < 2000; i++)
			prove_layout(prng_next(&prng) >> prng_below(&prng, 50), region);
		prove_layout(~0ull, region);
	}
}

static void test_smallest_disk_is_known_to_the_sector(void **state)
{
	struct tandem_layout layout;

	(void)state;
	assert_int_equal(tandem_layout_compute(6 * 2048 + 8, 2048, &layout), 0);
	assert_int_equal(layout.data_offset_sectors, 5 * 2048);
	assert_int_equal(layout.data_sectors, 8);
	assert_int_equal(layout.map_pages, 1);
	assert_int_equal(tandem_layout_compute(6 * 2048 + 7, 2048, &layout), -ENOSPC);
	assert_int_equal(tandem_layout_compute(0, 2048, &layout), -ENOSPC);
	assert_int_equal(tandem_layout_compute(1 << 20, 0, &layout), -EINVAL);
	assert_int_equal(tandem_layout_compute(1 << 20, 100, &layout), -EINVAL);
}

static void test_default_region_is_the_smallest_that_can_be_tracked(void **state)
{
	unsigned int shift;

	(void)state;
	assert_int_equal(tandem_layout_default_region(8), TANDEM_DEFAULT_REGION_SECTORS);
	for (shift = 0; shift < 6; shift++) {
		u64 most = (u64)TANDEM_DEFAULT_REGION_SECTORS << (22 + shift);

		assert_int_equal(tandem_layout_default_region(most), 2048u << shift);
		assert_int_equal(tandem_layout_default_region(most + 8), 2048u << (shift + 1));
	}
	assert_int_equal(tandem_layout_default_region(~0ull), TANDEM_MAX_REGION_SECTORS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_raid1_agrees_with_the_model_in_every_sector),
		cmocka_unit_test(test_raid10_agrees_with_the_model_in_every_sector),
		cmocka_unit_test(test_large_arrays_keep_every_property),
		cmocka_unit_test(test_largest_array_is_mapped_to_its_last_sector),
		cmocka_unit_test(test_bad_geometry_is_refused_with_its_reason),
		cmocka_unit_test(test_a_set_shorter_than_a_region_has_one),
		cmocka_unit_test(test_legs_are_laid_out_without_overlap_and_waste),
		cmocka_unit_test(test_smallest_disk_is_known_to_the_sector),
		cmocka_unit_test(test_default_region_is_the_smallest_that_can_be_tracked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
