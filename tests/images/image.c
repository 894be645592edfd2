// SPDX-License-Identifier: GPL-2.0-only
/*
 * image: golden and hostile legs as files and as hexdumps.
 *
 *	image list               names, expected error and reason
 *	image hexdump NAME       both slots, as in golden-v1.hex
 *	image hexdump map        a page of a region map, as in golden-map-v1.hex
 *	image write NAME FILE    a whole leg, sparse, both slots in place
 *	image pack FILE          slot 0 and slot 1 of each, in the order of the list
 *
 * NAME is "golden" or a defect of the list. Slot 0 of a hostile leg has the
 * same defect as slot 1, so that no valid one is left to fall back on.
 */
#include <fcntl.h>
#include <unistd.h>

#include "golden_map.h"
#include "hostile.h"

static const struct hostile *find(const char *name)
{
	unsigned int i;

	for (i = 0; i < hostile_nr; i++) {
		if (!strcmp(hostile_list[i].name, name))
			return &hostile_list[i];
	}
	return NULL;
}

static int make_slot(const char *name, unsigned int slot, union golden_slot *bytes)
{
	const struct hostile *hostile = find(name);
	static struct tandem_super super;

	if (hostile) {
		hostile_make(hostile, 6 + slot, bytes);
	} else if (!strcmp(name, "golden")) {
		golden_super(&super, 6 + slot);
		tandem_super_encode(&super, bytes);
	} else {
		fprintf(stderr, "image: %s: no such image, see `image list`\n", name);
		return -ENOENT;
	}
	return 0;
}

static void list(void)
{
	unsigned int i;

	printf("%-24s %-16s %s\n", "golden", "ok", "-");
	for (i = 0; i < hostile_nr; i++)
		printf("%-24s %-16s %s\n", hostile_list[i].name,
		       strerror(-hostile_list[i].error), hostile_list[i].why);
}

/* Rows of 16 bytes that are not all zero, with their place on the leg. */
static void hexdump(u64 offset, const u8 *bytes, unsigned int len)
{
	static const u8 zero[16];
	unsigned int row, i;

	for (row = 0; row < len; row += 16) {
		const u8 *byte = &bytes[row];

		if (!memcmp(byte, zero, sizeof(zero)))
			continue;
		printf("%08llx ", (unsigned long long)(offset + row));
		for (i = 0; i < 16; i++)
			printf("%s%02x", i == 8 ? "  " : " ", byte[i]);
		printf("  |");
		for (i = 0; i < 16; i++)
			putchar(byte[i] >= ' ' && byte[i] < 127 ? byte[i] : '.');
		printf("|\n");
	}
}

static void hexdump_map(void)
{
	static u16 entry[GOLDEN_MAP_REGIONS];
	const struct tandem_map_table table = golden_map(entry);
	union golden_page page;

	tandem_map_encode(&table, GOLDEN_MAP_PAGE, GOLDEN_MAP_SEQUENCE, &page);
	hexdump(TANDEM_MAP_BYTES + tandem_map_slot_bytes(GOLDEN_MAP_PAGE, 1), page.byte,
		sizeof(page));
}

static int write_file(const char *name, const char *path)
{
	union golden_slot slot;
	int error = 0, file;
	unsigned int i;

	file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
	if (file < 0)
		goto failed;
	if (ftruncate(file, (off_t)(GOLDEN_DISK_SECTORS * TANDEM_SECTOR_BYTES)))
		goto failed;
	for (i = 0; i < 2 && !error; i++) {
		error = make_slot(name, i, &slot);
		if (!error && pwrite(file, &slot, sizeof(slot),
				     (off_t)tandem_super_slot_bytes(i)) != sizeof(slot))
			goto failed;
	}
	if (!close(file))
		return error;
failed:
	fprintf(stderr, "image: %s: %s\n", path, strerror(errno));
	return -EIO;
}

static int append(const char *name, int file)
{
	union golden_slot slot;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		if (make_slot(name, i, &slot))
			return -ENOENT;
		if (write(file, &slot, sizeof(slot)) != sizeof(slot))
			return -EIO;
	}
	return 0;
}

static int pack(const char *path)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	unsigned int i;
	int error;

	error = file < 0 ? -EIO : append("golden", file);
	for (i = 0; i < hostile_nr && !error; i++)
		error = append(hostile_list[i].name, file);
	if (file >= 0 && close(file))
		error = -EIO;
	if (error)
		fprintf(stderr, "image: %s: %s\n", path, strerror(errno));
	return error;
}

int main(int argc, char **argv)
{
	union golden_slot slot;
	unsigned int i;

	if (argc == 2 && !strcmp(argv[1], "list")) {
		list();
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "hexdump") && !strcmp(argv[2], "map")) {
		hexdump_map();
		return 0;
	}
	if (argc == 3 && !strcmp(argv[1], "hexdump")) {
		for (i = 0; i < 2; i++) {
			if (make_slot(argv[2], i, &slot))
				return 1;
			hexdump(tandem_super_slot_bytes(i), slot.byte, sizeof(slot));
		}
		return 0;
	}
	if (argc == 4 && !strcmp(argv[1], "write"))
		return write_file(argv[2], argv[3]) ? 1 : 0;
	if (argc == 3 && !strcmp(argv[1], "pack"))
		return pack(argv[2]) ? 1 : 0;
	fprintf(stderr, "usage: image list | image hexdump NAME | image write NAME FILE | "
			"image pack FILE\n");
	return 2;
}
