/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tandem_add() for who holds the lock of the array already. */
#ifndef TANDEM_LIB_ADD_H
#define TANDEM_LIB_ADD_H

#include "dm.h"

int tandem_add_locked(const struct tandem_context *ctx, const struct tandem_volume *volume,
		      const struct tandem_add_options *opt, struct tandem_error *err);

#endif
