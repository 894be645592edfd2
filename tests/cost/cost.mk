# SPDX-License-Identifier: GPL-2.0-only
#
# make cost [KERNEL=6.12] [COST_OPS=a,b] [COST_DEVICES=a,b]: tools/dev/cost.
# make cost-check [KERNEL=6.12]: what the budgets need and no more, and the budgets; a
# stage of make check.

# For the guest, which has no compiler and not every library.
$U/cost-op: tests/cost/op.c tests/cost/events.c tests/cost/events.h
	@mkdir -p $(@D)
	$(CC) $(TANDEM_CFLAGS) -static -o $@ $(filter %.c,$^)

COST_KERNELS := $(if $(KERNEL),$(KERNEL),6.12 6.1)
export COST_OPS COST_DEVICES COST_ROWS COST_REPORT

cost: $B/bin/tandem $B/bin/tandem-bench $U/cost-op
	@for k in $(COST_KERNELS); do tools/dev/module "$$k" >&2 || exit 1; done
	@tools/dev/cost $(COST_KERNELS)

cost-check:
	@rows=$$(tools/dev/cost-budgets --rows) && $(submake) cost KERNEL='$(or $(KERNEL),6.12)' \
		COST_ROWS="$$rows" COST_REPORT=$B/reports/cost-check.json

stage_cost := $(submake) cost-check
SLOW += cost

.PHONY: cost cost-check
