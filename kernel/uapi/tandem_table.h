/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What user space and the module say to each other: table line, messages and
 * status, as text. core/table.c and core/status.c hold both directions, so
 * that what one side prints the other can read.
 *
 * Table line (behind start, length and the target name "tandem"):
 *
 *	ARRAY NR_LEGS DISK... NR_WORDS WORD...
 *
 *	ARRAY     identifier of the array, 32 lower-case hex digits
 *	NR_LEGS   places in the whole array, 2 to 64
 *	DISK      block device that fills the place, or "-"; all legs of set 0
 *	          first, then set 1, ...
 *	WORD      options; NR_WORDS counts the words, values included:
 *	            degraded never|proven|force    what may start (default never)
 *	            rebuild LEG                    fill this place, if it is not
 *	                                           current; may be given again
 *	            grow SECTORS                   make every set this long, if it is
 *	                                           shorter; the length of the line is
 *	                                           that of the array afterwards
 *	            replace LEG                    the set of this place has one more than
 *	                                           before, its last, which is to replace it;
 *	                                           give "rebuild" for that one as well
 *	            retire LEG                     one less than before: this place goes, by
 *	                                           its number before that; what replaces it
 *	                                           takes the number
 *	          The last two mean nothing where the array has that many places already
 *
 * Everything else (level, chunk, name, who is current) is in the superblocks
 * and is read from there by constructor and preresume. The length must be
 * the array's size. A table loaded read-only assembles read-only.
 *
 * Messages:
 *
 *	fail LEG             fail a leg as an I/O error would
 *	sync pause|resume    stop or go on with copying in the background
 *	sync rate BYTES      copy at most so much a second; 0: any rate
 *	sync latency US      slow copying down while requests of users take longer
 *	                     than this; 0: half as long again as without copying
 *	set latency US       the same, and kept: it goes to the superblocks, and every
 *	                     start begins with it
 *	set recovery MS      recovery target, kept likewise
 *	set read LEG CLASS   which legs answer reads (CLASS below), kept likewise
 *
 * Status line (INFO): see struct tandem_status in core/status.h:
 *
 *	1 STATE SYNC DONE TOTAL UNSURE EPOCH COPIED NR_LEGS LEG...
 *	LOG COPY PACE LOST KEPT SHAPE READ LATENCY
 *
 *	STATE     healthy, degraded, unrecorded, failed or read-only
 *	SYNC      resync, rebuild, first-touch, paused or "-"
 *	DONE/TOTAL  regions of that run; UNSURE: regions that may differ
 *	EPOCH     number of the running epoch
 *	COPIED    sectors copied since activation, resync and rebuild, as A/B
 *	LEG       STATE:GENERATION:READ_ERRORS:WRITE_ERRORS:FLUSH_ERRORS
 *	LOG       DIRTY/LIMIT/RECORDS/WAITS/RECORD_WAITS: regions in the intent log now, how
 *	          many may be before some are evicted, records written since
 *	          activation, writers that had to wait for room, and for a record
 *	          (an older module does not say that one); "-" without a log
 *	COPY      RATE/WORST: bytes a second of a resync as measured in the slowest
 *	          set, 0 if in none; milliseconds that one would take now
 *	PACE      RATE/ETA/LIMIT/TARGET: bytes a second of the running sync, 0 if not
 *	          measured; seconds to its end, with a rate; what "sync rate" and
 *	          "sync latency" said last, or "set latency" after it
 *	LOST      sectors that could be read from no leg; errors until they are written
 *	KEPT      TARGET/RECOVERY/DUE: what the messages "set latency" and "set recovery" said
 *	          last; 1 until every leg in use has on disk what was set
 *	SHAPE     two words, LEVEL/ROLE/CHUNK/REGION/SETS (in sectors), and for each leg
 *	          SET:HAND:REPLACES, with commas: 1 if it was taken out by hand; the leg that
 *	          it is to replace, plus one, or 0
 *	READ      for each leg its CLASS, with commas
 *	LATENCY   for each leg P50:P99:SITS, with commas: what half of its reads, and all but
 *	          one in a hundred, took at most, in microseconds, 0 if not known; while
 *	          it sits out, for other legs answer far sooner, how long its reads
 *	          took, at least, or 0
 */
#ifndef TANDEM_TABLE_H
#define TANDEM_TABLE_H

#define TANDEM_TARGET_NAME	"tandem"
#define TANDEM_TARGET_VERSION_MAJOR	1
#define TANDEM_TARGET_VERSION_MINOR	0
#define TANDEM_TARGET_VERSION_PATCH	0
#define TANDEM_DM_NAME_PREFIX	"tandem-"
#define TANDEM_DM_UUID_PREFIX	"TANDEM-"

/* x(symbol, text): what a degraded array needs to be started. */
#define TANDEM_DEGRADED_POLICIES(x)	\
	x(NEVER, "never")		\
	x(PROVEN, "proven")		\
	x(FORCE, "force")

/* x(symbol, text): states of a leg as people see them. */
#define TANDEM_LEG_STATES(x)		\
	x(CURRENT, "current")		\
	x(REBUILDING, "rebuilding")	\
	x(STALE, "stale")		\
	x(MISSING, "missing")		\
	x(FAILED, "failed")		\
	x(UNRECORDED, "unrecorded")

/* x(symbol, text): states of an array as people see them. */
#define TANDEM_ARRAY_STATES(x)		\
	x(HEALTHY, "healthy")		\
	x(DEGRADED, "degraded")		\
	x(UNRECORDED, "unrecorded")	\
	x(FAILED, "failed")		\
	x(READ_ONLY, "read-only")

/* x(symbol, text): what is being copied. */
#define TANDEM_SYNC_KINDS(x)		\
	x(NONE, "-")			\
	x(RESYNC, "resync")		\
	x(REBUILD, "rebuild")		\
	x(FIRST_TOUCH, "first-touch")	\
	x(PAUSED, "paused")

/*
 * x(symbol, text): which legs answer reads. Avoided: none is asked there while another leg
 * can answer. Preferred: none is asked elsewhere while such a leg can. The numbers are on
 * disk (tandem_format_member.h) and permanent.
 */
#define TANDEM_READ_CLASSES(x)		\
	x(NORMAL, "normal")		\
	x(PREFERRED, "preferred")	\
	x(AVOIDED, "avoided")

#endif
