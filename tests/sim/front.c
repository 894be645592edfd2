// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests on their way through device-mapper: splitting, cloning, mapping,
 * ending, and waiting while the device is suspended.
 */
#include <stdlib.h>

#include "front.h"
#include "front_device.h"
#include "sched.h"
#include "world.h"

struct front front;

u64 front_value(const struct sim_op *op, u32 i)
{
	return op->kind == TANDEM_OP_WRITE ? op->id << 16 | (i + 1) : 0;
}

/* Chunk c of the volume is chunk c / n of set c mod n: our own arithmetic. */
static void locate(u64 sector, u32 *set, u64 *in_set)
{
	u64 chunk_sectors = world.super.geo.chunk_sectors;
	u64 chunk;

	*set = 0;
	*in_set = sector;
	if (!chunk_sectors)
		return;
	chunk = sector / chunk_sectors;
	*set = chunk % world.options.sets;
	*in_set = chunk / world.options.sets * chunk_sectors + sector % chunk_sectors;
}

u32 front_index(u64 sector)
{
	u64 in_set;
	u32 set;

	locate(sector, &set, &in_set);
	return set * world.set_sectors + in_set;
}

/* A discard makes no content where there is none. */
static bool begins(const struct sim_op *op, u32 index)
{
	if (!content_is_bare(index))
		return true;
	if (op->kind == TANDEM_OP_DISCARD) {
		content_fade(index, true);
		return false;
	}
	oracle_first_write(index);
	return true;
}

static void begin_write(struct sim_op *op)
{
	u32 i;

	if (op->begun)
		return;
	op->begun = true;
	for (i = 0; i < op->count; i++)
		if (begins(op, front_index(op->sector + i)))
			content_write_begin(front_index(op->sector + i), front_value(op, i));
}

static void end_write(struct sim_op *op)
{
	enum content_end end = CONTENT_ACKED;
	u32 i, index;

	if (op->status || op->kind == TANDEM_OP_DISCARD)
		end = CONTENT_PERHAPS;
	else if (op->fua)
		end = CONTENT_DURABLE;
	for (i = 0; i < op->count; i++) {
		index = front_index(op->sector + i);
		if (content_is_busy(index))
			content_write_end(index, end);
		else if (op->kind == TANDEM_OP_DISCARD)
			content_fade(index, false);
		if (end == CONTENT_PERHAPS)
			oracle_write_failed(index);
	}
	op->begun = false;
}

static bool is_write(const struct sim_op *op)
{
	return op->kind == TANDEM_OP_WRITE || op->kind == TANDEM_OP_WRITE_ZEROES ||
	       op->kind == TANDEM_OP_DISCARD;
}

/* The block layer writes zeroes itself where a disk cannot. */
static bool fall_back(struct sim_op *op)
{
	if (op->kind != TANDEM_OP_WRITE_ZEROES || op->status != BLK_STS_NOTSUPP)
		return false;
	memset(op->buffer, 0, 512ull * op->count);
	op->status = BLK_STS_OK;
	op->zero_pages = true;
	return true;
}

static void start_phase(void *argument);

/* What comes next is sent from a work item of device-mapper's. */
static void op_done(struct sim_op *op)
{
	if (op->preflush && !op->status) {
		op->preflush = false;
		sim_after(1, SIM_EVENT_USER, start_phase, op);
		return;
	}
	if (fall_back(op)) {
		sim_after(1, SIM_EVENT_USER, start_phase, op);
		return;
	}
	if (op->begun)
		end_write(op);
	list_del(&op->node);
	op->done(op);
}

/* Nobody waits for it: it may end with the error of one leg though another one has the data. */
static bool is_read_ahead(const struct sim_part *part)
{
	return part->bio.bi_opf & REQ_RAHEAD;
}

static void judge_part(struct sim_part *part, blk_status_t status)
{
	struct sim_op *op = part->op;
	bool flush = op->preflush || op->kind == TANDEM_OP_FLUSH;

	if (status && is_read_ahead(part))
		return;
	if (status) {
		op->lost |= part->was_lost;
		if (status != BLK_STS_NOTSUPP || op->kind != TANDEM_OP_WRITE_ZEROES)
			oracle_error_given(part);
	} else if (flush) {
		oracle_flush_acked(part);
	} else if (op->kind == TANDEM_OP_READ) {
		oracle_read_answered(part);
	} else {
		oracle_write_acked(part);
	}
}

/* A clone has come to its end: what device-mapper does in clone_endio(). */
static void part_end(struct sim_part *part, blk_status_t status)
{
	struct sim_op *op = part->op;

	SIM_NOTE(status ? "answer: error" : "answer", NULL,
		 { op->id, part->offset, (u64)op->kind << 8 | status });
	judge_part(part, status);
	if (status && !op->status)
		op->status = status;
	list_del(&part->node);
	memset(part->request, 0x6b, front.request_bytes);
	free(part->request);
	free(part);
	if (!--op->parts)
		op_done(op);
	front.pending--;
}

static void clone_end(struct bio *bio)
{
	struct sim_part *part = container_of(bio, struct sim_part, bio);
	blk_status_t status = bio->bi_status;
	bool is_over = status && is_read_ahead(part);

	/* Tried again, it may have been answered and be gone by now. */
	if (tandem_request_end(part->request, &status)) {
		if (is_over)
			sim_fail("I12", "a read-ahead that failed is tried again");
		return;
	}
	part_end(part, status);
}

/* Flags that tell a disk how to go about it: by turns, each with and without the others. */
static blk_opf_t hints_of(const struct sim_op *op)
{
	static const blk_opf_t hint[] = {
		REQ_SYNC, REQ_META, REQ_PRIO, REQ_IDLE, REQ_BACKGROUND, REQ_NOUNMAP, REQ_POLLED,
	};
	blk_opf_t flags = 0;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hint); i++)
		flags |= op->id >> i & 1 ? hint[i] : 0;
	return flags;
}

static blk_opf_t flags_of(const struct sim_op *op)
{
	blk_opf_t flags = hints_of(op);

	flags |= op->nowait ? REQ_NOWAIT : 0;
	if (op->preflush || op->kind == TANDEM_OP_FLUSH)
		return REQ_OP_WRITE | REQ_PREFLUSH | REQ_SYNC;
	switch (op->kind) {
	case TANDEM_OP_READ:
		return flags | REQ_OP_READ | (op->read_ahead ? REQ_RAHEAD : 0);
	case TANDEM_OP_WRITE_ZEROES:
		if (!op->zero_pages)
			return flags | REQ_OP_WRITE_ZEROES | (op->fua ? REQ_FUA : 0);
		break;
	case TANDEM_OP_DISCARD:
		return flags | REQ_OP_DISCARD;
	case TANDEM_OP_WRITE:
	case TANDEM_OP_FLUSH:
	case TANDEM_OP_METADATA:
	case TANDEM_NR_OPS:
		break;
	}
	return flags | REQ_OP_WRITE | (op->fua ? REQ_FUA : 0);
}

static void map_part(struct sim_part *part, u64 sector)
{
	struct bio *bio = &part->bio;
	enum tandem_disposition disposition;
	struct tandem_leg *leg;

	tandem_bio_init_empty(bio);
	bio->bi_opf = flags_of(part->op);
	bio->bi_iter.bi_sector = sector;
	bio->bi_iter.bi_size = part->count * 512;
	bio->sim_data = part->op->buffer + 512ull * part->offset;
	bio->bi_end_io = clone_end;
	oracle_part_begun(part);
	front.pending++;
	disposition = tandem_request_map(front.array, part->request, bio);
	if (disposition == TANDEM_MAP_REMAPPED) {
		leg = tandem_set_leg(part->request->set, part->request->position);
		tandem_disk_submit(leg->disk, bio, bio);
	} else if (disposition == TANDEM_MAP_ERROR) {
		bio->bi_status = BLK_STS_IOERR;
		part_end(part, BLK_STS_IOERR);
	}
}

static struct sim_part *make_part(struct sim_op *op, u32 offset, u32 count)
{
	struct sim_part *part = calloc(1, sizeof(*part));

	if (part)
		part->request = malloc(front.request_bytes);
	if (!part || !part->request)
		abort();
	memset(part->request, 0xa5, front.request_bytes);
	part->op = op;
	part->offset = offset;
	part->count = count;
	locate(op->sector + offset, &part->set, &part->sector);
	list_add_tail(&part->node, &front.parts);
	return part;
}

/* A start by force went back to a shorter array. */
static bool is_outside(const struct sim_op *op)
{
	return op->sector + op->count > world.volume_sectors;
}

/* Splits at multiples of the longest request, as dm_set_target_max_io_len() asks for. */
static void start_phase(void *argument)
{
	struct sim_op *op = argument;
	u32 longest = tandem_geometry_max_io_sectors(&world.super.geo);
	u32 offset = 0;
	u32 count;

	op->parts = 1;
	if (is_outside(op)) {
		op->status = BLK_STS_IOERR;
	} else if (op->preflush || op->kind == TANDEM_OP_FLUSH) {
		op->parts++;
		map_part(make_part(op, 0, 0), 0);
	} else {
		while (offset < op->count) {
			count = longest - (op->sector + offset) % longest;
			count = min(count, op->count - offset);
			op->parts++;
			map_part(make_part(op, offset, count), op->sector + offset);
			offset += count;
		}
	}
	if (!--op->parts)
		op_done(op);
}

static void begin(struct sim_op *op)
{
	u32 i;

	op->status = BLK_STS_OK;
	if (is_write(op) && !is_outside(op))
		begin_write(op);
	else if (op->kind == TANDEM_OP_READ)
		for (i = 0; i < op->count; i++)
			content_read_begin(front_index(op->sector + i), &op->snapshot[i]);
	start_phase(op);
}

void front_submit(struct sim_op *op)
{
	SIM_NOTE("request", NULL, { op->id, op->sector, (u64)op->kind << 32 | (u64)op->fua << 31 |
				    (u64)op->preflush << 30 | op->count });
	op->begun = false;
	op->zero_pages = false;
	if (front.blocked) {
		list_add_tail(&op->node, &front.deferred);
		return;
	}
	list_add_tail(&op->node, &front.ops);
	begin(op);
}

void front_submit_deferred(void)
{
	struct sim_op *op;

	while (!front.blocked && !list_empty(&front.deferred)) {
		op = list_first_entry(&front.deferred, struct sim_op, node);
		list_move_tail(&op->node, &front.ops);
		begin(op);
	}
}

void front_drop_requests(void)
{
	struct sim_part *part;

	while (!list_empty(&front.parts)) {
		part = list_first_entry(&front.parts, struct sim_part, node);
		list_del(&part->node);
		free(part->request);
		free(part);
	}
	INIT_LIST_HEAD(&front.ops);
	INIT_LIST_HEAD(&front.deferred);
	front.pending = 0;
}
