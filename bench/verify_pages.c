// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judging the data volume.
 *
 * Devices promise that a sector is written whole or not at all, not that a page
 * is: a write in flight at the crash may leave sectors of two versions.  So each
 * sector is judged: with A = LSN that the last checkpoint vouches for (0: none)
 * and R = end of the recovered log,
 *
 *   intact, right place, A <= lsn <= R   good
 *   lsn < A                              stale
 *   lsn > R                              ahead: the page was written because the
 *                                        log was durable up to lsn, and it is not
 *   bad checksum, another place, nothing torn, misdirected, lost
 *
 * With A = 0 a page may be torn, lost or old content of another run: nobody was
 * promised it.  But that one is misdirected or ahead is nobody's write in
 * flight; it is counted apart and fails all the same.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "pages.h"
#include "payload.h"
#include "verify.h"

#define CHUNK_PAGES 128
#define REPORTED_PAGES 10

struct page_check {
	const struct demand *demand;
	struct verify_result *result;
	uint64_t reported;
};

static enum verdict judge_sector(const struct page_check *check, uint64_t page, uint32_t index,
				 const void *sector)
{
	const struct demand *demand = check->demand;
	struct payload_tag tag;

	switch (payload_decode(sector, demand->sector_bytes, demand->run, &tag)) {
	case PAYLOAD_FOREIGN:
		return VERDICT_LOST;
	case PAYLOAD_TORN:
		return VERDICT_TORN;
	case PAYLOAD_INTACT:
		break;
	}
	if (tag.kind != PAYLOAD_PAGE || tag.place != page || tag.index != index ||
	    tag.sector_bytes != demand->sector_bytes)
		return VERDICT_MISDIRECTED;
	if (tag.lsn > check->result->recovered_lsn)
		return VERDICT_AHEAD;
	if (tag.lsn < demand->page_lsns[page])
		return VERDICT_STALE;
	return VERDICT_INTACT;
}

static enum verdict judge_page(const struct page_check *check, uint64_t page,
			       const unsigned char *bytes)
{
	uint32_t sector_bytes = check->demand->sector_bytes, i;
	enum verdict worst = VERDICT_INTACT;
	unsigned int lost = 0;

	for (i = 0; i < PAGE_BYTES / sector_bytes; i++) {
		enum verdict verdict = judge_sector(check, page, i,
						    bytes + (size_t)i * sector_bytes);

		lost += verdict == VERDICT_LOST;
		if (verdict > worst)
			worst = verdict;
	}
	if (worst == VERDICT_LOST && lost < PAGE_BYTES / sector_bytes)
		return VERDICT_TORN;
	return worst;
}

static void count_page(struct page_check *check, uint64_t page, enum verdict verdict)
{
	bool demanded = check->demand->page_lsns[page];

	if (demanded)
		check->result->pages[verdict]++;
	else if (verdict == VERDICT_MISDIRECTED || verdict == VERDICT_AHEAD)
		check->result->extra_pages[verdict]++;
	else
		return;
	if (verdict != VERDICT_INTACT && check->reported++ < REPORTED_PAGES)
		complain(0, "page %llu (data offset %llu, %s) is %s", (unsigned long long)page,
			 (unsigned long long)page * PAGE_BYTES,
			 demanded ? "acknowledged" : "not acknowledged", verdict_name(verdict));
}

static void judge_range(struct page_check *check, const struct volume *volume,
			unsigned char *buffer, const uint64_t range[2])
{
	uint32_t len_bytes = (uint32_t)(range[1] - range[0]) * PAGE_BYTES;
	uint64_t page;

	if (volume_read(volume, buffer, len_bytes, range[0] * PAGE_BYTES) == len_bytes) {
		for (page = range[0]; page < range[1]; page++)
			count_page(check, page, judge_page(check, page, buffer +
							   (page - range[0]) * PAGE_BYTES));
	} else if (range[1] - range[0] == 1) {
		count_page(check, range[0], VERDICT_UNREADABLE);
	} else {
		for (page = range[0]; page < range[1]; page++)
			judge_range(check, volume, buffer, (const uint64_t[2]) { page, page + 1 });
	}
}

int verify_pages(const struct demand *demand, const struct volume *volume,
		 struct verify_result *result)
{
	struct page_check check = { .demand = demand, .result = result };
	uint64_t page, end;
	unsigned char *buffer;

	if (volume->size_bytes / PAGE_BYTES < demand->nr_pages)
		return complain(-EINVAL, "%s: has %llu pages, but the load used %llu; "
				"is it the right one?", volume->path,
				(unsigned long long)volume->size_bytes / PAGE_BYTES,
				(unsigned long long)demand->nr_pages);
	if (posix_memalign((void **)&buffer, 4096, CHUNK_PAGES * PAGE_BYTES))
		return complain(-ENOMEM, "%s: out of memory", volume->path);
	for (page = 0; page < demand->nr_pages; page = end) {
		end = page + CHUNK_PAGES < demand->nr_pages ? page + CHUNK_PAGES : demand->nr_pages;
		judge_range(&check, volume, buffer, (const uint64_t[2]) { page, end });
	}
	free(buffer);
	return 0;
}
