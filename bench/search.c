// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bracket, bisect, confirm.  The table is in search.h.
 */
#include <math.h>
#include <string.h>

#include "search.h"

#define STEP_UP 1.25
#define STEP_DOWN 1.5

void search_init(struct search *search, const struct search_config *config)
{
	memset(search, 0, sizeof(*search));
	search->config = *config;
	search->rate = config->start;
}

static void confirm(struct search *search, double rate)
{
	search->state = search->config.confirms ? SEARCH_CONFIRM : SEARCH_FOUND;
	search->confirmed = 0;
	search->rate = rate;
}

/* Between a rate that was held and one that was not. */
static void narrow(struct search *search)
{
	search->state = SEARCH_BISECT;
	search->rate = sqrt(search->low * search->high);
	if (search->high <= search->low * (1 + search->config.width))
		confirm(search, search->low);
}

static void held(struct search *search)
{
	if (search->state == SEARCH_CONFIRM) {
		search->low = search->rate;
		if (++search->confirmed >= search->config.confirms)
			search->state = SEARCH_FOUND;
		return;
	}
	search->low = search->rate;
	if (search->high)
		narrow(search);
	else
		search->rate *= STEP_UP;
}

static void not_held(struct search *search, bool invalid)
{
	search->high = search->rate;
	search->high_invalid = invalid;
	if (search->state == SEARCH_CONFIRM) {
		search->noisy = true;
		search->low = 0;
		confirm(search, search->rate / (1 + search->config.width));
	} else if (search->low) {
		narrow(search);
	} else {
		search->rate /= STEP_DOWN;
	}
}

void search_tell(struct search *search, enum search_answer answer)
{
	search->runs++;
	switch (answer) {
	case SEARCH_HELD:
		held(search);
		break;
	case SEARCH_NOT_HELD:
	case SEARCH_INVALID:
		not_held(search, answer == SEARCH_INVALID);
		break;
	}
	if (search->state == SEARCH_FOUND)
		return;
	if (search->rate < search->config.least || search->runs >= search->config.max_runs)
		search->state = SEARCH_FAILED;
}

bool search_done(const struct search *search)
{
	return search->state == SEARCH_FOUND || search->state == SEARCH_FAILED;
}

const char *search_state_name(enum search_state state)
{
	switch (state) {
	case SEARCH_BRACKET:
		return "bracket";
	case SEARCH_BISECT:
		return "bisect";
	case SEARCH_CONFIRM:
		return "confirm";
	case SEARCH_FOUND:
		return "found";
	case SEARCH_FAILED:
		return "failed";
	}
	return "unknown";
}
