// SPDX-License-Identifier: GPL-2.0-only
/*
 * Layers of values; the rules are in content.h.
 *
 * Decisions: when a sector has more versions than fit, the oldest layers are
 * forgotten and the sector says so: its past is unknown, its present is not.
 * That makes the oracle weaker there until the next flush, never wrong.
 */
#include <stdlib.h>

#include "content.h"
#include "sched.h"

static struct content_sector *sectors, *saved;
static u32 nr_sectors, room;
static u32 *unflushed;
static u32 nr_unflushed;
static u32 now;

static void *resize(void *memory, size_t bytes)
{
	memory = realloc(memory, bytes);
	if (!memory)
		abort();
	return memory;
}

void content_start(u32 nr)
{
	if (nr > room) {
		sectors = resize(sectors, nr * sizeof(*sectors));
		saved = resize(saved, nr * sizeof(*saved));
		unflushed = resize(unflushed, nr * sizeof(*unflushed));
		room = nr;
	}
	nr_sectors = nr;
	nr_unflushed = 0;
	now = 1;
	memset(sectors, 0, nr * sizeof(*sectors));
}

void content_stop(void)
{
	free(sectors);
	free(saved);
	free(unflushed);
	sectors = NULL;
	saved = NULL;
	unflushed = NULL;
	room = 0;
}

static struct content_sector *at(u32 sector)
{
	if (sector >= nr_sectors)
		sim_fail("oracle", "no sector %u", sector);
	return &sectors[sector];
}

static bool is_open(const struct content_sector *s)
{
	return s->open || s->racing;
}

static u32 last_time(const struct content_sector *s)
{
	return s->nr ? s->version[s->nr - 1].time : 0;
}

/* Index of the first version of the last layer. */
static unsigned int last_layer(const struct content_sector *s)
{
	u32 time = last_time(s);
	unsigned int i = s->nr;

	while (i && s->version[i - 1].time == time)
		i--;
	return i;
}

static bool has(const struct content_sector *s, unsigned int from, u64 value)
{
	for (; from < s->nr; from++)
		if (s->version[from].value == value)
			return true;
	return false;
}

/* Forgets the oldest layer; if it is the one that is to grow, all of the present. */
static void make_room(struct content_sector *s, u32 time)
{
	unsigned int drop = 0;

	if (s->nr < CONTENT_VERSIONS)
		return;
	while (drop < s->nr && s->version[drop].time == s->version[0].time)
		drop++;
	s->open |= s->version[0].time == time;
	s->unknown = true;
	s->nr -= drop;
	memmove(s->version, s->version + drop, s->nr * sizeof(*s->version));
}

static void add(struct content_sector *s, u64 value, u32 time)
{
	unsigned int i;

	for (i = s->nr; i && s->version[i - 1].time == time; i--)
		if (s->version[i - 1].value == value)
			return;
	make_room(s, time);
	s->version[s->nr].value = value;
	s->version[s->nr].time = time;
	s->nr++;
}

static void list(struct content_sector *s)
{
	if (s->listed || (s->nr && s->version[0].time == last_time(s) && !s->unknown))
		return;
	s->listed = true;
	unflushed[nr_unflushed++] = s - sectors;
}

/* What the present was is now the past. */
static void settle_present(struct content_sector *s)
{
	if (!s->open)
		return;
	s->open = false;
	s->unknown = true;
	s->nr = 0;
}

/* All layers become one. */
static void merge_layers(struct content_sector *s)
{
	struct content_version old[CONTENT_VERSIONS];
	unsigned int i, nr = s->nr;

	memcpy(old, s->version, sizeof(old));
	s->open |= s->unknown;
	s->nr = 0;
	for (i = 0; i < nr; i++)
		add(s, old[i].value, now);
}

/* A new layer that repeats the last one. */
static void repeat_layer(struct content_sector *s)
{
	struct content_version old[CONTENT_VERSIONS];
	unsigned int from = last_layer(s);
	unsigned int nr = s->nr - from;
	unsigned int i;

	memcpy(old, s->version + from, nr * sizeof(*old));
	for (i = 0; i < nr; i++)
		add(s, old[i].value, now);
}

void content_set(u32 sector, const u64 *value, unsigned int nr)
{
	struct content_sector *s = at(sector);

	s->nr = 0;
	s->unknown = false;
	s->racing = false;
	s->open = false;
	s->bare = false;
	s->real = false;
	s->pending = 0;
	s->changed = ++now;
	while (nr--)
		add(s, *value++, now);
}

void content_fill(u32 sector, const u64 *value, unsigned int nr)
{
	bool written = at(sector)->writes;

	content_set(sector, value, nr);
	at(sector)->unknown = written;
}

void content_make_bare(u32 sector)
{
	struct content_sector *s = at(sector);

	s->bare = true;
	s->known = false;
	s->real = false;
	s->changed = ++now;
}

void content_discard(u32 sector)
{
	content_make_bare(sector);
	at(sector)->discarded = true;
}

void content_fade(u32 sector, bool begins)
{
	struct content_sector *s = at(sector);

	if (begins)
		s->fading++;
	else
		s->fading -= !!s->fading;
	s->known = false;
	s->changed = ++now;
}

bool content_is_bare(u32 sector)
{
	return at(sector)->bare;
}

void content_forget(u32 sector)
{
	struct content_sector *s = at(sector);

	if (s->bare && s->known)
		s->changed = ++now;
	s->known = false;
}

void content_replace(u32 sector)
{
	struct content_sector *s = at(sector);

	/* Known or not: who reads now may see what was there before. */
	if (s->bare)
		s->changed = ++now;
	s->known = false;
}

void content_strip(u32 sector)
{
	struct content_sector *s = at(sector);

	if (!s->bare && !s->real && !s->pending)
		content_make_bare(sector);
}

bool content_is_real(u32 sector)
{
	return at(sector)->real;
}

void content_write_begin(u32 sector, u64 value)
{
	struct content_sector *s = at(sector);

	s->racing |= s->pending;
	s->pending++;
	s->pending_value = value;
	s->changed = ++now;
}

bool content_is_busy(u32 sector)
{
	return at(sector)->pending;
}

void content_write_end(u32 sector, enum content_end end)
{
	struct content_sector *s = at(sector);
	u64 value = s->pending_value;

	s->changed = ++now;
	s->recent[s->writes++ % CONTENT_RECENT] = value;
	s->pending--;
	if (s->racing && (s->pending || end != CONTENT_DURABLE))
		return;
	s->real |= end != CONTENT_PERHAPS;
	switch (end) {
	case CONTENT_DURABLE:
		s->nr = 0;
		s->racing = false;
		s->unknown = false;
		s->open = false;
		break;
	case CONTENT_PERHAPS:
		repeat_layer(s);
		break;
	case CONTENT_ACKED:
		if (s->tainted)
			repeat_layer(s);
		else
			settle_present(s);
		break;
	}
	s->tainted = false;
	s->doomed = false;
	add(s, value, now);
	list(s);
}

u32 content_flush_begin(void)
{
	return ++now;
}

void content_flush_done(u32 time, void (*visit)(u32 sector))
{
	struct content_sector *s;
	unsigned int base, kept = 0;
	u32 i, base_time;

	++now;
	for (i = 0; i < nr_unflushed; i++) {
		s = &sectors[unflushed[i]];
		for (base = s->nr; base && s->version[base - 1].time > time; base--)
			;
		if (base) {
			base_time = s->version[base - 1].time;
			while (base && s->version[base - 1].time == base_time)
				base--;
			s->nr -= base;
			memmove(s->version, s->version + base, s->nr * sizeof(*s->version));
			s->unknown = false;
		}
		visit(unflushed[i]);
		s->listed = false;
		if (s->unknown || s->version[0].time != last_time(s)) {
			s->listed = true;
			unflushed[kept++] = unflushed[i];
		}
	}
	nr_unflushed = kept;
}

void content_crash(bool lost)
{
	struct content_sector *s;
	u32 k;

	++now;
	for (k = 0; k < nr_sectors; k++) {
		s = &sectors[k];
		if (s->pending > 1)
			s->racing = true;
		if (s->pending) {
			s->recent[s->writes++ % CONTENT_RECENT] = s->pending_value;
			repeat_layer(s);
			add(s, s->pending_value, now);
			s->changed = now;
		}
		s->pending = 0;
		s->fading = 0;
		s->tainted = false;
		s->doomed = false;
		/* What a discard left may be taken back as what a write did. */
		s->known &= !(lost && (s->writes || s->discarded));
		if (lost)
			merge_layers(s);
		s->listed = false;
	}
	nr_unflushed = 0;
	for (k = 0; k < nr_sectors; k++)
		list(&sectors[k]);
}

void content_widen(u32 first, u32 count)
{
	struct content_version old[CONTENT_VERSIONS];
	struct content_sector *s;
	unsigned int i, nr;

	++now;
	for (; count; first++, count--) {
		s = at(first);
		s->tainted = s->pending;
		s->widened = now;
		/* What a discard left, too. */
		s->known &= !s->writes && !s->discarded;
		if (s->unknown) {
			s->open = true;
			s->changed = now;
		}
		if (s->nr < 2)
			continue;
		nr = s->nr;
		memcpy(old, s->version, sizeof(old));
		for (i = 0; i < nr; i++)
			add(s, old[i].value, now);
		s->changed = now;
		list(s);
	}
}

void content_read_begin(u32 sector, struct content_snapshot *snapshot)
{
	struct content_sector *s = at(sector);
	unsigned int from = last_layer(s);
	unsigned int i;

	snapshot->time = now;
	snapshot->writes = s->writes;
	snapshot->nr = 0;
	snapshot->open = is_open(s) || s->bare || s->nr - from > CONTENT_RECENT;
	for (i = from; i < s->nr && !snapshot->open; i++)
		snapshot->value[snapshot->nr++] = s->version[i].value;
}

/* A write touched the sector while it was being read: old or new. */
static bool may_race(const struct content_sector *s, const struct content_snapshot *snapshot,
		     u64 value)
{
	unsigned int i;

	if (snapshot->open || s->widened > snapshot->time)
		return true;
	if (s->writes - snapshot->writes >= CONTENT_RECENT)
		return true;
	for (i = 0; i < snapshot->nr; i++)
		if (snapshot->value[i] == value)
			return true;
	for (i = snapshot->writes; i < s->writes; i++)
		if (s->recent[i % CONTENT_RECENT] == value)
			return true;
	return (s->pending && s->pending_value == value) || has(s, last_layer(s), value);
}

/* The first one after a change binds the others. */
static bool read_bare(struct content_sector *s, const struct content_snapshot *snapshot, u64 value)
{
	if (s->changed > snapshot->time || s->fading)
		return true;
	if (s->known)
		return value == s->bare_value;
	s->known = true;
	s->bare_value = value;
	return true;
}

bool content_read_end(u32 sector, const struct content_snapshot *snapshot, u64 value)
{
	struct content_sector *s = at(sector);
	unsigned int from;
	u32 time;

	if (s->racing)
		return true;
	if (s->bare)
		return read_bare(s, snapshot, value);
	if (s->pending || s->changed > snapshot->time)
		return may_race(s, snapshot, value);
	if (s->open) {
		settle_present(s);
		add(s, value, now);
		list(s);
	}
	from = last_layer(s);
	if (!has(s, from, value))
		return false;
	time = last_time(s);
	s->nr = from + 1;
	s->version[from].value = value;
	s->version[from].time = time;
	return true;
}

bool content_may_hold(u32 sector, u64 value)
{
	struct content_sector *s = at(sector);

	return is_open(s) || s->unknown || s->bare || has(s, 0, value) ||
	       (s->pending && s->pending_value == value);
}

bool content_may_write(u32 sector, u64 value)
{
	struct content_sector *s = at(sector);

	return is_open(s) || s->bare || has(s, last_layer(s), value) ||
	       (s->pending && s->pending_value == value);
}

bool content_is_firm(u32 sector)
{
	struct content_sector *s = at(sector);

	return s->nr == 1 && !s->pending && !s->unknown && !s->bare && !is_open(s);
}

bool content_is_open(u32 sector)
{
	return is_open(at(sector));
}

bool content_is_tainted(u32 sector)
{
	return at(sector)->tainted;
}

void content_doom(u32 first, u32 count)
{
	for (; count; first++, count--)
		at(first)->doomed = at(first)->pending;
}

void content_send(u32 sector)
{
	at(sector)->doomed = false;
}

bool content_is_doomed(u32 sector, u32 time)
{
	return at(sector)->doomed && at(sector)->widened < time;
}

void content_save(void)
{
	memcpy(saved, sectors, nr_sectors * sizeof(*sectors));
}

void content_restore(void)
{
	u32 i;

	memcpy(sectors, saved, nr_sectors * sizeof(*sectors));
	nr_unflushed = 0;
	for (i = 0; i < nr_sectors; i++) {
		sectors[i].listed = false;
		list(&sectors[i]);
	}
}

void content_describe(u32 sector, char *text, size_t size)
{
	struct content_sector *s = at(sector);
	size_t length;
	unsigned int i;

	length = scnprintf(text, size, "%s%s%s", s->bare ? "bare " : "",
			   s->unknown ? "... " : "", is_open(s) ? "any " : "");
	for (i = 0; i < s->nr; i++)
		length += scnprintf(text + length, size - length, "%s%llx",
				    !i ? "" : s->version[i].time != s->version[i - 1].time ? " | " :
				    ",", (unsigned long long)s->version[i].value);
	if (s->pending)
		scnprintf(text + length, size - length, " (+%llx)",
			  (unsigned long long)s->pending_value);
}
