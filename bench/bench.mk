# SPDX-License-Identifier: GPL-2.0-only
#
# tandem-bench, and what its unit tests are linked with. It needs liburing,
# libaio and libblkid, and nothing of the rest of the tree.

BENCH_OBJS := $(patsubst bench/%.c,$B/bench/%.o,$(wildcard bench/*.c))
BENCH_CFLAGS = $(filter-out -I%,$(TANDEM_CFLAGS)) -D_GNU_SOURCE -MMD -MP

$B/bin/tandem-bench: $(BENCH_OBJS)
	@mkdir -p $(@D)
	$(CC) -o $@ $^ -luring -laio -lblkid -lm

$B/bench/%.o: bench/%.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -c -o $@ $<

-include $(BENCH_OBJS:.o=.d)

# The main job, on both stock kernels or on KERNEL.
RUN_KERNELS := $(or $(KERNEL),6.12 6.1)

run: all
	@for k in $(RUN_KERNELS); do tools/dev/module "$$k" >&2 || exit 1; done
	@tools/dev/run $(RUN_KERNELS)

# The comparison; what may be set is told in tools/dev/bench.
bench: all
	@tools/dev/module $(or $(KERNEL),6.12) >&2
	@KERNEL=$(or $(KERNEL),6.12) tools/dev/bench

.PHONY: run bench

# Tests build the sources once more, with sanitizers, by the rules of tests.mk.
$B/tests/bench/%.o $B/tests/tests/unit/bench_%.o $B/tests/tests/unit/test_bench_%.o: \
	private UNIT_CFLAGS += -I. -D_GNU_SOURCE

bench_payload := bench/payload.c bench/crc32c.c bench/random.c
bench_acks := bench/acks.c bench/volume.c bench/complain.c $(bench_payload)

test_bench_payload_SRCS := $(bench_payload)
test_bench_hist_SRCS := bench/hist.c bench/random.c
test_bench_durable_SRCS := bench/durable.c bench/random.c
test_bench_schedule_SRCS := bench/schedule.c bench/random.c
test_bench_model_SRCS := bench/model.c bench/random.c
test_bench_options_SRCS := bench/options.c bench/option_rows.c bench/complain.c
test_bench_backoff_SRCS := bench/backoff.c
test_bench_misses_SRCS := bench/misses.c bench/hist.c bench/random.c
test_bench_search_SRCS := bench/search.c
test_bench_mover_SRCS := bench/mover.c bench/reader.c bench/hist.c bench/random.c
test_bench_criteria_SRCS := bench/criteria.c bench/slope.c
test_bench_log_SRCS := bench/log.c bench/durable.c bench/hist.c $(bench_payload)
test_bench_pages_SRCS := bench/pages.c bench/page_slots.c bench/backoff.c bench/log.c \
	bench/durable.c bench/hist.c $(bench_acks)
test_bench_acks_SRCS := $(bench_acks)
test_bench_verify_SRCS := bench/demand.c bench/verify.c bench/verify_log.c bench/verify_pages.c \
	bench/report.c bench/json.c bench/hist.c bench/model.c $(bench_acks)
$(foreach t,hist schedule model search criteria mover misses,$(eval test_bench_$t_LDLIBS := -lm))
test_bench_log_LDLIBS := -lm
test_bench_pages_LDLIBS := -lblkid -lm
test_bench_acks_LDLIBS := -lblkid
test_bench_verify_LDLIBS := -lblkid -lm
