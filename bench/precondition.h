/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bringing a data volume into the state in which it will stay: filled twice in
 * order, then written at random until rounds no longer differ.
 */
#ifndef BENCH_PRECONDITION_H
#define BENCH_PRECONDITION_H

#include <stdbool.h>

#include "options.h"

/**
 * precondition_steady - do the last rounds agree
 * @rates: writes per second of every round so far, oldest first
 * @nr: how many
 *
 * Return: true when the last five span at most 20 % of their mean, and a line
 * through them falls or rises by 10 % at most.
 */
bool precondition_steady(const double *rates, unsigned int nr);

/**
 * precondition - write to the data volume until it is steady
 * @options: the command line
 *
 * Context: makes the checks that a load makes; prints progress and error lines.
 *
 * Return: 0, or -errno; -EAGAIN when the rounds never agreed.
 */
int precondition(const struct options *options);

#endif /* BENCH_PRECONDITION_H */
