# SPDX-License-Identifier: GPL-2.0-only
#
# The simulator: kernel/core and kernel/io, unchanged, on the strict shim in
# tests/sim/shim. Its own directory comes first, so that "sys.h" is ours.
#
#	make sim | sim-asan	build/bin/tandem-sim, tandem-sim-asan
#	make check-sim SEEDS=N	N seeds, and a few under the sanitizers
#	make mutants		every mutant of tests/mutants must die

SIM_ENGINE := $(wildcard kernel/core/*.c kernel/io/*.c)
SIM_OWN    := $(wildcard tests/sim/*.c tests/sim/shim/*.c) userspace/lib/sys/crc32c.c
SIM_FLAGS  := -Itests/sim -Ikernel -Ikernel/uapi -std=gnu11 -g -Wall -Wextra -Werror
# The kernel is built without this warning, and the engine is kernel code.
SIM_ENGINE_FLAGS := -Wno-unused-parameter
SIM_OBJECTS := $(SIM_ENGINE:%.c=$B/sim/%.o) $(SIM_OWN:%.c=$B/sim/%.o)
SIM_ASAN_OBJECTS := $(SIM_OBJECTS:$B/sim/%=$B/sim-asan/%)
SEEDS ?= 1000
FIRST_SEED ?= 1

sim: $B/bin/tandem-sim
sim-asan: $B/bin/tandem-sim-asan

$(SIM_ENGINE:%.c=$B/sim/%.o) $(SIM_ENGINE:%.c=$B/sim-asan/%.o): SIM_FLAGS += $(SIM_ENGINE_FLAGS)

$B/sim/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SIM_FLAGS) -O2 -MMD -MP -c -o $@ $<

$B/sim-asan/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SIM_FLAGS) -O1 $(SAN) -MMD -MP -c -o $@ $<

$B/bin/tandem-sim: $(SIM_OBJECTS)
	@mkdir -p $(@D)
	$(CC) -o $@ $^

$B/bin/tandem-sim-asan: $(SIM_ASAN_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $^

check-sim: $B/bin/tandem-sim $B/bin/tandem-sim-asan
	tests/sim/check-replay
	$B/bin/tandem-sim-asan --seed $(FIRST_SEED) --seeds $$(($(SEEDS) / 50 + 1))
	$B/bin/tandem-sim --seed $(FIRST_SEED) --seeds $(SEEDS) --jobs 2

mutants: $B/bin/tandem-sim
	tests/mutants/run

.PHONY: sim sim-asan check-sim mutants
-include $(SIM_OBJECTS:.o=.d) $(SIM_ASAN_OBJECTS:.o=.d)
