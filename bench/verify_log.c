// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judging the log volume.
 *
 * With T = truncate_lsn, W = length of a pass, D = end of the durable prefix, S =
 * the most that may be in flight beyond it:
 *
 *   LSN L >= T            must be intact: the log writer never overwrites it
 *   L < T, L + W < D + S  may have been overwritten by the next pass
 *   L < T otherwise       must be intact: nothing can have reached it
 *
 * D is at least what was acknowledged and at least what is recovered. The latter
 * follows from the volume alone: at every sector from T on, exactly one LSN can
 * be the right one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "model.h"
#include "payload.h"
#include "verify.h"

#define CHUNK_BYTES (1u << 20)
#define RETRY_BYTES 4096u
#define REPORTED_COMMITS 10

/* What stands in place of an LSN where there is none of this run. */
#define FOUND_LOST (~UINT64_C(0))
#define FOUND_TORN (~UINT64_C(1))
#define FOUND_MISDIRECTED (~UINT64_C(2))
#define FOUND_UNREADABLE (~UINT64_C(3))
#define FOUND_LAST_LSN (~UINT64_C(4))

struct image {
	const struct demand *demand;
	const struct volume *volume;
	uint64_t nr_sectors;
	uint64_t *found;	/* LSN of each sector on the volume, or FOUND_*. */
	uint64_t *marks;	/* Number of the last commit that ends in or before it. */
};

static void judge_sector(struct image *image, uint64_t sector, const void *bytes)
{
	const struct demand *demand = image->demand;
	struct payload_tag tag;

	switch (payload_decode(bytes, demand->sector_bytes, demand->run, &tag)) {
	case PAYLOAD_FOREIGN:
		image->found[sector] = FOUND_LOST;
		return;
	case PAYLOAD_TORN:
		image->found[sector] = FOUND_TORN;
		return;
	case PAYLOAD_INTACT:
		break;
	}
	if (tag.kind != PAYLOAD_LOG || tag.sector_bytes != demand->sector_bytes ||
	    tag.place > FOUND_LAST_LSN ||
	    tag.place % demand->log_bytes != sector * demand->sector_bytes) {
		image->found[sector] = FOUND_MISDIRECTED;
		return;
	}
	image->found[sector] = tag.place;
	image->marks[sector] = tag.mark;
}

/* Read a range; where that fails, find out which parts of it can be read. */
static void read_range(struct image *image, unsigned char *buffer, uint64_t offset,
		       uint32_t len_bytes)
{
	uint32_t sector_bytes = image->demand->sector_bytes, i;

	if (volume_read(image->volume, buffer, len_bytes, offset) == len_bytes) {
		for (i = 0; i < len_bytes; i += sector_bytes)
			judge_sector(image, (offset + i) / sector_bytes, buffer + i);
		return;
	}
	if (len_bytes > RETRY_BYTES) {
		for (i = 0; i < len_bytes; i += RETRY_BYTES)
			read_range(image, buffer, offset + i, RETRY_BYTES);
		return;
	}
	for (i = 0; i < len_bytes; i += sector_bytes)
		image->found[(offset + i) / sector_bytes] = FOUND_UNREADABLE;
}

static int read_image(struct image *image)
{
	uint64_t log_bytes = image->demand->log_bytes, offset;
	unsigned char *buffer;

	image->nr_sectors = log_bytes / image->demand->sector_bytes;
	image->found = calloc(image->nr_sectors, sizeof(*image->found));
	image->marks = calloc(image->nr_sectors, sizeof(*image->marks));
	if (!image->found || !image->marks || posix_memalign((void **)&buffer, 4096, CHUNK_BYTES))
		return complain(-ENOMEM, "%s: out of memory for a log of %llu bytes",
				image->volume->path, (unsigned long long)log_bytes);
	for (offset = 0; offset < log_bytes; offset += CHUNK_BYTES) {
		uint64_t left = log_bytes - offset;

		read_range(image, buffer, offset,
			   left < CHUNK_BYTES ? (uint32_t)left : CHUNK_BYTES);
	}
	free(buffer);
	return 0;
}

static uint64_t sector_at(const struct image *image, uint64_t lsn)
{
	return lsn % image->demand->log_bytes / image->demand->sector_bytes;
}

static void recover(const struct image *image, struct verify_result *result)
{
	const struct demand *demand = image->demand;
	uint64_t lsn = demand->truncate_lsn;

	while (lsn < demand->truncate_lsn + demand->log_bytes &&
	       image->found[sector_at(image, lsn)] == lsn) {
		result->recovered_commits = image->marks[sector_at(image, lsn)];
		lsn += demand->sector_bytes;
	}
	result->recovered_lsn = lsn;
}

static enum verdict judge_lsn(const struct image *image, const struct verify_result *result,
			      uint64_t lsn)
{
	const struct demand *demand = image->demand;
	uint64_t found = image->found[sector_at(image, lsn)];
	uint64_t durable_lsn = demand->acked_lsn;

	if (found == lsn)
		return lsn < result->recovered_lsn ? VERDICT_INTACT : VERDICT_UNREACHABLE;
	if (result->recovered_lsn > durable_lsn)
		durable_lsn = result->recovered_lsn;
	if (lsn < demand->truncate_lsn &&
	    lsn + demand->log_bytes < durable_lsn + demand->span_bytes)
		return VERDICT_RECYCLED;
	if (found == FOUND_TORN)
		return VERDICT_TORN;
	if (found == FOUND_MISDIRECTED)
		return VERDICT_MISDIRECTED;
	if (found == FOUND_UNREADABLE)
		return VERDICT_UNREADABLE;
	return VERDICT_LOST;
}

static enum verdict judge_commit(const struct image *image, const struct verify_result *result,
				 const struct demand_commit *commit)
{
	uint32_t sector_bytes = image->demand->sector_bytes;
	uint64_t last = (commit->end_lsn - 1) & ~(uint64_t)(sector_bytes - 1);
	uint64_t lsn = (commit->end_lsn - commit->len_bytes) & ~(uint64_t)(sector_bytes - 1);
	enum verdict worst = VERDICT_INTACT, verdict = VERDICT_INTACT;
	bool some_there = false;

	for (; lsn <= last; lsn += sector_bytes) {
		verdict = judge_lsn(image, result, lsn);
		if (verdict == VERDICT_INTACT || verdict == VERDICT_UNREACHABLE)
			some_there = true;
		if (verdict > worst)
			worst = verdict;
	}
	if (worst == VERDICT_LOST && some_there)
		return VERDICT_TORN;
	/* The sector in which it ends must know of it. */
	if (worst == VERDICT_INTACT && image->marks[sector_at(image, last)] < commit->number)
		return VERDICT_LOST;
	return worst;
}

static void report_commit(const struct demand *demand, const struct demand_commit *commit,
			  enum verdict verdict)
{
	uint64_t begin_lsn = commit->end_lsn - commit->len_bytes;

	complain(0, "message %llu: its %s (commit %llu, LSN %llu to %llu, log offset %llu) is %s",
		 (unsigned long long)commit->message, commit_class_name(commit->class),
		 (unsigned long long)commit->number, (unsigned long long)begin_lsn,
		 (unsigned long long)commit->end_lsn,
		 (unsigned long long)(begin_lsn % demand->log_bytes), verdict_name(verdict));
}

static int judge_commits(const struct image *image, struct verify_result *result)
{
	const struct demand *demand = image->demand;
	unsigned char *worst = calloc(demand->last_message + 1, 1);
	uint64_t i, reported = 0;

	if (!worst)
		return complain(-ENOMEM, "out of memory for %llu messages",
				(unsigned long long)demand->last_message);
	for (i = 0; i < demand->nr_commits; i++) {
		const struct demand_commit *commit = &demand->commits[i];
		enum verdict verdict = judge_commit(image, result, commit);

		result->commits[verdict]++;
		if (verdict > worst[commit->message])
			worst[commit->message] = (unsigned char)verdict;
		if (verdict > VERDICT_RECYCLED && reported++ < REPORTED_COMMITS)
			report_commit(demand, commit, verdict);
	}
	for (i = 0; i <= demand->last_message; i++) {
		result->lost += worst[i] > VERDICT_RECYCLED;
		result->torn += worst[i] == VERDICT_TORN;
	}
	result->messages = demand->messages;
	free(worst);
	return 0;
}

int verify_log(const struct demand *demand, const struct volume *volume,
	       struct verify_result *result)
{
	struct image image = { .demand = demand, .volume = volume };
	int error;

	if (volume->size_bytes < demand->log_bytes)
		return complain(-EINVAL, "%s: has %llu bytes, but the log has %llu; "
				"is it the right one?", volume->path,
				(unsigned long long)volume->size_bytes,
				(unsigned long long)demand->log_bytes);
	error = read_image(&image);
	if (!error) {
		recover(&image, result);
		error = judge_commits(&image, result);
	}
	free(image.found);
	free(image.marks);
	return error;
}
