// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever the message, to an array of whatever size: what is accepted names a
 * leg of that array and is, when it is printed and read again, the same. The
 * first byte of the input is the number of legs.
 */
#include "core/table.h"
#include "fuzz.h"
#include "unit/words.h"

static struct words words;

static int parse(const char *line, unsigned int nr_legs, struct tandem_message *message,
		 const char **why)
{
	struct tandem_words list = { .nr = 0, .word = words.word };

	if (!words_split(line, &words))
		return -EINVAL;
	list.nr = words.nr;
	*why = "";
	return tandem_message_parse(&list, nr_legs, message, why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tandem_message message, back;
	unsigned int nr_legs;
	const char *why;
	char text[32], *line;
	int error, len;

	if (!size)
		return 0;
	nr_legs = data[0] & 127;
	line = fuzz_line(data + 1, size - 1);
	error = parse(line, nr_legs, &message, &why);
	free(line);
	if (error)
		return 0;
	FUZZ_DEMAND(message.verb != TANDEM_MESSAGE_FAIL || message.leg < nr_legs);
	len = tandem_message_format(&message, text, sizeof(text));
	FUZZ_DEMAND(len > 0 && (size_t)len == strlen(text));
	FUZZ_DEMAND(!parse(text, nr_legs, &back, &why));
	FUZZ_DEMAND(back.verb == message.verb && back.leg == message.leg &&
		    back.value == message.value);
	return 0;
}
