// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An active array as it stands.
 *
 * The kernel is the authority on states and errors (status line) and on which
 * device fills which place (table line); name, level and the like are read
 * from the superblock of a leg that the kernel calls current; of a set, from one of its own.
 */
#include "view.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "core/fit.h"

/* Words of a table line with every place filled and every option used. */
#define MAX_WORDS (3 + 3 * TANDEM_MAX_LEGS + 10)

static dev_t disk_of(const char *text)
{
	unsigned int maj, min;
	struct stat st;

	if (sscanf(text, "%u:%u", &maj, &min) == 2)
		return makedev(maj, min);
	if (text[0] == '/' && !stat(text, &st) && S_ISBLK(st.st_mode))
		return st.st_rdev;
	return 0;
}

static int parse_table(struct tandem_view *view, struct tandem_error *err)
{
	char *words[MAX_WORDS], *word, *rest;
	const char *why = "too many words";
	unsigned int nr = 0, leg;

	for (word = strtok_r(view->table_line, " ", &rest); word && nr < MAX_WORDS;
	     word = strtok_r(NULL, " ", &rest))
		words[nr++] = word;
	if (word || tandem_table_parse(nr, words, &view->table, &why))
		return tandem_error_set(err, TANDEM_CODE_FAILED, view->volume.name,
					"table line not understood: %s", why);
	/* Asked for once, at a start that is over; in another table it would be asked anew. */
	view->table.replace = 0;
	view->table.retire = 0;
	for (leg = 0; leg < view->table.nr_legs; leg++)
		view->disk[leg] = disk_of(view->table.disk[leg]);
	return 0;
}

int tandem_view_read(const struct tandem_context *ctx, const struct tandem_volume *volume,
		     struct tandem_view *view, struct tandem_error *err)
{
	struct tandem_dm_lines lines;
	int ret;

	memset(view, 0, sizeof(*view));
	view->volume = *volume;
	ret = tandem_dm_lines(ctx, volume, &lines, err);
	if (ret)
		return ret;
	view->table_line = lines.table;
	view->sectors = lines.sectors;
	ret = tandem_status_parse(lines.status, &view->status);
	free(lines.status);
	if (ret) {
		tandem_error_set(err, TANDEM_CODE_MODULE, volume->name,
				 "status line of the kernel not understood");
		return tandem_error_hint(err, "module and program must be of one version");
	}
	ret = parse_table(view, err);
	if (!ret && view->table.nr_legs != view->status.nr_legs)
		ret = tandem_error_set(err, TANDEM_CODE_FAILED, volume->name,
				       "table has %u legs, status has %u", view->table.nr_legs,
				       view->status.nr_legs);
	return ret;
}

void tandem_view_free(struct tandem_view *view)
{
	free(view->table_line);
	view->table_line = NULL;
}

static int read_label(const struct tandem_context *ctx, dev_t disk, struct tandem_label *label,
		      struct tandem_error *err)
{
	char path[TANDEM_PATH_BYTES];
	struct tandem_device dev;
	int ret;

	ctx->device->path_of(disk, path, sizeof(path));
	tandem_device_init(&dev, path);
	ret = tandem_device_open(ctx, &dev, TANDEM_ACCESS_READ, err);
	if (ret)
		return ret;
	ret = tandem_label_read(ctx, &dev, label);
	if (ret)
		ret = tandem_label_complain(&dev, label, ret, err);
	tandem_device_close(&dev);
	return ret;
}

/* Of the first current leg that has one. */
static int read_current(const struct tandem_context *ctx, const struct tandem_view *view,
			struct tandem_label *label, struct tandem_error *err)
{
	int ret = tandem_error_set(err, TANDEM_CODE_FAILED, view->volume.name,
				   "no leg is current");
	unsigned int leg;

	for (leg = 0; leg < view->table.nr_legs && ret; leg++) {
		if (!view->disk[leg] || view->status.leg[leg].state != TANDEM_LEG_CURRENT)
			continue;
		ret = read_label(ctx, view->disk[leg], label, err);
		if (!ret && !tandem_id_equal(&label->super.array, &view->volume.array))
			ret = tandem_error_set(err, TANDEM_CODE_METADATA, view->volume.name,
					       "leg %u carries another array's superblock", leg);
	}
	return ret;
}

/* May what @own says of its set be taken over into @super? */
static bool is_of(const struct tandem_super *own, const struct tandem_super *super,
		  unsigned int set)
{
	return tandem_id_equal(&own->array, &super->array) &&
	       tandem_id_equal(&own->epoch.id, &super->epoch.id) &&
	       tandem_fit_places(own, super) && own->place[own->leg].set == set;
}

/* What happened to a set while the array runs is on record on its own legs only. */
static void read_set(const struct tandem_context *ctx, const struct tandem_view *view,
		     struct tandem_super *super, unsigned int set)
{
	const unsigned int first = super->set[set].first_leg;
	const unsigned int nr = super->set[set].nr_legs;
	struct tandem_label *label = calloc(1, sizeof(*label));
	struct tandem_error ignored;
	unsigned int leg;

	for (leg = first; label && leg < first + nr && leg < view->table.nr_legs; leg++) {
		if (!view->disk[leg] || view->status.leg[leg].state != TANDEM_LEG_CURRENT ||
		    read_label(ctx, view->disk[leg], label, &ignored) ||
		    !is_of(&label->super, super, set))
			continue;
		super->set[set] = label->super.set[set];
		memcpy(&super->place[first], &label->super.place[first],
		       nr * sizeof(super->place[first]));
		break;
	}
	free(label);
}

int tandem_view_super(const struct tandem_context *ctx, const struct tandem_view *view,
		      struct tandem_super *super, struct tandem_error *err)
{
	struct tandem_label *label = calloc(1, sizeof(*label));
	unsigned int set;
	int ret;

	if (!label)
		return tandem_error_no_memory(err);
	ret = read_current(ctx, view, label, err);
	if (!ret) {
		*super = label->super;
		for (set = 0; set < super->geo.nr_sets; set++)
			if (set != super->place[super->leg].set)
				read_set(ctx, view, super, set);
	}
	free(label);
	return ret;
}

int tandem_view_leg(const struct tandem_view *view, const char *text, unsigned int *leg,
		    struct tandem_error *err)
{
	unsigned int i, nr = view->table.nr_legs;
	struct stat st;
	char *end;

	if (text[0] >= '0' && text[0] <= '9') {
		unsigned long number = strtoul(text, &end, 10);

		if (*end)
			return tandem_error_set(err, TANDEM_CODE_USAGE, text,
						"is no number of a leg");
		if (number < nr) {
			*leg = (unsigned int)number;
			return 0;
		}
	} else if (stat(text, &st)) {
		return tandem_error_system(err, -errno, text, "cannot look at the disk");
	} else if (S_ISBLK(st.st_mode)) {
		for (i = 0; i < nr; i++) {
			if (view->disk[i] == st.st_rdev) {
				*leg = i;
				return 0;
			}
		}
	}
	tandem_error_set(err, TANDEM_CODE_NOT_FOUND, view->volume.name, "has no leg %s", text);
	return tandem_error_hint(err, "legs are numbered 0 to %u; tandem status %s", nr - 1,
				 view->volume.name);
}
