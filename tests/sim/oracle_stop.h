/* SPDX-License-Identifier: GPL-2.0-only */
/* What a stop owes to legs that have failed; part of the oracle. */
#ifndef TANDEM_SIM_ORACLE_STOP_H
#define TANDEM_SIM_ORACLE_STOP_H

/* The array, if any, is about to be down: what failed and is not on record was tried enough. */
void oracle_stop_ends(void);

#endif
