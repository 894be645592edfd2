/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table line and the messages, both directions; grammar in
 * uapi/tandem_table.h.
 */
#ifndef TANDEM_CORE_TABLE_H
#define TANDEM_CORE_TABLE_H

#include "core/types.h"

/**
 * struct tandem_table - a parsed table line
 * @disk: points into the words that were parsed, or at the caller's strings;
 *	"-" is a place without a disk
 * @rebuild: mask of places to be filled
 * @grow_sectors: length that every set is to have at least; 0: as it is
 * @replace, @retire: number plus one of the place that is to be replaced, or to go; 0: none
 */
struct tandem_table {
	struct tandem_id array;
	u16 nr_legs;
	enum tandem_degraded degraded;
	u64 rebuild;
	u64 grow_sectors;
	u16 replace;
	u16 retire;
	const char *disk[TANDEM_MAX_LEGS];
};

/**
 * tandem_table_parse() - words behind the target name
 * @argc, @argv: as device-mapper splits them; the strings stay the caller's
 * @why: set to a static noun phrase naming the argument, may be NULL
 * Return: 0 or -EINVAL
 */
int tandem_table_parse(unsigned int argc, char *const *argv, struct tandem_table *table,
		       const char **why);

/**
 * tandem_table_format() - the canonical line
 * Return: characters without the zero, or -ENOSPC
 */
int tandem_table_format(const struct tandem_table *table, char *text, size_t size);

enum tandem_message_verb {
	TANDEM_MESSAGE_FAIL,
	TANDEM_MESSAGE_SYNC_PAUSE,
	TANDEM_MESSAGE_SYNC_RESUME,
	TANDEM_MESSAGE_SYNC_RATE,
	TANDEM_MESSAGE_SYNC_LATENCY,
	TANDEM_MESSAGE_SET_LATENCY,
	TANDEM_MESSAGE_SET_RECOVERY,
	TANDEM_MESSAGE_SET_READ,
};

struct tandem_message {
	enum tandem_message_verb verb;
	u16 leg;	/* FAIL and READ only */
	u64 value;	/* RATE: bytes a second; LATENCY: microseconds; 0: none is given.
			 * RECOVERY: milliseconds; READ: enum tandem_read_class
			 */
};

/* Words of a message as device-mapper splits them; the strings stay the caller's. */
struct tandem_words {
	unsigned int nr;
	char *const *word;
};

/* As tandem_table_parse(); @nr_legs bounds LEG. */
int tandem_message_parse(const struct tandem_words *words, unsigned int nr_legs,
			 struct tandem_message *message, const char **why);
int tandem_message_format(const struct tandem_message *message, char *text, size_t size);

#endif
