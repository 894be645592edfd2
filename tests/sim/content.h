/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the volume may contain: per sector the values that a read may return.
 *
 * A sector has layers of values, oldest first. The last layer is what a read
 * may return now; all layers together are what may be left after a power cut.
 *
 *	write acknowledged	new layer { w }
 *	... with FUA		the only layer { w }
 *	write failed		new layer: last layer and w
 *	flush acknowledged	layers older than the last one before its issue go
 *	crash, all power gone	one layer: everything that there was
 *	crash, caches kept	new layer: last layer and writes under way
 *	read			the last layer becomes what was read (K3)
 *
 * A sector that nobody has written to, or that was discarded with all of its region, is
 * bare: every leg may hold anything there, and a read binds the next ones only until a
 * leg is lost.
 *
 * A value is the number that the payload carries; it is unique to a write and
 * a sector, but for 0, which is what write-zeroes leaves.
 */
#ifndef SIM_CONTENT_H
#define SIM_CONTENT_H

#include "sys.h"

#define CONTENT_VERSIONS	14u
#define CONTENT_RECENT		4u

struct content_version {
	u64 value;
	u32 time;		/* of its layer */
};

/**
 * struct content_sector - one sector of the volume
 * @version: by layer
 * @pending: writes under way, the last one's value
 * @changed: when a write last began or ended
 * @unknown: too much was written without a flush: older layers are not known
 * @open: and then a crash came: the present is not known either, until it is
 *	read or written
 * @racing: writes overlapped here; nothing is known until one of them alone is
 *	durable
 */
struct content_sector {
	u64 pending_value;
	u32 changed;
	u32 widened;		/* when anything unflushed last became possible again */
	u32 writes;
	u8 nr;
	u8 pending;
	bool unknown;
	bool open;
	bool tainted;		/* the pending write may be lost although it succeeds */
	bool doomed;		/* and all legs have lost it, if it was there */
	bool racing;
	bool bare;		/* nobody has written here: no content, see below */
	bool known;		/* but it was read, and gave @bare_value */
	bool real;		/* something was acknowledged since it was bare */
	bool discarded;		/* which no flush makes durable: a crash may take it back */
	u64 bare_value;
	u8 fading;		/* discards under way where there was nothing */
	bool listed;		/* has more than one layer: in the list of such */
	struct content_version version[CONTENT_VERSIONS];
	u64 recent[CONTENT_RECENT];
};

/* What a sector might return when the read began. */
struct content_snapshot {
	u32 time;
	u32 writes;
	u8 nr;
	bool open;		/* anything goes: a write was under way or too many */
	u64 value[CONTENT_RECENT];
};

enum content_end { CONTENT_ACKED, CONTENT_DURABLE, CONTENT_PERHAPS };

void content_start(u32 nr_sectors);
void content_stop(void);
/* One durable layer of these values. */
void content_set(u32 sector, const u64 *value, unsigned int nr);

/* A bare sector is about to be written: what the legs hold there, as far as one knows. */
void content_fill(u32 sector, const u64 *value, unsigned int nr);
/* Nobody has written here (any more). */
void content_make_bare(u32 sector);
/* Likewise, by a discard. */
void content_discard(u32 sector);
bool content_is_bare(u32 sector);
/* A discard of a bare sector is under way: it may read as it likes until that ends. */
void content_fade(u32 sector, bool begins);
/* What a bare sector gave before binds nobody any more. */
void content_forget(u32 sector);
/* Another leg's block takes its place. */
void content_replace(u32 sector);
/* Nothing that was written here was acknowledged: it is bare as before. */
void content_strip(u32 sector);
/* Something was acknowledged here. */
bool content_is_real(u32 sector);

void content_write_begin(u32 sector, u64 value);
void content_write_end(u32 sector, enum content_end end);
bool content_is_busy(u32 sector);

u32 content_flush_begin(void);
/* @visit sees every sector that the flush may have concerned. */
void content_flush_done(u32 time, void (*visit)(u32 sector));

/* @lost: some cache was lost on the way. Writes under way may have landed. */
void content_crash(bool lost);
/*
 * Caches were lost in operation and nobody could help: anything unflushed may
 * be back, and pieces of writes that are under way may have been lost with it.
 */
void content_widen(u32 first, u32 count);

void content_read_begin(u32 sector, struct content_snapshot *snapshot);
/* False: that value may not be read. */
bool content_read_end(u32 sector, const struct content_snapshot *snapshot, u64 value);

/* May a current leg hold this, in its cache or for good? */
bool content_may_hold(u32 sector, u64 value);
/* May it be written to a current leg now? */
bool content_may_write(u32 sector, u64 value);
/* Exactly one durable value, no write under way. */
bool content_is_firm(u32 sector);
/* Nothing can be said. */
bool content_is_open(u32 sector);
/* The write under way may have been lost already, by all who could know. */
bool content_is_tainted(u32 sector);
/* No leg is left that could tell: writes under way there may be lost by all. */
void content_doom(u32 first, u32 count);
/* A write under way is sent to a leg: what was lost until now was not it. */
void content_send(u32 sector);
/* May it have been lost so before @time, a content_flush_begin(). */
bool content_is_doomed(u32 sector, u32 time);

/* For read-only assemblies: what they read binds nobody afterwards. */
void content_save(void);
void content_restore(void);

/* For messages: the values of a sector, oldest first. */
void content_describe(u32 sector, char *text, size_t size);

#endif
