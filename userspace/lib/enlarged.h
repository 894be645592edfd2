/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Disks that are larger than when they were last written to: enlarged, or a copy? */
#ifndef TANDEM_LIB_ENLARGED_H
#define TANDEM_LIB_ENLARGED_H

#include "label.h"

/*
 * A disk that is larger than @super says, which was read from it, must still be the one
 * with that serial number, as far as both are known. Return: 0 or TANDEM_CODE_METADATA
 */
int tandem_enlarged_check(const struct tandem_context *ctx, const struct tandem_device *dev,
			  const struct tandem_super *super, struct tandem_error *err);

#endif
