/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bios for the simulator: one contiguous buffer, the kernel's numbers for
 * operations, flags and results. As in the kernel the disk consumes bi_iter,
 * a bio that failed keeps its status until it is set up again, and a bio that
 * is in flight belongs to the disk.
 */
#ifndef SIM_SHIM_BIO_H
#define SIM_SHIM_BIO_H

#include <shim/types.h>

typedef u8 blk_status_t;
typedef u32 blk_opf_t;

#define BLK_STS_OK		0
#define BLK_STS_NOTSUPP		1
#define BLK_STS_TIMEOUT		2
#define BLK_STS_NOSPC		3
#define BLK_STS_TRANSPORT	4
#define BLK_STS_TARGET		5
#define BLK_STS_RESV_CONFLICT	6
#define BLK_STS_MEDIUM		7
#define BLK_STS_PROTECTION	8
#define BLK_STS_RESOURCE	9
#define BLK_STS_IOERR		10
#define BLK_STS_AGAIN		12
#define BLK_STS_DEV_RESOURCE	13
#define BLK_STS_OFFLINE		16
#define BLK_STS_INVAL		19
#define TANDEM_STS_RESV_CONFLICT BLK_STS_RESV_CONFLICT
#define TANDEM_STS_INVAL	BLK_STS_INVAL

enum req_op {
	REQ_OP_READ = 0,
	REQ_OP_WRITE = 1,
	REQ_OP_FLUSH = 2,
	REQ_OP_DISCARD = 3,
	REQ_OP_SECURE_ERASE = 5,
	REQ_OP_WRITE_ZEROES = 9,
};

#define REQ_OP_MASK	0xffu
#define REQ_SYNC	(1u << 11)
#define REQ_META	(1u << 12)
#define REQ_PRIO	(1u << 13)
#define REQ_NOMERGE	(1u << 14)
#define REQ_IDLE	(1u << 15)
#define REQ_INTEGRITY	(1u << 16)
#define REQ_FUA		(1u << 17)
#define REQ_PREFLUSH	(1u << 18)
#define REQ_RAHEAD	(1u << 19)
#define REQ_BACKGROUND	(1u << 20)
#define REQ_NOWAIT	(1u << 21)
#define REQ_POLLED	(1u << 22)
#define REQ_NOUNMAP	(1u << 25)

struct block_device {
	void *disk;
};

struct bvec_iter {
	sector_t bi_sector;
	unsigned int bi_size;
	unsigned int bi_idx;
	unsigned int bi_bvec_done;
};

struct bio_vec {
	void *data;
	unsigned int bv_len;
};

struct bio;
typedef void (bio_end_io_t)(struct bio *bio);

struct bio {
	struct bio *bi_next;
	struct block_device *bi_bdev;
	blk_opf_t bi_opf;
	u32 sim_state;			/* SIM_BIO_* */
	blk_status_t bi_status;
	struct bvec_iter bi_iter;
	bio_end_io_t *bi_end_io;
	void *bi_private;
	u8 *sim_data;			/* of byte 0 of the first iter */
	bool sim_refused;		/* a disk would have had to wait, and said so */
};

#define SIM_BIO_READY		0x62696f31u
#define SIM_BIO_IN_FLIGHT	0x62696f32u
#define SIM_BIO_GONE		0x62696f33u

static inline enum req_op bio_op(const struct bio *bio)
{
	return (enum req_op)(bio->bi_opf & REQ_OP_MASK);
}

static inline unsigned int bio_sectors(const struct bio *bio)
{
	return bio->bi_iter.bi_size >> 9;
}

static inline bool op_is_write(blk_opf_t opf)
{
	return opf & 1;
}

static inline sector_t bio_end_sector(const struct bio *bio)
{
	return bio->bi_iter.bi_sector + bio_sectors(bio);
}

static inline void bio_set_dev(struct bio *bio, struct block_device *bdev)
{
	bio->bi_bdev = bdev;
}

void bio_uninit(struct bio *bio);
void bio_endio(struct bio *bio);
void tandem_bio_init_buffer(struct bio *bio, struct bio_vec *vec, void *buffer, u32 len_bytes);
void tandem_bio_init_empty(struct bio *bio);
void tandem_bio_init_clone(struct bio *bio, struct block_device *bdev, struct bio *parent);

void tandem_bio_rearm(struct bio *bio);

static inline void bio_io_error(struct bio *bio)
{
	bio->bi_status = BLK_STS_IOERR;
	bio_endio(bio);
}

#endif
