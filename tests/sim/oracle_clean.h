/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rule "cold": who leaves the intent log when there is no room. Looks by itself, whenever a
 * work item has run.
 */
#ifndef SIM_ORACLE_CLEAN_H
#define SIM_ORACLE_CLEAN_H

/* A history begins: its options are drawn. */
void oracle_clean_begin(void);

#endif
