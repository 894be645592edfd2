// SPDX-License-Identifier: GPL-2.0-only
/*
 * From journal records to demands.  The rules are in demand.h, the records and
 * the order in which they were written in acks.h.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "acks.h"
#include "complain.h"
#include "demand.h"
#include "model.h"
#include "pages.h"

static int begin_run(struct demand *demand, uint64_t run, const struct ack_record *record)
{
	bool sane = record->id && record->id % 4096 == 0 && record->lsn / PAGE_BYTES &&
		    record->lsn / PAGE_BYTES <= UINT32_MAX &&
		    (record->len_bytes == 512 || record->len_bytes == 4096);

	if (!sane || demand->records)
		return -EBADMSG;
	demand->run = run;
	demand->log_bytes = record->id;
	demand->span_bytes = record->number;
	demand->nr_pages = record->lsn / PAGE_BYTES;
	demand->sector_bytes = record->len_bytes;
	demand->page_lsns = calloc(demand->nr_pages, sizeof(*demand->page_lsns));
	return demand->page_lsns ? 0 : -ENOMEM;
}

/* Make room for one more element of an array that doubles. */
static int grow(void **array, uint64_t nr, uint64_t *max, size_t element_bytes)
{
	uint64_t more = *max ? *max * 2 : 1024;
	void *grown;

	if (nr < *max)
		return 0;
	grown = realloc(*array, more * element_bytes);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	*max = more;
	return 0;
}

static int add_commit(struct demand *demand, const struct ack_record *record)
{
	int error = grow((void **)&demand->commits, demand->nr_commits, &demand->max_commits,
			 sizeof(*demand->commits));

	if (error)
		return error;
	if (record->class >= COMMIT_CLASSES || !record->len_bytes ||
	    record->len_bytes > record->lsn)
		return -EBADMSG;
	demand->commits[demand->nr_commits++] = (struct demand_commit) {
		.message = record->id,
		.number = record->number,
		.end_lsn = record->lsn,
		.len_bytes = record->len_bytes,
		.class = record->class,
	};
	if (record->class == COMMIT_PUBLISH)
		demand->messages++;
	if (record->lsn > demand->acked_lsn)
		demand->acked_lsn = record->lsn;
	if (record->id > demand->last_message)
		demand->last_message = record->id;
	return 0;
}

static int add_page(struct demand *demand, const struct ack_record *record)
{
	int error = grow((void **)&demand->recent, demand->nr_recent, &demand->max_recent,
			 sizeof(*demand->recent));

	if (error)
		return error;
	if (record->id >= demand->nr_pages || !record->lsn)
		return -EBADMSG;
	demand->recent[demand->nr_recent++] = (struct demand_page) {
		.page = record->id,
		.lsn = record->lsn,
	};
	return 0;
}

static int add_checkpoint(struct demand *demand, const struct ack_record *record)
{
	uint64_t i;

	for (i = 0; i < demand->nr_recent; i++) {
		uint64_t *lsn = &demand->page_lsns[demand->recent[i].page];

		demand->nr_demanded_pages += !*lsn;
		*lsn = demand->recent[i].lsn;
	}
	demand->nr_recent = 0;
	demand->truncate_lsn = record->lsn;
	demand->checkpoints++;
	return 0;
}

static int add_record(void *context, uint64_t run, const struct ack_record *record)
{
	struct demand *demand = context;
	int error = -EBADMSG;

	if (!demand->records && record->kind != ACK_RUN)
		return -EBADMSG;
	switch (record->kind) {
	case ACK_RUN:
		error = begin_run(demand, run, record);
		break;
	case ACK_COMMIT:
		error = add_commit(demand, record);
		break;
	case ACK_PAGE:
		error = add_page(demand, record);
		break;
	case ACK_CHECKPOINT:
		error = add_checkpoint(demand, record);
		break;
	case ACK_END:
		demand->ended = true;
		demand->ended_by_error = record->id;
		error = 0;
		break;
	}
	demand->records++;
	return error;
}

int demand_read(const char *path, struct demand *demand)
{
	int error;

	memset(demand, 0, sizeof(*demand));
	error = acks_read(path, add_record, demand);
	if (error == -ENOMEM)
		return complain(error, "%s: out of memory after %llu records", path,
				(unsigned long long)demand->records);
	if (error == -EBADMSG && demand->records)
		return complain(error, "%s: record %llu contradicts what a journal may hold", path,
				(unsigned long long)demand->records);
	return error;
}

void demand_exit(struct demand *demand)
{
	free(demand->commits);
	free(demand->page_lsns);
	free(demand->recent);
	memset(demand, 0, sizeof(*demand));
}
