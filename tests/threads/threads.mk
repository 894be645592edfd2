# SPDX-License-Identifier: GPL-2.0-only
#
# The engine on real threads under the thread sanitizer: kernel/core and kernel/io,
# unchanged, on the shim in this directory.
#
#	make threads		build/bin/tandem-threads
#	make check-threads	some seeds of it; no report, no failure

THREADS_KERNEL ?= kernel
THREADS_BUILD ?= $B/threads
THREADS_BIN ?= $B/bin/tandem-threads
THREADS_FLAGS := -Itests/threads -idirafter tests/sim -I$(THREADS_KERNEL) \
	-I$(THREADS_KERNEL)/uapi -I. -std=gnu11 -g -O1 -Wall -Wextra -Werror \
	-Wno-unused-parameter -fsanitize=thread
THREADS_ENGINE := $(wildcard $(THREADS_KERNEL)/core/*.c $(THREADS_KERNEL)/io/*.c)
THREADS_OWN := $(wildcard tests/threads/*.c) bench/crc32c.c
THREADS_OBJECTS := $(THREADS_ENGINE:$(THREADS_KERNEL)/%.c=$(THREADS_BUILD)/kernel/%.o) \
	$(THREADS_OWN:%.c=$(THREADS_BUILD)/%.o)

threads: $(THREADS_BIN)

$(THREADS_BUILD)/kernel/%.o: $(THREADS_KERNEL)/%.c
	@mkdir -p $(@D)
	$(CC) $(THREADS_FLAGS) -MMD -MP -c -o $@ $<

$(THREADS_BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(THREADS_FLAGS) -MMD -MP -c -o $@ $<

$(THREADS_BIN): $(THREADS_OBJECTS)
	@mkdir -p $(@D)
	$(CC) -fsanitize=thread -o $@ $^ -lpthread

check-threads: $(THREADS_BIN)
	tests/threads/check-seeds $B

stage_threads = $(submake) check-threads
FAST += threads

.PHONY: threads check-threads
-include $(THREADS_OBJECTS:.o=.d)
