/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Regions that the copier cannot make equal or fill, for a block of them cannot be read
 * from any leg that has it.
 */
#ifndef TANDEM_IO_STUCK_H
#define TANDEM_IO_STUCK_H

#include "io/request.h"

struct tandem_copy;

/* The block under @copy cannot be read: its region is stuck, and the log says so. */
void tandem_stuck_note(struct tandem_copy *copy);

/* Its region is stuck, and on no block. */
void tandem_stuck_forget(struct tandem_copy *copy);

/*
 * A write comes to a region that is stuck; it holds its reference. If it may mend the
 * block the region is tried again when it is through. Context: as submit_bio().
 */
void tandem_stuck_touch(struct tandem_request *request);

#endif
