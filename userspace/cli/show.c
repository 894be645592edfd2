// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arrays and superblocks as text for people: the state, the reason, and what
 * to do about it come before the table of legs.
 */
#include "show.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "units.h"

static bool is(const char *text, const char *word)
{
	return text && !strcmp(text, word);
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

/* The leg that is to take the place of @leg, or NULL. */
static const struct tandem_leg_info *heir_of(const struct tandem_array_info *info, unsigned int leg)
{
	unsigned int i;

	for (i = 0; i < info->nr_legs; i++) {
		if (info->leg[i].replaces == leg)
			return &info->leg[i];
	}
	return NULL;
}

/* Filled while the old one is in use, or out since the new one is: nothing is missing. */
static bool is_covered(const struct tandem_array_info *info, const struct tandem_leg_info *leg)
{
	const struct tandem_leg_info *heir = heir_of(info, leg->leg);

	if (leg->replaces < info->nr_legs && is(leg->state, "rebuilding"))
		return is(info->leg[leg->replaces].state, "current");
	return heir && is(heir->state, "current") && !is(leg->state, "unrecorded") &&
	       !is(leg->state, "rebuilding");
}

/* First leg that is not as it should be, or NULL. */
static const struct tandem_leg_info *worst_leg(const struct tandem_array_info *info)
{
	unsigned int i;

	for (i = 0; i < info->nr_legs; i++) {
		if (is_covered(info, &info->leg[i]))
			continue;
		if (is(info->leg[i].state, "unrecorded") || is(info->leg[i].state, "failed"))
			return &info->leg[i];
	}
	for (i = 0; i < info->nr_legs; i++) {
		if (!is(info->leg[i].state, "current") && !is_covered(info, &info->leg[i]))
			return &info->leg[i];
	}
	return NULL;
}

void cli_show_judge(const struct tandem_array_info *info, struct cli_judgement *judgement)
{
	const struct tandem_leg_info *leg = worst_leg(info);

	if (is(info->state, "healthy") || is(info->state, "degraded") ||
	    is(info->state, "read-only"))
		judgement->level = leg ? 1 : 0;
	else
		judgement->level = 2;
	if (leg)
		snprintf(judgement->reason, sizeof(judgement->reason),
			 "%s %s: leg %u (%s) is %s", info->name, info->state, leg->leg,
			 leg->disk ? leg->disk : leg->serial ? leg->serial : "no disk", leg->state);
	else
		snprintf(judgement->reason, sizeof(judgement->reason), "%s %s", info->name,
			 info->state);
}

static void show_trouble(const struct tandem_array_info *info)
{
	const struct tandem_leg_info *leg = worst_leg(info);

	if (!leg)
		return;
	printf("reason  leg %u (%s", leg->leg, leg->disk ? leg->disk : "no disk");
	if (leg->serial && (!leg->disk || strcmp(leg->serial, leg->disk)))
		printf(", %s%s", leg->disk ? "" : "was ", leg->serial);
	printf(") is %s%s; errors read %llu, write %llu, flush %llu\n", leg->state,
	       leg->by_hand ? ", taken out by hand" : "",
	       (unsigned long long)leg->read_errors, (unsigned long long)leg->write_errors,
	       (unsigned long long)leg->flush_errors);
	if (is(leg->state, "unrecorded"))
		printf("action  none: the kernel retries; writes wait until it is recorded\n");
	else if (is(leg->state, "stale") && leg->disk)
		printf("action  tandem add %s %s\n", info->name, leg->disk);
	else if (!is(leg->state, "rebuilding"))
		printf("action  replace the disk: tandem add %s /dev/NEW --leg %u%s%s%s%s\n",
		       info->name, leg->leg, leg->disk ? "; if it is good: tandem add " : "",
		       leg->disk ? info->name : "", leg->disk ? " " : "",
		       leg->disk ? leg->disk : "");
}

/* Which leg takes the place of which, and what that waits for. */
static void show_replacing(const struct tandem_array_info *info)
{
	unsigned int i;

	for (i = 0; i < info->nr_legs; i++) {
		const struct tandem_leg_info *leg = &info->leg[i];

		if (leg->replaces >= info->nr_legs)
			continue;
		printf("replace leg %u (%s) by leg %u (%s), which is %s\n", leg->replaces,
		       or_dash(info->leg[leg->replaces].disk), leg->leg, or_dash(leg->disk),
		       leg->state);
		if (is(leg->state, "current"))
			printf("action  tandem wait %s, or the monitor, ends it\n", info->name);
	}
}

static void show_sync(const struct tandem_array_info *info)
{
	char done[32], total[32];

	if (!info->sync)
		return;
	if (info->sync_total_bytes == TANDEM_UNKNOWN || !info->sync_total_bytes) {
		printf("sync    %s%s\n", info->sync, info->sync_paused ? ", paused" : "");
		return;
	}
	cli_size_text(info->sync_done_bytes, done, sizeof(done));
	cli_size_text(info->sync_total_bytes, total, sizeof(total));
	printf("sync    %s %llu%%, %s of %s%s\n", info->sync,
	       (unsigned long long)(info->sync_done_bytes / (info->sync_total_bytes / 100 + 1)),
	       done, total, info->sync_paused ? ", paused" : "");
	if (info->sync_rate_bytes_per_s == TANDEM_UNKNOWN)
		return;
	cli_size_text(info->sync_rate_bytes_per_s, done, sizeof(done));
	cli_seconds_text(info->sync_eta_s * 1000, total, sizeof(total));
	printf("        at %s/s, %s left\n", done, total);
}

/* What the administrator has asked for, since nobody sees it otherwise. */
static void show_pace(const struct tandem_array_info *info)
{
	char rate[32];

	if (info->rate_limit_bytes_per_s != TANDEM_UNKNOWN) {
		cli_size_text(info->rate_limit_bytes_per_s, rate, sizeof(rate));
		printf("pace    at most %s/s, by tandem rebuild --rate\n", rate);
	}
	if (info->latency_target_us != info->kept_latency_target_us &&
	    info->latency_target_us != TANDEM_UNKNOWN)
		printf("pace    latency target %llu us, by tandem rebuild --latency-target\n",
		       (unsigned long long)info->latency_target_us);
	else if (info->latency_target_us != info->kept_latency_target_us)
		printf("pace    no latency target, by tandem rebuild --latency-target\n");
	if (info->kept_latency_target_us != TANDEM_UNKNOWN)
		printf("pace    latency target %llu us, by tandem set\n",
		       (unsigned long long)info->kept_latency_target_us);
	if (!info->kept)
		printf("pace    what was set last is not on every leg yet\n");
}

/* Legs that are not read as any other. */
static void show_classes(const struct tandem_array_info *info)
{
	unsigned int i;

	for (i = 0; i < info->nr_legs; i++) {
		const struct tandem_leg_info *leg = &info->leg[i];

		if (leg->read_class && !is(leg->read_class, "normal"))
			printf("reads   leg %u is %s, by tandem set\n", leg->leg, leg->read_class);
		if (leg->sits_out)
			printf("reads   leg %u sits out: its reads took %llu us or more\n",
			       leg->leg, (unsigned long long)leg->sits_out_us);
	}
}

static void show_log(const struct tandem_array_info *info)
{
	if (info->dirty_regions == TANDEM_UNKNOWN)
		return;
	printf("log     %llu of at most %llu regions dirty\n",
	       (unsigned long long)info->dirty_regions,
	       (unsigned long long)info->dirty_limit_regions);
}

static void show_lost(const struct tandem_array_info *info)
{
	char text[32];

	if (info->lost_bytes == TANDEM_UNKNOWN || !info->lost_bytes)
		return;
	cli_size_text(info->lost_bytes, text, sizeof(text));
	printf("lost    %s could be read from no leg, and are errors until they are written\n",
	       text);
}

/* What was asked for, what it would be now, and at which rate. */
static void show_target(const struct tandem_array_info *info)
{
	char text[32];

	if (info->worst_case_resync_ms == TANDEM_UNKNOWN)
		return;
	cli_seconds_text(info->worst_case_resync_ms, text, sizeof(text));
	printf("target  worst-case resync now: %s", text);
	if (info->recovery_target_ms != TANDEM_UNKNOWN) {
		cli_seconds_text(info->recovery_target_ms, text, sizeof(text));
		printf(", recovery target %s", text);
	}
	if (info->copy_rate_bytes_per_s == TANDEM_UNKNOWN) {
		printf("; copy rate not measured yet\n");
		return;
	}
	cli_size_text(info->copy_rate_bytes_per_s, text, sizeof(text));
	printf("; copies run at %s/s\n", text);
}

void cli_show_array(const struct tandem_array_info *info)
{
	unsigned int i;
	char size[32];

	cli_size_text(info->size_bytes, size, sizeof(size));
	printf("array   %s  %s  %s, %u legs in %u %s, role %s, %s, %s\n", info->name,
	       info->state, or_dash(info->level), info->nr_legs, info->nr_sets,
	       info->nr_sets == 1 ? "set" : "sets", or_dash(info->role), size, info->device);
	show_trouble(info);
	show_replacing(info);
	show_sync(info);
	show_pace(info);
	show_classes(info);
	show_log(info);
	show_lost(info);
	show_target(info);
	printf("  leg set %-24s %-10s %10s  %-11s %s\n", "disk", "state", "generation",
	       "errs r/w/f", "serial");
	for (i = 0; i < info->nr_legs; i++) {
		const struct tandem_leg_info *leg = &info->leg[i];
		char errors[64];

		snprintf(errors, sizeof(errors), "%llu/%llu/%llu",
			 (unsigned long long)leg->read_errors,
			 (unsigned long long)leg->write_errors,
			 (unsigned long long)leg->flush_errors);
		printf("  %-3u %-3u %-24s %-10s %10llu  %-11s %s\n", leg->leg, leg->set,
		       or_dash(leg->disk), leg->state, (unsigned long long)leg->generation,
		       errors, or_dash(leg->serial));
	}
	for (; i < info->nr_legs + info->nr_spares; i++)
		printf("  %-3s %-3s %-24s %-10s %10s  %-11s %s\n", "-", "-",
		       or_dash(info->leg[i].disk), info->leg[i].state, "-", "-",
		       or_dash(info->leg[i].serial));
}

static void show_places(const struct tandem_label_info *info)
{
	unsigned int i;

	for (i = 0; i < info->nr_legs; i++) {
		const struct tandem_place_info *place = &info->place[i];

		printf("    leg %-3u set %-3u %-11s %-32s %s%s", place->leg, place->set,
		       place->record, or_dash(place->id), or_dash(place->disk),
		       place->by_hand ? ", taken out by hand" : "");
		if (!is(place->read_class, "normal"))
			printf(", %s for reads", place->read_class);
		printf("\n");
	}
}

static void show_label_log(const struct tandem_label_info *info)
{
	printf("  log         %s", info->log_state ? info->log_state : "none");
	if (info->log_sequence != TANDEM_UNKNOWN)
		printf(", sequence %llu", (unsigned long long)info->log_sequence);
	if (info->log_all)
		printf(", every region may differ");
	else if (info->dirty_regions != TANDEM_UNKNOWN)
		printf(", %llu of %llu regions dirty", (unsigned long long)info->dirty_regions,
		       (unsigned long long)info->regions);
	printf("\n");
}

static void show_label_map(const struct tandem_label_info *info)
{
	if (info->map_pages == TANDEM_UNKNOWN) {
		printf("  map         none\n");
		return;
	}
	if (info->written_regions == TANDEM_UNKNOWN) {
		printf("  map         not known: no current leg of this set was named\n");
		return;
	}
	printf("  map         %llu of %llu regions written",
	       (unsigned long long)info->written_regions, (unsigned long long)info->regions);
	if (info->zero_regions)
		printf(", %llu zero", (unsigned long long)info->zero_regions);
	printf(", %llu stale on this leg", (unsigned long long)info->stale_regions);
	if (info->map_lost_pages != TANDEM_UNKNOWN && info->map_lost_pages)
		printf("; damaged, %llu of %llu pages are lost",
		       (unsigned long long)info->map_lost_pages,
		       (unsigned long long)info->map_pages);
	printf("\n");
}

static void show_label_lost(const struct tandem_runs *lost)
{
	uint64_t bytes = 0;
	char text[32];
	size_t i;

	for (i = 0; i < lost->nr; i++)
		bytes += lost->run[i].count * 512;
	cli_size_text(bytes, text, sizeof(text));
	if (!lost->known)
		printf("  lost        not known: the table cannot be read\n");
	else if (lost->nr)
		printf("  lost        %s in %zu ranges, until they are written\n", text, lost->nr);
}

static void show_time(uint64_t seconds)
{
	time_t when = (time_t)seconds;
	struct tm utc;
	char text[40];

	if (gmtime_r(&when, &utc) && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &utc))
		printf("  created     %s\n", text);
}

void cli_show_label(const struct tandem_label_info *info)
{
	char size[32], offset[32], region[32];

	cli_size_text(info->size_bytes, size, sizeof(size));
	cli_size_text(info->data_offset_bytes, offset, sizeof(offset));
	cli_size_text(info->region_bytes, region, sizeof(region));
	printf("%s\n", info->path);
	printf("  array       %s, %s\n", info->array_name, info->array_uuid);
	if (info->spare)
		printf("  leg         none of %u: a spare, id %s\n", info->nr_legs,
		       or_dash(info->leg_id));
	else
		printf("  leg         %u of %u, set %u, id %s\n", info->leg, info->nr_legs,
		       info->set, or_dash(info->leg_id));
	printf("  use         %s%s%s\n", info->use, info->clean ? ", stopped cleanly" : "",
	       info->blank ? ", prepared and never filled" : "");
	printf("  shape       %s, %s, role %s, regions of %s, data from %s, init %s\n",
	       info->level, size, info->role, region, offset, info->init);
	cli_seconds_text(info->recovery_target_ms, size, sizeof(size));
	printf("  targets     recovery %s", size);
	if (info->latency_target_us != TANDEM_UNKNOWN)
		printf(", latency %llu us", (unsigned long long)info->latency_target_us);
	printf("\n");
	printf("  generation  %llu, %s, from %s\n", (unsigned long long)info->generation,
	       or_dash(info->config_id), or_dash(info->config_parent));
	printf("  epoch       %llu, %s, from %s\n", (unsigned long long)info->epoch_number,
	       or_dash(info->epoch_id), or_dash(info->epoch_parent));
	printf("  slots       0 %s, 1 %s; sequence %llu in slot %u\n", info->slot_state[0],
	       info->slot_state[1], (unsigned long long)info->sequence, info->slot);
	printf("  features    compat %#llx, ro_compat %#llx, incompat %#llx, flags %#llx\n",
	       (unsigned long long)info->feature_compat,
	       (unsigned long long)info->feature_ro_compat,
	       (unsigned long long)info->feature_incompat, (unsigned long long)info->flags);
	show_label_log(info);
	show_label_map(info);
	show_label_lost(&info->region->lost);
	show_time(info->created_s);
	show_places(info);
}
