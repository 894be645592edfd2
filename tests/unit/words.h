/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Splits a line as device-mapper does (dm_split_args() in drivers/md/dm.c,
 * told again, not copied): at white space as the kernel sees it, in which
 * 0xa0 is a space; a backslash takes the next byte as it is.
 */
#ifndef TANDEM_TEST_WORDS_H
#define TANDEM_TEST_WORDS_H

#include "sys.h"

#define WORDS_MAX 400u

/* A line taken to pieces; @text holds them, @word points into it. */
struct words {
	unsigned int nr;
	char *word[WORDS_MAX];
	char text[16384];
};

static inline bool words_space(char letter)
{
	u8 byte = (u8)letter;

	return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == 0xa0;
}

/* Returns false if the line is too long or has too many words for the test. */
static inline bool words_split(const char *line, struct words *words)
{
	char *to = words->text;

	words->nr = 0;
	if (strlen(line) >= sizeof(words->text))
		return false;
	for (;;) {
		while (words_space(*line))
			line++;
		if (!*line)
			return true;
		if (words->nr == WORDS_MAX)
			return false;
		words->word[words->nr++] = to;
		while (*line && !words_space(*line)) {
			if (line[0] == '\\' && line[1])
				line++;
			*to++ = *line++;
		}
		/* Takes the place of the space, or of the end: it always fits. */
		*to++ = '\0';
	}
}

#endif
