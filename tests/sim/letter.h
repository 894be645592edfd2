/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Letters: events of which a string is made, on an array of few regions.
 *
 * The array is up and clean when a string begins. Letters of a walk:
 *	w o	write the same block; a block of another region
 *	f	flush
 *	a b	the disk of leg A, of leg B dies, or is pulled
 *	A B	it is back, and is filled if it was left out
 *	c	crash
 *	r	one step of the copier: a region is made equal or filled, a leg promoted
 *	l	one step of the cleaner: regions that rest leave the log
 * and for scenarios:
 *	u d g	write the same block with FUA; discard it, or its region; read both
 *	S	read the block behind that, which nobody writes
 *	s p	stop in order; suspend and resume
 *	T X	A, B is failed by message
 *	V	when a promotion is about to be recorded, B is failed, on record, before that
 *	t v	start by force; read-only
 *	h y H Y	legs 2 and 3 die, and are back
 *	i j	the next write to the data of A, of B errs
 *	k q	the next flush of A, of B errs
 *	G	the next write to the data of B finds it busy, and is sent again
 *	J K	the next flush of A errs, and meanwhile the copier wants the table of lost
 *		ranges written; it is written
 *	m n M N	superblocks and log of A, of B cannot be written; and can again
 *	e E	the first block of A, of B cannot be read until it is written
 *	Z	the first copy of the lost ranges of B cannot be read until it is written
 *	P Q	a slot, or both, of a page of the map of A, of B cannot be read until written
 *	I	nor the two newest records of the log of B
 *	z x	a slot of A rots; a new disk in B's place
 *	+ -	a start succeeds, or all is up; a start is refused
 *	= ~	all legs are current and equal; they are not
 *	. !	the requests of the last letter ended well; one with an error
 *	,	time passes
 *
 * A letter ends when all that it set off has come to rest. W, O, F, U, D, R and L are
 * left under way instead: one of the legs, or all, does not answer before the next
 * letter has begun, or has come to rest. C cuts the power in the middle of the next
 * letter, wherever a disk has changed. After _ the next letter neither waits for what it
 * set off nor lets go what is held. Whatever needs a running array starts it first.
 *
 * What a letter leaves open is decided by choice.h, in every way: which leg does not
 * answer, and when it does again; what a dying disk still did and kept; at a crash, for
 * each leg by itself, how many of the writes in its cache are durable, or that its power
 * stayed, and how many of those under way have landed.
 */
#ifndef SIM_LETTER_H
#define SIM_LETTER_H

#include "options.h"

#define LETTER_MOST	48u		/* of one string */

/**
 * struct letter_play - what is to be played
 * @options: of the world
 * @text: letters, each with the digits of its decisions; those without digits are
 *	decided in every way. NULL: all letters that apply, @length of them
 * @length: of a string, if @text is NULL
 * @wide: with letters of scenarios, too, but those that force or need more legs
 * @is_ours: with @text NULL, after three letters: go on? NULL: always
 */
struct letter_play {
	struct sim_limits options;
	const char *text;
	unsigned int length;
	bool wide;
	bool (*is_ours)(void);
};

enum letter_verdict {
	LETTER_PASSED,
	LETTER_FAILED,		/* sim_failure says why */
	LETTER_PRUNED,		/* a letter has no meaning there; nothing was proven */
};

/* Plays one path of decisions, from the creation of the array to its end in order. */
enum letter_verdict letter_run(const struct letter_play *play);
/* False: @text is no string; @at: the character that is none. */
bool letter_check(const char *text, unsigned int *at);

#endif
