/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fuzzing of what lies on disks as pages of metadata: valid ones are written, the input
 * patches them, and then magic and checksum are put right, for behind them are the rules.
 */
#ifndef TANDEM_FUZZ_PAGES_H
#define TANDEM_FUZZ_PAGES_H

#include "fuzz.h"
#include "uapi/tandem_format.h"

/* What is left of the input. */
struct fuzz_input {
	const uint8_t *data;
	size_t size;
};

/* The next byte. Zeroes follow the last one. */
static inline unsigned int fuzz_take(struct fuzz_input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

/*
 * The rest of the input into one of @nr pages at a time: a byte with the page, two with
 * an offset, one with a length, and the bytes.
 */
static inline void fuzz_patch(struct fuzz_input *input, void *pages, unsigned int nr)
{
	while (input->size > 4) {
		u8 *page = (u8 *)pages + fuzz_take(input) % nr * TANDEM_PAGE_BYTES;
		size_t offset = fuzz_take(input), len;

		offset = (offset | (size_t)fuzz_take(input) << 8) % TANDEM_PAGE_BYTES;
		len = fuzz_take(input) & 63;
		if (len > input->size)
			len = input->size;
		if (len > TANDEM_PAGE_BYTES - offset)
			len = TANDEM_PAGE_BYTES - offset;
		memcpy(page + offset, input->data, len);
		input->data += len;
		input->size -= len;
	}
}

static inline bool fuzz_is_zero(const void *page)
{
	const u8 *byte = page;

	return !byte[0] && !memcmp(byte, byte + 1, TANDEM_PAGE_BYTES - 1);
}

/*
 * Magic and checksum are the first words of every kind of page. One that is all zero
 * stays so. The sum is taken in one piece, as the format says it.
 */
static inline void fuzz_sign(void *page, u32 magic)
{
	__le32 *word = page;

	if (fuzz_is_zero(page))
		return;
	word[0] = cpu_to_le32(magic);
	word[1] = cpu_to_le32(0);
	word[1] = cpu_to_le32(tandem_crc32c(page, TANDEM_PAGE_BYTES));
}

#endif
