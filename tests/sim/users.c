// SPDX-License-Identifier: GPL-2.0-only
/*
 * The users. One request each: draw, submit, wait for the answer, think. Some
 * keep to a few hot sectors, some write in sequence like a log.
 *
 * Writes of different users do not overlap while they are under way (option
 * overlap lifts that): nobody promises an order between such writes, and a
 * mirror keeps none. Reads go wherever they like.
 */
#include <stdlib.h>

#include "front.h"
#include "oracle.h"
#include "sched.h"
#include "users.h"
#include "world.h"

#define MAX_SECTORS	256u

struct user {
	struct sim_op op;
	bool busy;		/* a request is under way */
	bool sequential;
	u64 next_sector;
	u8 buffer[MAX_SECTORS * 512];
	struct content_snapshot snapshot[MAX_SECTORS];
};

static struct user *users;
static u32 left;
static u64 next_id;

static u32 below(u32 n)
{
	return sim_below(SIM_RANDOM_USERS, n);
}

static bool percent(u32 chance)
{
	return below(100) < chance;
}

static bool clashes(const struct user *user, u64 sector, u32 count)
{
	const struct sim_op *op;
	u32 i;

	for (i = 0; i < world.options.users; i++) {
		op = &users[i].op;
		if (&users[i] != user && users[i].busy && op->kind != TANDEM_OP_READ &&
		    op->sector < sector + count && sector < op->sector + op->count)
			return true;
	}
	return false;
}

/* The one whose writes are a stream. */
static bool is_stream(const struct user *user)
{
	return world.options.stream && user == users;
}

/*
 * One who writes to a region that the stream leaves out, and again before it rests: not near
 * the end of the ring, or he would be taken for the stream.
 */
static bool is_stranger(const struct user *user)
{
	return world.options.stream && world.options.ring > 40 && user == users + 1;
}

static u64 place(struct user *user, u32 count)
{
	u32 align = world.options.block_bytes / 512;
	u64 room = world.volume_sectors;
	u64 region = (u64)world.options.sets * world.super.geo.region_sectors;
	u64 ring = world.options.ring * region;
	u64 sector;

	if (is_stranger(user))
		return ring - 4 * region + 8 * below(8);
	if (is_stream(user))
		return user->next_sector >= ring && user->next_sector + count <= room ?
		       user->next_sector : ring;
	if (user->sequential && user->next_sector + count <= room)
		return user->next_sector;
	if (world.options.hot_sectors && !percent(15))
		room = min(room, (u64)world.options.hot_sectors + count);
	sector = count < room ? below(room - count + 1) : 0;
	return sector - sector % align;
}

static enum tandem_op draw_kind(const struct user *user)
{
	const struct sim_options *o = &world.options;

	if (o->stream && !front_is_read_only())
		return is_stream(user) || is_stranger(user) ? TANDEM_OP_WRITE : TANDEM_OP_READ;
	if (percent(o->flush_percent))
		return TANDEM_OP_FLUSH;
	if (percent(o->read_percent) || front_is_read_only())
		return TANDEM_OP_READ;
	if (percent(o->zeroes_percent))
		return below(4) ? TANDEM_OP_WRITE_ZEROES : TANDEM_OP_DISCARD;
	return TANDEM_OP_WRITE;
}

static u32 draw_count(void)
{
	u32 align = world.options.block_bytes / 512;
	u32 longest = min((u32)min((u64)MAX_SECTORS, world.volume_sectors),
			  max(world.options.max_sectors, align));

	return align * (1 + below(longest / align));
}

static void done(struct sim_op *op);

static void fill(struct sim_op *op)
{
	u64 value;
	u32 i;

	for (i = 0; i < op->count; i++) {
		value = front_value(op, i);
		memcpy(op->buffer + 512 * i, &value, sizeof(value));
	}
}

/* False: another user is writing there. */
static bool draw(struct user *user)
{
	const struct sim_options *o = &world.options;
	struct sim_op *op = &user->op;

	op->kind = draw_kind(user);
	if (op->kind == TANDEM_OP_FLUSH && front_is_read_only())
		op->kind = TANDEM_OP_READ;
	op->count = op->kind == TANDEM_OP_FLUSH ? 0 : draw_count();
	if (o->ring % 2 && is_stream(user) && user->next_sector < world.volume_sectors)
		op->count = min((u64)op->count, world.volume_sectors - user->next_sector);
	op->sector = op->count ? place(user, op->count) : 0;
	op->fua = op->kind != TANDEM_OP_READ && op->count && op->kind != TANDEM_OP_DISCARD &&
		  percent(o->fua_percent);
	op->preflush = op->kind == TANDEM_OP_WRITE && percent(o->flush_percent);
	op->nowait = op->count && percent(o->nowait_percent);
	op->id = next_id++;
	op->read_ahead = op->kind == TANDEM_OP_READ && !(op->id % 5);
	op->buffer = user->buffer;
	op->snapshot = user->snapshot;
	op->done = done;
	op->context = user;
	if (op->kind != TANDEM_OP_READ && !o->overlap && clashes(user, op->sector, op->count))
		return false;
	user->next_sector = op->sector + op->count;
	fill(op);
	return true;
}

static void think(void *argument);

static void rest(struct user *user)
{
	u32 pause = below(4) ? 200 : 20000;

	if (world.options.stream)
		pause = user == users ? 1000 : is_stranger(user) ? 8000 : 40000;
	sim_after(1 + below(pause), SIM_EVENT_USER, think, user);
}

static void think(void *argument)
{
	struct user *user = argument;

	if (!left || !front_exists()) {
		if (left)
			rest(user);
		return;
	}
	if (!draw(user)) {
		rest(user);
		return;
	}
	left--;
	user->busy = true;
	front_submit(&user->op);
}

static void done(struct sim_op *op)
{
	struct user *user = op->context;

	user->busy = false;
	if (is_stream(user) && op->kind == TANDEM_OP_WRITE)
		oracle_ahead_written(op->count);
	rest(user);
}

void users_start(void)
{
	u32 i;

	users = calloc(world.options.users, sizeof(*users));
	if (!users)
		abort();
	left = world.options.events;
	next_id = 1;
	for (i = 0; i < world.options.users; i++) {
		users[i].sequential = !below(3);
		users[i].next_sector = below(world.volume_sectors / 8) * 8;
		rest(&users[i]);
	}
}

void users_stop(void)
{
	free(users);
	users = NULL;
}

u32 users_left(void)
{
	return left;
}

void users_end_work(void)
{
	left = 0;
}

void users_restart(void)
{
	u32 i;

	for (i = 0; i < world.options.users; i++) {
		users[i].busy = false;
		rest(&users[i]);
	}
}

bool users_are_idle(void)
{
	u32 i;

	for (i = 0; i < world.options.users; i++)
		if (users[i].busy)
			return false;
	return true;
}

static void run_done(struct sim_op *op)
{
	struct user *user = op->context;

	if (op->status && !(op->kind == TANDEM_OP_READ && op->lost))
		sim_fail("liveness", "sectors %llu+%u cannot be read or written, and nothing is "
			 "wrong", (unsigned long long)op->sector, op->count);
	user->busy = false;
}

/* One user alone, from the first sector to @end. */
static void run_through(enum tandem_op kind, u64 end)
{
	struct user *user = &users[0];
	u64 sector;

	for (sector = 0; sector < end; sector += user->op.count) {
		memset(&user->op, 0, sizeof(user->op));
		user->op.kind = kind;
		user->op.read_ahead = false;
		user->op.sector = sector;
		user->op.count = min((u64)MAX_SECTORS, end - sector);
		user->op.id = next_id++;
		user->op.buffer = user->buffer;
		user->op.snapshot = user->snapshot;
		user->op.done = run_done;
		user->op.context = user;
		if (kind == TANDEM_OP_WRITE)
			fill(&user->op);
		user->busy = true;
		front_submit(&user->op);
		while (user->busy)
			if (!sim_step())
				sim_fail("liveness", "a request never ends");
	}
}

void users_read_all(void)
{
	run_through(TANDEM_OP_READ, world.volume_sectors);
}

void users_write_run(void)
{
	run_through(TANDEM_OP_WRITE, world.volume_sectors / 3 / 8 * 8);
}
