# SPDX-License-Identifier: GPL-2.0-only
#
# Golden and hostile legs: the sources that test_images needs, and a program
# that writes them as files (one for tests of the CLI, all for the VM) and as
# hexdumps (for the documentation): build/tests/image list | hexdump NAME |
# write NAME FILE | pack FILE. "hexdump map" is the golden page of a region map.

test_images_SRCS := tests/images/hostile.c
test_map_images_SRCS := tests/images/hostile_map.c

$U/image: $U/tests/images/image.o $U/tests/images/hostile.o $U/core.a
	$(CC) $(SAN) -o $@ $^
