/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One request of a user from map to acknowledgement.
 *
 * It lives in memory that the front end provides with the caller's bio (no
 * allocation here), with one leg bio per leg of a set behind it.
 *
 *	tandem_request_map()
 *	  read   -> io/read.c    REMAPPED, or SUBMITTED if it had to wait
 *	  write  -> io/write.c   SUBMITTED
 *	  flush  -> io/flush.c   SUBMITTED
 *	... leg bios complete ...
 *	  io/fault.c judges errors, holds the acknowledgement if a failed leg is
 *	  not recorded, and ends the bio
 */
#ifndef TANDEM_IO_REQUEST_H
#define TANDEM_IO_REQUEST_H

#include "core/fault.h"
#include "io/array.h"

/*
 * A RETRY result: the device did not see the command. Asked again this often,
 * at once the first time and then after this delay, before it counts as failed.
 */
#define TANDEM_RETRY_ATTEMPTS	16
#define TANDEM_RETRY_MS		4

enum tandem_disposition {
	TANDEM_MAP_SUBMITTED,	/* the engine will end the bio */
	TANDEM_MAP_REMAPPED,	/* send the bio to request->leg's disk as it is now */
	TANDEM_MAP_ERROR,	/* end it with BLK_STS_IOERR */
};

#define TANDEM_REQUEST_ERRED	1u	/* some leg answered with an error */
#define TANDEM_REQUEST_HEALS	2u	/* it covers lost blocks (io/lost.h) */

struct tandem_request {
	struct tandem_array *array;
	struct bio *bio;		/* the caller's (DM's clone) */
	struct tandem_set *set;		/* NULL for a user's flush: all sets */
	u64 sector;			/* in the set */
	u32 region;
	atomic_t pending;		/* leg bios under way */
	u8 op;				/* enum tandem_op */
	u8 sent;
	u8 counted;
	u8 retry;			/* legs to be asked again */
	u8 failed;			/* TANDEM_REQUEST_...; not 0: judged by io/fault.c */
	u8 tried;			/* read: legs that failed it */
	u8 attempts;
	u8 error;			/* enum tandem_result, held requests */
	bool own;			/* a flush of the engine: nobody to tell an error */
	s8 position;			/* read: position of the leg that has it, or -1 */
	union {
		u32 doubt;		/* read: set->doubt before a leg was picked */
		u32 losses;		/* write: set->losses before it was sent */
	};
	u8 result[TANDEM_MAX_LEGS_PER_SET];
	struct bvec_iter iter;		/* as mapped, for another attempt */
	struct list_head node;
	struct bio leg_bio[];
};

/* Bytes the front end reserves per bio, for an array whose sets have @nr_legs legs. */
static inline size_t tandem_request_bytes(unsigned int nr_legs)
{
	return sizeof(struct tandem_request) + nr_legs * sizeof(struct bio);
}

/**
 * tandem_request_map() - a caller's bio enters
 * @request: tandem_request_bytes() of memory, any content
 * @bio: sector from the start of the volume; inside one chunk and one region
 *	(tandem_geometry_max_io_sectors()); a flush has no data
 *
 * Context: as submit_bio(); does not block, allocates nothing.
 */
enum tandem_disposition tandem_request_map(struct tandem_array *array,
					   struct tandem_request *request, struct bio *bio);

/**
 * tandem_request_end() - a REMAPPED bio came back from the disk
 * @status: its result; changed if the caller is to get another one
 * Context: any. Return: true if the engine keeps the bio (it goes to another
 *	leg, and comes back here), false if it is to be ended with @status
 */
bool tandem_request_end(struct tandem_request *request, blk_status_t *status);

/* blk_status_t to enum tandem_result and back. */
enum tandem_result tandem_request_result(blk_status_t status);
blk_status_t tandem_request_status(enum tandem_result result);

/* End the caller's bio. Any context. The request is gone afterwards. */
void tandem_request_finish(struct tandem_request *request, enum tandem_result error);

/* Send a request again later, from a work item. Any context. */
void tandem_request_retry(struct tandem_request *request);
void tandem_request_retry_work(struct work_struct *work);

/* io/read.c, io/write.c */
enum tandem_disposition tandem_read_map(struct tandem_request *request);
bool tandem_read_waits(const struct tandem_request *request);
void tandem_read_logged(struct tandem_request *request, bool good);
void tandem_read_resume(struct tandem_request *request);
enum tandem_disposition tandem_write_map(struct tandem_request *request);
void tandem_write_resume(struct tandem_request *request);
void tandem_write_start(struct tandem_request *request);

#endif
