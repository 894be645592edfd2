# SPDX-License-Identifier: GPL-2.0-only
#
# The simulator: kernel/core and kernel/io, unchanged, on the strict shim in
# tests/sim/shim. Its own directory comes first, so that "sys.h" is ours.
#
#	make sim | sim-asan	build/bin/tandem-sim, tandem-sim-asan
#	make check-sim SEEDS=N	N seeds, and a few under the sanitizers
#	make check-million	a million, or MILLION=N, from FIRST_SEED on, on JOBS cores
#	make check-strings LENGTH=N	every string of events of up to N letters; PART=K/N:
#				a part of them, as make check has one by the commit
#	make check-scenarios	the named ones, growth of large sets, and replacing
#	make mutants		every mutant of tests/mutants must die

# Mutants are built from a changed copy of kernel/, into a directory of their own.
SIM_KERNEL ?= kernel
SIM_BUILD  ?= $B/sim
SIM_BIN    ?= $B/bin/tandem-sim
SIM_ENGINE := $(wildcard $(SIM_KERNEL)/core/*.c $(SIM_KERNEL)/io/*.c)
SIM_OWN    := $(wildcard tests/sim/*.c tests/sim/shim/*.c) bench/crc32c.c
SIM_FLAGS  := -Itests/sim -I$(SIM_KERNEL) -I$(SIM_KERNEL)/uapi -I. -std=gnu11 -g \
	-Wall -Wextra -Werror
SIM_OBJECTS := $(SIM_ENGINE:$(SIM_KERNEL)/%.c=$(SIM_BUILD)/kernel/%.o) \
	$(SIM_OWN:%.c=$(SIM_BUILD)/%.o)
SIM_OPT    ?= -O2
# What a million are run with: the same program, compiled by what 300 seeds of it take.
SIM_FAST   := $(SIM_BUILD)-fast
SIM_FAST_OPT := -O3 -march=native -flto=auto
SIM_FAST_NEEDS := $(SIM_ENGINE) $(SIM_OWN) $(wildcard $(SIM_KERNEL)/*/*.h tests/sim/*.h \
	tests/sim/shim/*.h tests/sim/shim/*/*.h)
SIM_ASAN_OBJECTS := $(SIM_OBJECTS:$(SIM_BUILD)/%=$(SIM_BUILD)-asan/%)
SEEDS ?= 1000
FIRST_SEED ?= 1
LENGTH ?= 4

sim: $(SIM_BIN)
sim-asan: $(SIM_BIN)-asan

# The engine is kernel code, and the kernel does not use this warning.
$(SIM_BUILD)/kernel/%.o: $(SIM_KERNEL)/%.c
	@mkdir -p $(@D)
	$(CC) $(SIM_FLAGS) -Wno-unused-parameter $(SIM_OPT) -MMD -MP -c -o $@ $<

$(SIM_BUILD)-asan/kernel/%.o: $(SIM_KERNEL)/%.c
	@mkdir -p $(@D)
	$(CC) $(SIM_FLAGS) -Wno-unused-parameter -O1 $(SAN) -MMD -MP -c -o $@ $<

$(SIM_BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SIM_FLAGS) $(SIM_OPT) -MMD -MP -c -o $@ $<

$(SIM_BUILD)-asan/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SIM_FLAGS) -O1 $(SAN) -MMD -MP -c -o $@ $<

$(SIM_BIN): $(SIM_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(SIM_OPT) -o $@ $^

$(SIM_BIN)-asan: $(SIM_ASAN_OBJECTS)
	@mkdir -p $(@D)
	$(CC) $(SAN) -o $@ $^

# The profile is by file and line, so the objects of the first build have to go only.
$(SIM_BIN)-fast: $(SIM_FAST_NEEDS)
	rm -rf $(SIM_FAST)
	$(submake) SIM_BUILD=$(SIM_FAST) SIM_BIN=$(SIM_FAST)/trained \
		SIM_OPT="$(SIM_FAST_OPT) -fprofile-generate" sim
	$(SIM_FAST)/trained --seed 1 --seeds 300 --jobs 1 > $(SIM_FAST)/log
	find $(SIM_FAST) -name '*.o' -delete
	$(submake) SIM_BUILD=$(SIM_FAST) SIM_BIN=$@ \
		SIM_OPT="$(SIM_FAST_OPT) -fprofile-use -fprofile-correction" sim

check-sim: $(SIM_BIN) $(SIM_BIN)-asan
	tests/sim/check-seeds $(FIRST_SEED) $(SEEDS) $B

MILLION ?= 1000000
check-million: $(SIM_BIN)-fast
	tests/sim/check-million $(FIRST_SEED) $(MILLION) $(JOBS) $B

check-strings: $(SIM_BIN)
	tests/sim/check-strings $(LENGTH) $B $(PART)

check-scenarios: $(SIM_BIN)
	$(SIM_BIN) --scenario all
	$(SIM_BIN) --growth
	$(SIM_BIN) --handover

stage_scenarios = $(submake) check-scenarios
stage_strings = $(submake) check-strings LENGTH=4
part = $(shell echo $$(($(COMMIT_SEED) % 16)))/16
stage_strings_long = $(submake) check-strings LENGTH=5 PART=$(part)
FAST += scenarios strings
SLOW += strings-long

mutants: $(SIM_BIN)
	tests/mutants/run

.PHONY: sim sim-asan check-sim check-million check-strings check-scenarios \
	mutants
-include $(SIM_OBJECTS:.o=.d) $(SIM_ASAN_OBJECTS:.o=.d)
