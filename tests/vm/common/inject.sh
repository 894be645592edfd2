# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC3043 # busybox sh has local.
#
# Allocations that fail, by the kernel's fault injection (debug kernel only).
# Sourced after tandem.sh.
#
# Only allocations with dm-tandem in their call stack fail, whoever makes them:
# device-mapper's own before and after are not our subject, and the loader's
# would keep every program from starting.  Our disks are spared: one without
# memory is one with an I/O error, which is another test.

INJECT=/sys/kernel/debug

# text_of MODULE: where its code starts and ends.
text_of()
{
	local first last

	grep -E " [tT] .*\\[$1\\]\$" /proc/kallsyms | sort | cut -d' ' -f1 > "$TMP/text"
	first=$(head -n 1 "$TMP/text")
	last=$(tail -n 1 "$TMP/text")
	# The last function ends somewhere in its page or the next.
	printf '0x%x 0x%x\n' $((0x$first)) $((0x$last + 4096))
}

# inject_setup: skips the test where the kernel cannot do this.
inject_setup()
{
	local dir ours disks

	[ -d "$INJECT/failslab" ] || skip "this kernel has no fault injection"
	modprobe dm-powercut
	ours=$(text_of dm_tandem)
	disks=$(text_of dm_powercut)
	for dir in failslab fail_page_alloc; do
		echo N > "$INJECT/$dir/ignore-gfp-wait"
		# One line in the log for each, not its stack.
		echo 1 > "$INJECT/$dir/verbose"
		echo 0 > "$INJECT/$dir/verbose_ratelimit_interval_ms"
		echo 1 > "$INJECT/$dir/interval"
		echo 32 > "$INJECT/$dir/stacktrace-depth"
		echo "${ours% *}" > "$INJECT/$dir/require-start"
		echo "${ours#* }" > "$INJECT/$dir/require-end"
		echo "${disks% *}" > "$INJECT/$dir/reject-start"
		echo "${disks#* }" > "$INJECT/$dir/reject-end"
	done
	# The notes that kmemleak takes of each allocation would double the number.
	echo Y > "$INJECT/failslab/cache-filter"
	for dir in /sys/kernel/slab/*/failslab; do
		case $dir in
		*/kmemleak_object/* | */debug_objects_cache/*) ;;
		*) echo 1 > "$dir" ;;
		esac
	done
	echo 0 > "$INJECT/fail_page_alloc/min-order"
	echo N > "$INJECT/fail_page_alloc/ignore-gfp-highmem"
	inject_off
}

inject_off()
{
	local dir

	for dir in failslab fail_page_alloc; do
		echo 0 > "$INJECT/$dir/probability"
		echo 0 > "$INJECT/$dir/times"
	done
}

# fail_nth N COMMAND...: the Nth allocation in this call of the program fails.
fail_nth()
{
	local dir

	for dir in failslab fail_page_alloc; do
		echo 1 > "$INJECT/$dir/times"
	done
	# The count belongs to the task, and is not inherited by a child.
	# shellcheck disable=SC2016 # For the other shell.
	sh -c 'echo "$0" > /proc/self/fail-nth && exec "$@"' "$@"
}

# has_failed: there was an Nth allocation.
has_failed()
{
	local dir times

	for dir in failslab fail_page_alloc; do
		read -r times < "$INJECT/$dir/times"
		[ "$times" != 0 ] || return 0
	done
	return 1
}

# fail_some PERCENT: of all allocations, in every task, until inject_off.
fail_some()
{
	local dir

	for dir in failslab fail_page_alloc; do
		echo -1 > "$INJECT/$dir/times"
		echo "$1" > "$INJECT/$dir/probability"
	done
}

# each_fails LEAST BEFORE AFTER COMMAND...: BEFORE brings about the state in which
# COMMAND can run. AFTER STATUS sees to what came of it. There must have been at
# least LEAST allocations that could fail. Of many, fewer fail the further they are behind,
# and others in each step; with TANDEM_EVERY=1 on the kernel's command line each of them,
# with a test's own EVERY=2 fewer than by 4, which is usual.
each_fails()
{
	local least="$1" before="$2" after="$3" n=0 refused=0 failed=0 status every

	shift 3
	every=$(word_of TANDEM_EVERY "${EVERY:-4}")
	[ "$every" -gt 1 ] || every=1000000
	steps=$((${steps:-0} + 1))
	while :; do
		n=$((n + 1 + (n + steps % 4) / every))
		$before
		status=0
		fail_nth "$n" "$@" || status=$?
		if ! has_failed; then
			[ "$status" -eq 0 ] || fail "nothing failed, but: exit status $status: $*"
			$after 0
			break
		fi
		failed=$((failed + 1))
		[ "$status" -eq 0 ] || refused=$((refused + 1))
		$after "$status"
	done
	mark "$failed of about $((n - 1)) allocations failed, $refused times refused: $*"
	[ "$n" -gt "$least" ] || fail "fewer than $n allocations could fail: $*"
}
